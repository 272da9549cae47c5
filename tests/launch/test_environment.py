"""The environment: made once, from a lock whose hashes hold, with a way out where it cannot be.

The packages are small wheels made here; nothing leaves this machine.
"""

import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from policy.launch import environment, install
from policy.launch.environment import ensure_environment
from policy.launch.report import LaunchError, Report
from policy.launch.state import State, open_state

REFUSED = "http://127.0.0.1:9/simple"  # the discard port: nobody listens there


class Shop:
    """A clone with locks, and the folder of wheels that pip finds their packages in."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.wheels = folder / "wheels"
        self.root.mkdir()
        self.wheels.mkdir()
        self.said = io.StringIO()

    def offer(self, name: str, version: str) -> str:
        """Put a wheel on the shelf and return the line that pins it."""
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": f"VERSION = '{version}'\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{file},sha256={_digest(text)},\n" for file, text in files.items())
        path = self.wheels / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for file, text in {**files, f"{info}/RECORD": record}.items():
                wheel.writestr(file, text)
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"

    def lock(self, name: str, *pins: str) -> None:
        """Write a lock and the list that it was made from."""
        (self.root / f"{name}.txt").write_text("\n".join(pins) + "\n")
        wanted = "\n".join(pin.partition("==")[0] for pin in pins)
        (self.root / f"{name}.in").write_text(f"# what is wanted\n{wanted}\n")

    def ensure(self, state: State, name: str = "requirements") -> Path | None:
        """Ask for the environment."""
        return ensure_environment(state, name, Report(self.said))


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def version_of(python: Path, name: str) -> str:
    """Return the version of a package in an environment."""
    command = [str(python), "-c", f"import {name}; print({name}.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop(tmp_path)
    monkeypatch.setattr(environment, "ROOT", shop.root)
    monkeypatch.setattr(install, "ROOT", shop.root)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shop.wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return shop


@pytest.fixture
def state(tmp_path: Path) -> State:
    return open_state(tmp_path / "state").create()


def test_it_is_made_once_and_follows_its_lock(shop: Shop, state: State) -> None:
    shop.lock("requirements", shop.offer("stave_one", "1.0"))
    state.venv.mkdir()
    (state.venv / "half-made").touch()
    assert shop.ensure(state) == state.python
    assert version_of(state.python, "stave_one") == "1.0"
    assert not (state.venv / "half-made").exists()
    assert "packages: 1 pinned, each checked against its hash" in shop.said.getvalue()

    shop.said.truncate(0)
    assert shop.ensure(state) == state.python
    assert shop.said.getvalue().strip("\0") == ""  # nothing to do, nothing said

    shop.lock("requirements", shop.offer("stave_one", "1.1"))
    shop.ensure(state)
    assert version_of(state.python, "stave_one") == "1.1"
    assert "environment:" not in shop.said.getvalue()  # the same one, one package newer


@pytest.fixture
def installed(state: State, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was installed, each with whether the environment was made afresh; nothing really is."""
    installed = []

    def pretend(state: State, name: str, report: Report, *, afresh: bool) -> None:
        installed.append((name, afresh))
        state.python.parent.mkdir(parents=True, exist_ok=True)
        state.python.touch()

    monkeypatch.setattr(install, "install", pretend)
    return installed


def test_both_locks_share_one_environment(
    shop: Shop, state: State, installed: list[tuple[str, bool]]
) -> None:
    shop.lock("requirements", "stave_one==1.0")
    shop.lock("requirements-dev", "stave_one==1.0", "stave_two==2.0")
    for name in ("requirements", "requirements-dev", "requirements", "requirements-dev"):
        assert shop.ensure(state, name) == state.python
    assert installed == [("requirements", True), ("requirements-dev", False)]


def test_the_tests_lock_holds_the_other(
    shop: Shop, state: State, installed: list[tuple[str, bool]]
) -> None:
    shop.lock("requirements", "stave_one==1.0")
    shop.lock("requirements-dev", "stave_one==1.0", "stave_two==2.0")
    shop.ensure(state, "requirements-dev")
    shop.ensure(state, "requirements")
    assert installed == [("requirements-dev", True)]


def test_one_of_another_python_is_made_again(
    shop: Shop, state: State, installed: list[tuple[str, bool]]
) -> None:
    shop.lock("requirements", "stave_one==1.0")
    shop.ensure(state)
    stamp = state.venv / "stave.json"
    stamp.write_text(stamp.read_text().replace(sys.version.split()[0], "3.9.0", 1))
    shop.ensure(state)
    assert installed == [("requirements", True), ("requirements", True)]


def test_one_whose_python_is_gone_is_made_again(
    shop: Shop, state: State, installed: list[tuple[str, bool]]
) -> None:
    shop.lock("requirements", "stave_one==1.0")
    shop.ensure(state)
    state.python.unlink()
    shop.ensure(state)
    assert installed == [("requirements", True), ("requirements", True)]


def test_a_package_that_is_not_what_was_locked_is_refused(shop: Shop, state: State) -> None:
    pin = shop.offer("stave_one", "1.0")
    shop.lock("requirements", pin[:-4] + "0000")
    with pytest.raises(LaunchError, match=r"(?s)could not be installed.*HASH|hash"):
        shop.ensure(state)
    assert not (state.venv / "stave.json").exists()


def test_without_a_network_the_message_shows_the_way_out(
    shop: Shop, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.lock("requirements", shop.offer("stave_one", "1.0"))
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", REFUSED)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(LaunchError, match="no package index answers") as raised:
        shop.ensure(state)
    assert "pip download --require-hashes -r requirements.txt -d wheels" in str(raised.value)
    assert "PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels python3 manage.py" in str(raised.value)


def test_someones_own_environment_with_every_package_is_kept(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment.serves(state, "requirements")  # this test's own
    monkeypatch.setattr(environment, "requirement_names", lambda name: ["django", "stave-absent"])
    assert not environment.serves(state, "requirements")


def test_the_systems_python_is_never_used(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert not environment.serves(state, "requirements")


def test_lists_name_what_they_include(shop: Shop) -> None:
    (shop.root / "requirements.in").write_text('# x\nDjango~=5.2\ncelery[redis]~=5.7; os == "a"\n')
    (shop.root / "requirements-dev.in").write_text("-r requirements.in\n-c other.txt\npytest~=9\n")
    names = environment.requirement_names("requirements-dev")
    assert names == ["Django", "celery", "pytest"]
