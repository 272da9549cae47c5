"""The shipped rulesets: their tests notice nearly every small change of their rules."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policy.engines.mutation.original import Original
from policy.engines.mutation.report import render
from policy.engines.mutation.running import run_mutants
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree

DEMANDED = 90.0
"""Percent of the mutants of a ruleset, those included that may be equivalent."""


@cache
def _tree() -> CompiledTree:
    return compile_tree(Path(__file__).parents[2] / "rulesets")


@pytest.mark.parametrize("ruleset", _tree().rulesets, ids=lambda each: each.key)
def test_their_tests_notice_most_mutants(ruleset: CompiledRuleset) -> None:
    original = Original.of(ruleset, _tree())
    assert original is not None
    report = run_mutants(
        original,
        ruleset.cases,
        wanted=lambda mutant: True,
        progress=lambda done, of: None,
        quick=True,
    )
    assert report.score.killed > 0
    assert report.score.percent >= DEMANDED, render(report, _tree().sources, most=20)
