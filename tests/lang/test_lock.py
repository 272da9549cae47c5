"""What was published stays as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from policy.lang.__main__ import main
from policy.lang.compiler import compile_tree, locked
from policy.lang.diagnostics import render_all
from policy.lang.folders import LOCK, read_tree
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

VERSION = "labelling/1.0.0.yaml"
PARAMETERS = "labelling/parameters.yaml"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A tree with one published and locked version."""
    trees.write(tmp_path, {VERSION: trees.DRAFT})
    text, found = locked(read_tree(tmp_path))
    assert text is not None, found
    (tmp_path / LOCK).write_text(text)
    return tmp_path


def told(root: Path) -> str:
    tree = compile_tree(root, shown_as="rulesets")
    return render_all(tree.diagnostics, tree.sources)


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new))


def test_a_locked_tree_is_right(published: Path, golden: CheckGolden) -> None:
    assert told(published) == ""
    golden("lang/versions.lock", (published / LOCK).read_text())


def test_locking_again_changes_nothing(published: Path) -> None:
    before = (published / LOCK).read_text()
    text, _ = locked(read_tree(published))
    assert text == before


def test_a_new_dated_value_may_follow(published: Path) -> None:
    line = "      - {from: 2027-01-01, value: 0.8, reference: {title: R}}\n"
    (published / PARAMETERS).write_text(trees.PARAMETERS + line)
    assert told(published) == ""
    text, _ = locked(read_tree(published))
    assert text is not None
    assert "    2027-01-01: '0.8'\n" in text


def test_what_only_a_draft_reads_may_change(published: Path) -> None:
    spare = (
        "  spare:\n    type: int\n    doc: D.\n    values:\n"
        "      - {from: 2026-01-01, value: 1, reference: {title: T}}\n"
    )
    change(published, PARAMETERS, "parameters:\n", "parameters:\n" + spare)
    change(published, "labelling/draft.yaml", "params.detector_high", "double(params.spare)")
    text, _ = locked(read_tree(published))
    assert text is not None
    assert "spare" not in text


def test_what_accounting_reads_is_held_too(published: Path) -> None:
    spare = (
        "  spare:\n    type: int\n    doc: D.\n    read_by: accounting\n    values:\n"
        "      - {from: 2026-01-01, value: 1, reference: {title: T}}\n"
    )
    change(published, PARAMETERS, "parameters:\n", "parameters:\n" + spare)
    text, _ = locked(read_tree(published))
    assert text is not None
    (published / LOCK).write_text(text)
    change(published, PARAMETERS, "value: 1,", "value: 2,")
    assert "was published as `1`, it is now `2`" in told(published)


def test_every_change_of_what_was_published_is_told(published: Path, golden: CheckGolden) -> None:
    change(published, VERSION, "effect: review", "effect: block")
    change(published, PARAMETERS, "value: 0.85", "value: 0.7")
    change(
        published,
        PARAMETERS,
        "from: 2026-01-01, value: 0.9",
        "from: 2026-02-01, value: 0.95",
    )
    golden("lang/lock_changed.txt", told(published))
    assert locked(read_tree(published))[0] is None


def test_what_was_published_cannot_vanish(published: Path, golden: CheckGolden) -> None:
    (published / VERSION).unlink()
    (published / PARAMETERS).write_text("parameters: {}\n")
    change(published, "labelling/draft.yaml", "params.detector_high", "0.5")
    golden("lang/lock_vanished.txt", told(published))


def test_parameters_that_cannot_be_read_are_one_mistake(published: Path) -> None:
    (published / PARAMETERS).write_text("parameters: [\n")
    found = compile_tree(published).diagnostics
    assert [(each.code, Path(each.path).name) for each in found] == [
        ("invalid-yaml", Path(PARAMETERS).name)
    ]


def test_a_version_that_is_not_locked_is_told(tmp_path: Path) -> None:
    trees.write(tmp_path, {VERSION: trees.DRAFT})
    tree = compile_tree(tmp_path)
    assert [found.code for found in tree.diagnostics] == ["version-unlocked"]
    assert "1.0.0" in tree.rulesets[0].plans


@pytest.mark.parametrize("text", ["", "lock: 1", "[]", "lock: 1\nversions: []\nparameters: {a: 3}"])
def test_a_lock_that_cannot_be_read_is_told(text: str, published: Path) -> None:
    (published / LOCK).write_text(text)
    tree = compile_tree(published)
    assert tree.diagnostics
    assert {Path(found.path).name for found in tree.diagnostics} == {LOCK}


def test_the_command_writes_the_lock_once_all_is_right(tmp_path: Path) -> None:
    trees.write(tmp_path, {VERSION: trees.DRAFT.replace("detector_high", "detector_hi")})
    out = io.StringIO()
    assert main(["lock", str(tmp_path)], out=out, err=out) == 1
    assert not (tmp_path / LOCK).exists()
    assert "left as it was" in out.getvalue()
    trees.write(tmp_path, {VERSION: trees.DRAFT})
    assert main(["lock", str(tmp_path)], out=out, err=out) == 0
    assert main(["check", str(tmp_path)], out=out, err=out) == 0
