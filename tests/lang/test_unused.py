"""What nobody uses is told."""

from __future__ import annotations

from pathlib import Path

from tests.lang import trees

USED = "contains_ai: track.ai.declared in ["


def _codes(root: Path, files: dict[str, str | bytes | None]) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in trees.compiled(root, files).diagnostics]


def test_a_variable_that_only_an_unused_one_names(tmp_path: Path) -> None:
    more = trees.DRAFT.replace(USED, f"inner: size(track.genres) > 1\n  outer: '!inner'\n  {USED}")
    assert _codes(tmp_path, {"labelling/draft.yaml": more}) == [
        ("unused-variable", "no rule uses the variable `inner`"),
        ("unused-variable", "no rule uses the variable `outer`"),
    ]


def test_a_parameter_that_no_version_reads(tmp_path: Path) -> None:
    without = trees.DRAFT.replace("params.detector_high", "0.85")
    assert _codes(tmp_path, {"labelling/draft.yaml": without}) == [
        ("unused-parameter", "no version reads the parameter `detector_high`")
    ]


def test_a_parameter_that_accounting_reads(tmp_path: Path) -> None:
    without = trees.DRAFT.replace("params.detector_high", "0.85")
    read = trees.PARAMETERS.replace("    values:", "    read_by: accounting\n    values:")
    files: dict[str, str | bytes | None] = {"labelling/draft.yaml": without}
    assert _codes(tmp_path, files | {"labelling/parameters.yaml": read}) == []
