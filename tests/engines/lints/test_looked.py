"""What lints look at is found out once."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.linting import lint
from policy.engines.testing import Stand
from policy.lang.cases import Case
from tests.engines.lints.looking import draft, look, rule

TESTS = """\
as_of: 2026-10-01
cases:
  - {name: Short, facts: {track.seconds: 20}, expect: {rules: [short]}}
  - {name: Long, facts: {track.seconds: 200}, expect: {rules: []}}
"""


def test_each_case_is_observed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = draft(rule("short", "has(track.seconds) && track.seconds < 30"))
    looked = look(tmp_path, version, tests=TESTS)
    seen: list[str] = []
    observe = Stand.observe

    def counted(stand: Stand, case: Case) -> object:
        seen.append(case.name)
        return observe(stand, case)

    monkeypatch.setattr(Stand, "observe", counted)
    lint(looked)
    assert sorted(seen) == ["Long", "Short"]
