"""What the reference says of CEL's official cases is what they come to."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.cases import CORE, EXCEPTED, EXTENSIONS, OUT_OF_SCOPE, read
from tests.shared import shared_or_skip

_REFERENCE = (Path(__file__).parents[2] / "rulesets" / "REFERENCE.md").read_text(encoding="utf-8")
_SECTION = _REFERENCE.partition("\n## What of CEL\n")[2].partition("\n## ")[0]
_ROWS = {
    row[1]: tuple(cell.strip() for cell in row[2].split("|"))
    for row in re.finditer(r"^\| `(\w+)` \|(.*)\|$", _SECTION, re.MULTILINE)
}


def test_every_file_has_a_row() -> None:
    assert list(_ROWS) == [*CORE, *EXTENSIONS, *OUT_OF_SCOPE]


def test_the_rows_count_what_passes() -> None:
    """That the others pass is shown by `test_cases_pass_but_for_the_exceptions`."""
    cases = read(shared_or_skip("conformance", "cel", "cases.json"), (*CORE, *EXTENSIONS))
    found = Counter(case.file for case in cases)
    failing = Counter(name.partition("/")[0] for name in EXCEPTED)
    for file, count in found.items():
        assert _ROWS[file][:2] == (str(count), str(count - failing[file])), file


@pytest.mark.parametrize("reasons", [EXCEPTED, OUT_OF_SCOPE])
def test_every_exception_is_told_with_its_reason(reasons: dict[str, str]) -> None:
    assert [name for name, why in reasons.items() if f"`{name}`" not in _SECTION] == []
    assert [why for why in reasons.values() if why not in _SECTION] == []
