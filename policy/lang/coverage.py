"""What tests have seen of a ruleset from outside: its rules each way, and its outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.combine import Outcome, RuleResult, Status, combine
from policy.lang.plan import EFFECTS, Effect, Plan
from policy.lang.source import Span
from policy.lang.tree import Literal

Reach: TypeAlias = OneOf["everywhere", "somewhere"]
"""Whether an effect holds wherever nothing else does, or in single territories."""


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What cases have shown of one rule."""

    rule: str
    span: Span
    statuses: frozenset[Status]

    @property
    def both_ways(self) -> bool:
        """Whether it has both matched and not matched."""
        return self.statuses.issuperset(("matched", "not_matched"))


@dataclass(frozen=True, slots=True)
class OutcomeCoverage:
    """An outcome that the rules can give, and whether a case has shown it."""

    effect: Effect
    reach: Reach
    seen: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What cases have shown of a version."""

    rules: tuple[RuleCoverage, ...]
    outcomes: tuple[OutcomeCoverage, ...]

    def never(self, status: Status) -> tuple[RuleCoverage, ...]:
        """Rules that no case has shown with a status."""
        return tuple(rule for rule in self.rules if status not in rule.statuses)


def coverage(plan: Plan, seen: Iterable[Sequence[RuleResult]]) -> Coverage:
    """Sum up what the cases of a version have shown; `seen` has the results of each case."""
    statuses: dict[str, set[Status]] = {}
    outcomes: set[tuple[Effect, Reach]] = set()
    first_match = [plan.ruleset] if plan.combine == "first_match" else []
    for results in seen:
        for result in results:
            statuses.setdefault(result.rule, set()).add(result.status)
        outcomes.update(_effects(combine(results, first_match=first_match)))
    return Coverage(
        rules=tuple(
            RuleCoverage(rule.id, rule.span, frozenset(statuses.get(rule.id, ())))
            for rule in plan.rules
        ),
        outcomes=tuple(
            OutcomeCoverage(effect, reach, (effect, reach) in outcomes)
            for effect, reach in _possible(plan)
        ),
    )


def _effects(outcome: Outcome) -> Iterator[tuple[Effect, Reach]]:
    yield outcome.worldwide, "everywhere"
    for _, effect in outcome.territories:
        yield effect, "somewhere"


def _possible(plan: Plan) -> Iterator[tuple[Effect, Reach]]:
    """What rules argue for, from mild to strict, and `allow` unless a rule speaks always."""
    scoped = {rule.effect for rule in plan.rules if rule.territories is not None}
    wide = {rule.effect for rule in plan.rules if rule.territories is None}
    always = [rule for rule in plan.rules if rule.territories is None and _holds(rule.when)]
    for effect in EFFECTS:
        if effect in wide or (effect == "allow" and not always):
            yield effect, "everywhere"
        if effect in scoped and (effect != "allow" or plan.combine == "first_match"):
            yield effect, "somewhere"


def _holds(node: object) -> bool:
    return isinstance(node, Literal) and node.value is True
