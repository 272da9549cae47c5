"""`ruleset_check`, `_lock`, `_fmt` and `_diff`: the doors to what `policy.lang` does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.lang import trees


def call(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_files_are_formatted(tmp_path: Path) -> None:
    trees.write(tmp_path, {"labelling/ruleset.yaml": trees.ABOUT.replace(": AI", ":   AI")})
    path = tmp_path / "labelling" / "ruleset.yaml"
    assert call("ruleset_fmt", str(path), "--check")[0] == 1
    code, out, _ = call("ruleset_fmt", str(path), "--diff")
    assert (code, out.count("\n+")) == (0, 4)
    assert call("ruleset_fmt", str(path))[:2] == (
        0,
        f"rewrote {path.as_posix()}\n1 file rewritten, 0 as they were\n",
    )
    assert call("ruleset_fmt", str(path), "--check")[0] == 0


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    code, out, err = call("ruleset_fmt", str(tmp_path / "nowhere"))
    assert (code, out) == (2, "")
    assert err == f"error: there is no {(tmp_path / 'nowhere').as_posix()}\n"


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_shipped_versions_are_compared(flag: tuple[str, ...]) -> None:
    code, out, err = call("ruleset_diff", "labelling@1.0.0", "labelling@1.0.0", *flag)
    assert (code, err) == (0, "")
    assert "labelling" in out


def test_a_version_that_is_not_there_is_wrong_usage() -> None:
    code, out, err = call("ruleset_diff", "labelling@1.0.0", "labelling@77.0.0")
    assert (code, out) == (2, "")
    assert "`labelling` has no version `77.0.0`" in err


def test_mistakes_are_shown_and_nothing_is_locked(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.GOOD)
    assert call("ruleset_check", str(tmp_path))[0] == 0
    assert call("ruleset_lock", str(tmp_path))[0] == 0
    locked = (tmp_path / "versions.lock").read_text()
    draft = tmp_path / "labelling" / "draft.yaml"
    draft.write_text(draft.read_text().replace("track.ai.declared", "track.ai.declard"))
    for arguments in (("ruleset_check", "--json"), ("ruleset_check",), ("ruleset_lock",)):
        code, out, _ = call(*arguments, str(tmp_path))
        assert (code, "unknown-fact" in out) == (1, True)
    assert (tmp_path / "versions.lock").read_text() == locked


def test_a_folder_without_rulesets_is_no_tree(tmp_path: Path) -> None:
    for command in ("ruleset_check", "ruleset_lock"):
        code, _, err = call(command, str(tmp_path))
        assert (code, "is no folder of rulesets" in err) == (2, True)
