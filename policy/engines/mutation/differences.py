"""What tells a mutant from the original, said as the expectation of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy.lang.combine import Outcome, effect_in
from policy.lang.expectations import Expectation, ExpectedDuty
from policy.lang.plan import ObligationPlan, Plan
from policy.lang.territories import WORLDWIDE
from policy.lang.testing import Observed, outcome_of


def difference(before: Observed, plan: Plan, after: Observed, other: Plan) -> Expectation | None:
    """The least that a case must expect to pass before and fail after; None: they come out alike.

    Outcomes are asked first, then rules, errors, obligations and reasons.
    """
    errors = _rules(before, "indeterminate")
    for told in _told(before, plan, after, other):
        return Expectation(**{"errors": errors, **told})
    if errors != _rules(after, "indeterminate"):
        return Expectation(errors=errors)
    return None


def _told(before: Observed, plan: Plan, after: Observed, other: Plan) -> Iterator[dict[str, Any]]:
    outcome = outcome_of(before.results, plan)
    place = _place(outcome, outcome_of(after.results, other))
    if place:
        alone = place == WORLDWIDE and not outcome.territories
        yield {"outcome": ((place, effect_in(outcome, place)),), "everywhere": alone}
    matched = _rules(before, "matched")
    if matched != _rules(after, "matched"):
        yield {"rules": matched}
    duties = _duties(before, plan)
    if duties != _duties(after, other):
        yield {"obligations": duties}
    said = dict(after.reasons)
    for rule, words in before.reasons:
        if words not in said.get(rule, ""):
            yield {"reason": words}


def _place(before: Outcome, after: Outcome) -> str:
    """Where the outcomes differ: the world, else the first code; empty where they do not."""
    if before.worldwide != after.worldwide:
        return WORLDWIDE
    codes = sorted({code for outcome in (before, after) for code, _ in outcome.territories})
    return next((code for code in codes if effect_in(before, code) != effect_in(after, code)), "")


def _rules(observed: Observed, status: str) -> tuple[str, ...]:
    return tuple(sorted(each.rule for each in observed.results if each.status == status))


def _duties(observed: Observed, plan: Plan) -> tuple[ExpectedDuty, ...]:
    matched = set(_rules(observed, "matched"))
    duties: list[ObligationPlan] = [
        duty for rule in plan.rules if rule.id in matched for duty in rule.obligations
    ]
    return tuple(ExpectedDuty(duty.do, duty.of, duty.within) for duty in duties)


def written(expect: Expectation) -> dict[str, Any]:
    """The expectation as `expect` has it in a file."""
    found: dict[str, Any] = {}
    if expect.outcome is not None:
        places = dict(expect.outcome)
        alone = list(places) == [WORLDWIDE] and expect.everywhere
        found["outcome"] = places[WORLDWIDE] if alone else places
    if expect.rules is not None:
        found["rules"] = list(expect.rules)
    if expect.obligations is not None:
        found["obligations"] = [_duty(duty) for duty in expect.obligations]
    if expect.reason:
        found["reason"] = expect.reason
    if expect.errors:
        found["errors"] = list(expect.errors)
    return found


def _duty(duty: ExpectedDuty) -> dict[str, str]:
    every = {"do": duty.do, "of": duty.of, "within": duty.within}
    return {key: value for key, value in every.items() if value}
