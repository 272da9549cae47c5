"""The command line: what it prints and how it ends, without Django."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from policy.lang.__main__ import main
from tests.lang import trees

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(arguments, out=out, err=err), out.getvalue(), err.getvalue()


def test_a_right_tree_ends_with_zero(tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    code, out, _ = run("check", str(tmp_path))
    assert (code, out) == (0, "1 version with 2 rules compiled, no mistakes\n")


def test_mistakes_end_with_one(tmp_path: Path) -> None:
    trees.write(tmp_path, {"labelling/draft.yaml": trees.DRAFT.replace("review", "reveiw")})
    code, out, _ = run("check", str(tmp_path))
    assert code == 1
    assert f"{tmp_path.as_posix()}/labelling/draft.yaml:13:13: error[unknown-word]" in out
    assert out.endswith("\n0 versions with 0 rules compiled, 1 error, 0 warnings\n")


def test_doubts_end_with_zero(tmp_path: Path) -> None:
    spare = trees.DRAFT.replace("variables:\n", "variables:\n  spare: track.title\n")
    trees.write(tmp_path, {"labelling/draft.yaml": spare})
    code, out, _ = run("check", str(tmp_path))
    assert code == 0
    assert out.endswith("\n1 version with 2 rules compiled, 0 errors, 1 warning\n")


def test_programs_read_json(tmp_path: Path) -> None:
    trees.write(tmp_path, {"labelling/draft.yaml": trees.DRAFT.replace("review", "reveiw")})
    code, out, _ = run("check", "--json", str(tmp_path))
    assert code == 1
    (found,) = json.loads(out)
    assert (found["code"], found["line"], found["column"]) == ("unknown-word", 13, 13)


def test_one_ruleset_can_be_checked(tmp_path: Path) -> None:
    other = trees.ABOUT.replace("labelling", "consent")
    trees.write(tmp_path, {"consent/ruleset.yaml": other, "consent/draft.yaml": "a: b: c"})
    assert run("check", str(tmp_path))[0] == 1
    code, out, _ = run("check", str(tmp_path / "labelling"))
    assert (code, out) == (0, "1 version with 2 rules compiled, no mistakes\n")


PRESET = {
    "presets/strict/labelling/ruleset.yaml": trees.ABOUT,
    "presets/strict/labelling/draft.yaml": trees.DRAFT.replace("effect: review", "effect: block"),
    "presets/strict/labelling/parameters.yaml": trees.PARAMETERS,
}


@pytest.mark.parametrize(
    ("path", "versions"),
    [
        ("", "2 versions with 4 rules"),
        ("presets", "1 version with 2 rules"),
        ("presets/strict", "1 version with 2 rules"),
        ("presets/strict/labelling", "1 version with 2 rules"),
        ("labelling", "1 version with 2 rules"),
    ],
)
def test_presets_are_checked_with_the_tree_or_alone(
    path: str, versions: str, tmp_path: Path
) -> None:
    trees.write(tmp_path, PRESET)
    code, out, _ = run("check", str(tmp_path / path))
    assert (code, out) == (0, f"{versions} compiled, no mistakes\n")


@pytest.mark.parametrize("path", ["", "presets", "presets/strict", "presets/strict/labelling"])
def test_a_mistake_of_a_preset_is_told(path: str, tmp_path: Path) -> None:
    name = "presets/strict/labelling/draft.yaml"
    trees.write(tmp_path, PRESET | {name: trees.DRAFT.replace("review", "reveiw")})
    code, out, _ = run("check", str(tmp_path / path))
    assert code == 1
    assert f"{tmp_path.as_posix()}/{name}:13:13: error[unknown-word]" in out


def test_a_mistake_of_the_facts_is_told_once(tmp_path: Path) -> None:
    trees.write(tmp_path, PRESET | {"facts.yaml": trees.FACTS.replace("Title.", "Title., x: 1")})
    _, out, _ = run("check", str(tmp_path))
    assert out.count("facts.yaml:7:") == 1


@pytest.mark.parametrize("path", ["nowhere", "facts.yaml"])
def test_another_path_is_wrong_usage(path: str, tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    code, out, err = run("check", str(tmp_path / path))
    assert (code, out) == (2, "")
    assert err.startswith("error: ")


@pytest.mark.parametrize("arguments", [[], ["check"], ["fly", "x"], ["check", "--yaml", "x"]])
def test_wrong_words_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments)[0] == 2
    assert "usage:" in capsys.readouterr().err


def test_help_ends_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help")[0] == 0
    assert "check" in capsys.readouterr().out


def test_it_needs_no_django(tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    script = (
        "import sys, runpy\n"
        "sys.argv = ['policy.lang', 'check', sys.argv[1]]\n"
        "try:\n    runpy.run_module('policy.lang', run_name='__main__')\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "assert not {'django', 'celery', 'lxml'} & {name.split('.')[0] for name in sys.modules}\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
