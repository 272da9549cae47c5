"""The shipped rulesets: their own tests are collected beside them; here is what those cover."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policy.engines.coverage import cover, render_coverage
from policy.engines.solver import Setting
from policy.engines.testing import Bench, current, run_ruleset
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


@pytest.mark.parametrize("ruleset", _tree().rulesets, ids=lambda each: each.key)
def test_every_condition_is_shown_to_decide(ruleset: CompiledRuleset) -> None:
    """MC/DC of all atoms but those that are proved to be infeasible."""
    tree, found = _tree(), current(ruleset, _tree())
    assert found is not None
    assert tree.schema is not None
    plan, path = found
    stand = Bench(tree.schema, ruleset.parameters, tree.sources).stand(plan)
    covered = cover(stand, Setting(plan, tree.schema, ruleset.parameters), path, ruleset.cases)
    assert covered.feasible > 0
    assert covered.percent == 100, render_coverage(covered, stand.source)
