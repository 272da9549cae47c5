"""What a ruleset made of a situation, turned into what a test of it expects."""

from __future__ import annotations

from collections.abc import Iterator

from policy.lang.cases import Expectation, ExpectedDuty
from policy.lang.plan import Effect, Plan
from policy.lang.territories import CODES, WORLDWIDE
from policy.lang.testing import Observed, outcome_of

LONGEST_REASON = 2000
"""Code points of `reason` that a file of tests may hold."""


def expectation(observed: Observed, plan: Plan) -> Expectation:
    """All that can be expected of a situation, from what was observed under a version.

    Of the reasons, that of the first rule that decided. Territories that no ruleset may name, which
    can only come from facts, are left out.
    """
    outcome = outcome_of(observed.results, plan)
    matched = [each.rule for each in observed.results if each.status == "matched"]
    lost = [each.rule for each in observed.results if each.status == "indeterminate"]
    differing = [(code, effect) for code, effect in outcome.territories if code in CODES]
    everywhere: tuple[str, Effect] = (WORLDWIDE, outcome.worldwide)
    return Expectation(
        outcome=(everywhere, *differing),
        everywhere=not outcome.territories,
        rules=tuple(sorted(matched)),
        obligations=tuple(_duties(plan, matched)),
        reason=_reason(observed, {rule for _, rule in outcome.determining}),
        errors=tuple(sorted(lost)),
    )


def _duties(plan: Plan, matched: list[str]) -> Iterator[ExpectedDuty]:
    for rule in plan.rules:
        if rule.id in matched:
            yield from (ExpectedDuty(duty.do, duty.of, duty.within) for duty in rule.obligations)


def _reason(observed: Observed, determining: set[str]) -> str:
    """The sentence of a rule that decided, else of any that matched; none when none did."""
    decided = [text for rule, text in observed.reasons if rule in determining]
    every = [*decided, *(text for _, text in observed.reasons)]
    return every[0][:LONGEST_REASON].strip() if every else ""
