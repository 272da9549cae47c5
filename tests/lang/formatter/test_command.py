"""`fmt` as people call it: what it writes, what it leaves alone, how it ends."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from policy.lang.__main__ import main
from tests.lang import trees

UNTIDY = {"labelling/ruleset.yaml": trees.ABOUT.replace("title: AI", "title:   AI")}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(["fmt", *map(str, arguments)], out=out, err=err), out.getvalue(), err.getvalue()


def texts(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in root.rglob("*") if path.is_file()}


def test_files_are_rewritten_once(tmp_path: Path) -> None:
    trees.write(tmp_path, UNTIDY)
    code, out, err = run(tmp_path)
    assert (code, err) == (0, "")
    assert f"rewrote {tmp_path.as_posix()}/labelling/ruleset.yaml\n" in out
    assert (tmp_path / "labelling/ruleset.yaml").read_text().splitlines()[
        1
    ] == "title: AI labelling"
    assert run(tmp_path) == (0, "0 files rewritten, 5 as they were\n", "")
    assert run(tmp_path, "--check") == (0, "5 files laid out as they should be\n", "")


def test_a_check_names_files_and_writes_nothing(tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    run(tmp_path)
    trees.write(tmp_path, {"labelling/draft.yaml": None, **UNTIDY})
    run(tmp_path / "labelling" / "tests.yaml", tmp_path / "labelling" / "parameters.yaml")
    before = texts(tmp_path)
    path = tmp_path / "labelling" / "ruleset.yaml"
    code, out, err = run("--check", path)
    assert (code, err) == (1, "")
    assert out == (
        f"{path.as_posix()} is not laid out as `fmt` would\n"
        f"\nrewrite with: python -m policy.lang fmt {path.as_posix()}\n"
    )
    assert texts(tmp_path) == before


def test_a_diff_shows_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    trees.write(tmp_path, UNTIDY)
    before = texts(tmp_path)
    code, out, _ = run("--diff", tmp_path / "labelling" / "ruleset.yaml")
    assert code == 0
    assert "-title:   AI labelling\n+title: AI labelling\n" in out
    assert texts(tmp_path) == before


def test_a_published_version_is_never_rewritten(tmp_path: Path) -> None:
    version = tmp_path / "labelling" / "1.0.0.yaml"
    trees.write(tmp_path, {"labelling/1.0.0.yaml": trees.DRAFT + "\n\n\n"})
    run(tmp_path)
    code, out, _ = run(version)
    assert (code, version.read_text()) == (0, trees.DRAFT + "\n\n\n")
    assert out.startswith(f"{version.as_posix()} is published and stays as it is\n")


def test_a_file_with_mistakes_is_told_and_left_alone(tmp_path: Path) -> None:
    wrong = trees.DRAFT.replace("review", "reveiw") + "\n\n"
    trees.write(tmp_path, {"labelling/draft.yaml": wrong, **UNTIDY})
    code, out, err = run(tmp_path)
    assert code == 1
    assert "error[unknown-word]: `effect` cannot be `reveiw`" in err
    assert (tmp_path / "labelling/draft.yaml").read_text() == wrong
    assert (
        f"rewrote {tmp_path.as_posix()}/labelling/ruleset.yaml\n" in out
    )  # the others are written


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("draft.yaml", "language: 1\n", "missing-key"),
        ("ruleset.yaml", "key: x\n", "missing-key"),
        ("parameters.yaml", "parameter: {}\n", "unknown-key"),
        ("facts.yaml", "facts: 1\n", "missing-key"),
        ("tests.yaml", "a: b: c\n", "invalid-yaml"),
        ("tests.yaml", b"\xff", "wrong-encoding"),
    ],
)
def test_a_file_without_a_tree_is_looked_at_alone(
    name: str, content: str | bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    ended, _, err = run(path)
    assert (ended, path.read_bytes()) == (1, path.read_bytes())
    assert f"error[{code}]" in err


def test_a_file_that_cannot_be_written_keeps_all_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.write(tmp_path, UNTIDY)
    before = texts(tmp_path)
    locked = tmp_path / "labelling" / "tests.yaml"
    monkeypatch.setattr("os.access", lambda path, mode: path != locked)
    code, out, err = run(tmp_path)
    assert (code, out) == (1, "")
    assert err == f"error: {locked}: it cannot be written; nothing was written\n"
    assert texts(tmp_path) == before


def test_permissions_stay(tmp_path: Path) -> None:
    trees.write(tmp_path, UNTIDY)
    path = tmp_path / "labelling" / "ruleset.yaml"
    path.chmod(0o640)
    run(path)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "there is no "),
        ("labelling/notes.yaml", "no part of a ruleset is kept in "),
        ("empty", "holds no rule files"),
    ],
)
def test_another_path_is_wrong_usage(name: str, words: str, tmp_path: Path) -> None:
    trees.write(tmp_path, {"labelling/notes.yaml": "a: b\n"})
    (tmp_path / "empty").mkdir()
    code, out, err = run(tmp_path / name)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert words in err
