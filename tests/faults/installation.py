"""A whole installation in processes of its own: database, broker, real Celery workers, beat."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg

from policy.launch import broker
from policy.launch.state import ROOT

PATIENCE = 120
"""Seconds that something may take on a busy machine before the test gives it up."""


class Installation:
    """Where its state lies, its database (empty: SQLite there), and the address of its broker."""

    def __init__(self, folder: Path, *, broker_url: str, database_url: str = "") -> None:
        self.folder = folder
        self.database_url = database_url
        self.queue = f"stave-test-{uuid.uuid4().hex[:8]}"
        self.environment = {
            **os.environ,
            "STAVE_STATE": str(folder),
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": broker_url,
            "STAVE_TEST_QUEUE": self.queue,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "STAVE_LOG_LEVEL": "INFO",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def act(self, name: str, *arguments: object) -> None:
        """Do something of `tests.faults.acts` and wait for its end."""
        command = [sys.executable, "-m", "tests.faults.acts", name, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker with one process."""
        options = ("--concurrency=1", "--without-gossip", "--without-mingle", "--loglevel=INFO")
        return self._start("worker", *options, f"--hostname={uuid.uuid4().hex[:8]}@test")

    def beat(self) -> subprocess.Popen[bytes]:
        """Start beat, which sweeps every second here."""
        return self._start("beat", "--pidfile=", "--loglevel=INFO")

    def _start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "policy.celery", program, *options]
        with (self.folder / f"{program}-{len(self._started)}.log").open("wb") as log:
            started = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(started)
        return started

    def count(self, sql: str) -> int:
        """The number that a query gives."""
        if self.database_url:
            with psycopg.connect(self.database_url) as postgresql:
                row = postgresql.execute(sql.encode()).fetchone()
        else:
            with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=30)) as sqlite:
                row = sqlite.execute(sql).fetchone()
        assert row is not None
        return int(row[0])

    def requests(self, state: str) -> int:
        """How many requests are in a state."""
        return self.count(f"SELECT count(*) FROM policy_evaluationrequest WHERE state = '{state}'")

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds; the logs are in the message when it never does."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} never came true\n{self.logs()}"
            time.sleep(0.02)

    def logs(self) -> str:
        """The last of what the programs said."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text()[-3000:]}" for file in files)

    def close(self) -> None:
        """End what was started."""
        for started in self._started:
            kill(started)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a program with all its children, as a machine that loses power does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class OwnBroker:
    """A broker of the test's own, on a socket, as `manage.py up` starts it."""

    def __init__(self, folder: Path) -> None:
        self.endpoint = folder / "broker.sock"
        self.process = self._serve()

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis+socket://{self.endpoint}"

    def wipe(self) -> None:
        """Kill it and start it again, empty."""
        kill(self.process)
        self.endpoint.unlink(missing_ok=True)
        self.process = self._serve()

    def _serve(self) -> subprocess.Popen[bytes]:
        command = broker.command(broker.find_server(), self.endpoint)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not broker.answers(self.endpoint):
            assert time.monotonic() < deadline, "the broker does not answer"
            time.sleep(0.05)
        return process


@contextmanager
def own_postgresql(address: str) -> Iterator[str]:
    """A database of the test's own on a server; gives its address."""
    name = f"stave_faults_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield f"{address.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
