"""The shipped rulesets' own tests, case by case, and what they cover."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policy.engines.testing import Bench, run_ruleset
from policy.lang.cases import Case
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors
from policy.lang.testing import judge

_RULESETS = Path(__file__).parents[2] / "rulesets"


@cache
def _tree() -> CompiledTree:
    return compile_tree(_RULESETS)


def _cases() -> list[tuple[CompiledRuleset, Case]]:
    return [(ruleset, case) for ruleset in _tree().rulesets for case in ruleset.cases]


def test_they_have_no_mistakes() -> None:
    assert not has_errors(_tree().diagnostics), _tree().diagnostics


@pytest.mark.parametrize(
    ("ruleset", "case"),
    [pytest.param(*pair, id=f"{pair[0].key}: {pair[1].name}") for pair in _cases()],
)
def test_case(ruleset: CompiledRuleset, case: Case) -> None:
    schema = _tree().schema
    assert schema is not None
    plan = ruleset.plans[ruleset.current]
    bench = Bench(schema, ruleset.parameters, _tree().sources)
    verdict = judge(case, bench.evaluate(plan, case), plan)
    assert verdict.good, "\n".join([*verdict.problems, *map("\n".join, verdict.explanations)])


@pytest.mark.parametrize("ruleset", _tree().rulesets, ids=lambda each: each.key)
def test_every_rule_is_seen_both_ways(ruleset: CompiledRuleset) -> None:
    report = run_ruleset(ruleset, _tree())
    assert report is not None
    assert [rule.rule for rule in report.coverage.rules if not rule.both_ways] == []
