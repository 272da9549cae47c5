"""The state folder and the broker's socket in it."""

import os
import stat
from pathlib import Path

import pytest

from policy.launch.state import ROOT, open_state, socket_path


def test_it_is_made_closed_to_others_and_ignored_by_git(tmp_path: Path) -> None:
    state = open_state(tmp_path / "deep" / "state").create().create()
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o700
    assert (state.path / ".gitignore").read_text() == "*\n"
    assert state.logs.is_dir()


def test_the_folder_is_the_argument_then_the_environment_then_the_clones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAVE_STATE", str(tmp_path / "environment"))
    assert open_state(tmp_path / "argument").path == tmp_path / "argument"
    assert open_state().path == tmp_path / "environment"
    monkeypatch.delenv("STAVE_STATE")
    assert open_state().path == ROOT / ".stave"


def test_it_is_absolute_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_state("here").path == tmp_path / "here"


@pytest.mark.parametrize("name", ["plain", "with space", "müsli", "a+b-c.d"])
def test_a_short_plain_path_holds_the_socket(name: str) -> None:
    assert socket_path(Path("/srv") / name) == Path("/srv") / name / "broker.sock"


@pytest.mark.parametrize("name", ["x" * 100, "ü" * 50, "50%", "a#b", "who?", "a@b"])
def test_any_other_path_gets_a_short_one_of_its_own(name: str) -> None:
    path = socket_path(Path("/srv") / name)
    assert len(os.fsencode(path)) <= 100
    assert path.name == "broker.sock"
    assert path == socket_path(Path("/srv") / name)
    assert path != socket_path(Path("/srv") / name / "other")
