"""What `manage.py` makes of its arguments, and what it says to a Python that is too old."""

import ast
import os
import runpy
import sys
from pathlib import Path

import pytest

from policy.launch import entry, suite
from policy.launch.report import LaunchError
from policy.launch.state import ROOT


@pytest.mark.parametrize(
    ("arguments", "folder", "rest"),
    [
        ([], None, []),
        (["up"], None, ["up"]),
        (["up", "--state", "a", "--port", "1"], "a", ["up", "--port", "1"]),
        (["up", "--port", "1", "--state=a"], "a", ["up", "--port", "1"]),
        (["--state", "a", "migrate", "--plan"], "a", ["migrate", "--plan"]),
        (["--state=a", "test", "-k", "x"], "a", ["test", "-k", "x"]),
        (["test", "tests/lang", "--state", "a", "-x"], "a", ["test", "tests/lang", "-x"]),
        (["case_list", "--state", "open"], None, ["case_list", "--state", "open"]),
        (["up", "--stat", "a"], None, ["up", "--stat", "a"]),
    ],
)
def test_the_folder_is_taken_off_where_it_is_ours(
    arguments: list[str], folder: str | None, rest: list[str]
) -> None:
    assert entry.take_state(arguments) == (folder, rest)


def test_an_error_is_one_message_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise LaunchError("No way. Take the other.")

    monkeypatch.setattr(entry, "ensure_environment", fail)
    monkeypatch.setenv("STAVE_STATE", str(tmp_path))
    with pytest.raises(SystemExit) as raised:
        entry.main(["manage.py", "check"])
    assert raised.value.code == 1
    assert capsys.readouterr().err == "\nNo way. Take the other.\n"


def test_the_command_goes_on_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(entry, "ensure_environment", lambda *_: Path("/elsewhere/python"))
    monkeypatch.setattr(os, "execv", lambda _, arguments: called.append(arguments))
    monkeypatch.setattr(entry, "_run_django", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["manage.py", "shell", "-c", "1"])
    monkeypatch.setattr(os, "environ", {**os.environ, "STAVE_STATE": str(tmp_path)})
    entry.main(sys.argv)
    assert called == [["/elsewhere/python", str(ROOT / "manage.py"), "shell", "-c", "1"]]
    assert os.environ["PYTHONPYCACHEPREFIX"] == str(tmp_path / "pycache")


@pytest.mark.parametrize(
    ("given", "run"),
    [([], ["-n", "2"]), (["tests/lang", "-k", "x"], ["tests/lang", "-k", "x"])],
)
def test_test_becomes_pytest(
    given: list[str], run: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, arguments: called.append(arguments))
    monkeypatch.chdir(ROOT)
    suite.run(given)
    assert called == [[sys.executable, "-m", "pytest", "--all-databases", *run]]


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_gets_one_sentence(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as raised:
        runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")
    said = f"Stave needs Python 3.11 or newer, and this is {version[0]}.{version[1]}."
    assert raised.value.code == said


def test_an_old_python_can_read_the_file_that_says_so() -> None:
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 0))
