"""The benchmark of tests of rulesets works on a ruleset of one's own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.benchmarks import rule_tests
from tests.engines.mutation import samples


@pytest.mark.parametrize("options", [[], ["--thorough"]])
def test_it_prints_a_row_for_each_ruleset(tmp_path: Path, options: list[str]) -> None:
    out = io.StringIO()
    rule_tests.main([str(samples.write(tmp_path)), *options], out=out)
    head, row, last = out.getvalue().splitlines()
    assert head.split()[:4] == ["ruleset", "cases", "program", "run"]
    assert row.split()[:2] == ["sample", "18"]
    assert "42 in " in row
    assert last.startswith("18 cases: compiled in ")


def test_a_folder_without_facts_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        rule_tests.main([str(tmp_path)])
    assert ended.value.code == 2
