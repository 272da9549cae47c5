"""`manage.py up` for real: every process of an installation, and none of them afterwards."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policy.launch import ports
from policy.launch.state import ROOT
from tests.launch.programs import eventually

pytestmark = pytest.mark.e2e

_SLOW = 120  # seconds that a start may take on a busy machine


class Installation:
    """A state folder, and the `up` that runs on it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.said = state.with_suffix(".said")

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `up`."""
        up = [sys.executable, str(ROOT / "manage.py"), "up", "--state", str(self.state)]
        return [*up, *arguments]

    @contextmanager
    def up(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `up` in a session of its own, as a terminal would, until the page answers and on."""
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                self.command("--port", str(self.free_port()), *arguments),
                env=environment(),
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        try:
            assert eventually(lambda: self.address or process.poll() is not None, _SLOW)
            assert self.address, self.said.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_SLOW)

    def free_port(self) -> int:
        """Return a port that nothing listens on."""
        return next(
            port for port in range(18_000 + os.getpid() % 1000, 20_000) if ports.is_free(port)
        )

    @property
    def address(self) -> str:
        """The address that it printed, or nothing yet."""
        found = re.search(r"(http://\S+/) answers", self.said.read_text())
        return found[1] if found else ""

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of a page."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def is_well(self) -> bool:
        """Say whether database, broker and workers all answer."""
        status, body = self.get("health/")
        return status == 200 and json.loads(body)["status"] == "ok"

    def processes(self) -> dict[int, str]:
        """Return id -> command of every process that works on this state."""
        mark = f"STAVE_STATE={self.state}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode()
            except OSError:  # ended meanwhile
                continue
        return found

    def find(self, *words: str) -> int:
        """Return the oldest process whose command holds these words."""
        return min(pid for pid, line in self.processes().items() if all(w in line for w in words))


def environment() -> dict[str, str]:
    """Return this test's environment without what the test settings put in it."""
    ours = ("SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "STAVE_STATE")
    dropped = (*ours, "DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL")
    return {name: value for name, value in os.environ.items() if name not in dropped}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    if not Path("/proc/self/environ").exists():
        pytest.skip("finds processes by Linux's /proc")
    return Installation(tmp_path / "state")


def test_up_runs_everything_and_leaves_nothing(installation: Installation) -> None:
    with installation.up("--no-sample") as process:
        assert installation.get("live") == (200, b"ok\n")
        assert installation.get("")[0] == 200  # sent on to the sign-in page
        assert eventually(installation.is_well, _SLOW)
        check_that_a_second_up_is_refused(installation)
        check_that_a_killed_worker_comes_back(installation)
        left = installation.processes()
        process.kill()
        process.wait()
    with installation.up() as process:  # at once: it waits until the killed one's are gone
        assert not left.keys() & installation.processes().keys()
        assert eventually(lambda: "with the password" in installation.said.read_text(), _SLOW)
        assert installation.is_well()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=_SLOW) == 0
    assert installation.processes() == {}
    assert "Stopped." in installation.said.read_text()


def check_that_a_second_up_is_refused(installation: Installation) -> None:
    """The state is one installation's; the message says whose."""
    second = subprocess.run(
        installation.command(), env=environment(), capture_output=True, text=True, timeout=_SLOW
    )
    assert second.returncode == 1
    assert f"Stave already runs on {installation.state} ({installation.address}" in second.stderr


def check_that_a_killed_worker_comes_back(installation: Installation) -> None:
    """A worker that is killed with its pool is started again, and answers."""
    os.kill(installation.find("celery", "worker"), signal.SIGKILL)
    log = installation.state / "logs" / "worker.log"
    assert eventually(lambda: log.read_text().count("worker@stave ready") == 2, _SLOW)
    assert "worker died (exit code -9)" in installation.said.read_text()


def test_a_start_that_cannot_prepare_says_why(installation: Installation) -> None:
    failed = subprocess.run(
        installation.command(),
        env={**environment(), "DATABASE_URL": "postgres://127.0.0.1:1/nowhere"},
        capture_output=True,
        text=True,
        timeout=_SLOW,
    )
    assert failed.returncode == 1
    assert "The database does not answer" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert installation.processes() == {}
