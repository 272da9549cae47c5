"""The shipped rulesets: their own tests are collected beside them; here is what those cover."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policy.engines.testing import run_ruleset
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors

_RULESETS = Path(__file__).parents[2] / "rulesets"


@cache
def _tree() -> CompiledTree:
    return compile_tree(_RULESETS)


def test_they_have_no_mistakes() -> None:
    assert not has_errors(_tree().diagnostics), _tree().diagnostics


@pytest.mark.parametrize("ruleset", _tree().rulesets, ids=lambda each: each.key)
def test_every_rule_and_every_outcome_is_seen(ruleset: CompiledRuleset) -> None:
    report = run_ruleset(ruleset, _tree())
    assert report is not None
    assert [rule.rule for rule in report.coverage.rules if not rule.both_ways] == []
    assert [outcome for outcome in report.coverage.outcomes if not outcome.seen] == []
