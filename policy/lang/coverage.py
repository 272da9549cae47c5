"""What tests have seen of a ruleset: each rule both ways, and each condition in it both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.lang.combine import Status
from policy.lang.plan import Plan
from policy.lang.source import Span
from policy.lang.tree import And, If, Node, Not, Or


@dataclass(frozen=True, slots=True)
class ConditionSeen:
    """A condition that was evaluated in a case: its place and its truth."""

    span: Span
    truth: bool


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What cases have shown of one rule.

    `conditions` are its smallest conditions, with the truths that were seen of each.
    """

    rule: str
    span: Span
    statuses: frozenset[Status]
    conditions: tuple[tuple[Span, frozenset[bool]], ...]

    @property
    def both_ways(self) -> bool:
        """Whether it has both matched and not matched."""
        return self.statuses.issuperset(("matched", "not_matched"))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What cases have shown of a version."""

    rules: tuple[RuleCoverage, ...]

    def never(self, status: Status) -> tuple[RuleCoverage, ...]:
        """Rules that no case has shown with a status."""
        return tuple(rule for rule in self.rules if status not in rule.statuses)

    def counts(self) -> tuple[int, int]:
        """How many truths of conditions were seen, of how many: two for each condition."""
        seen = [truths for rule in self.rules for _, truths in rule.conditions]
        return sum(map(len, seen)), 2 * len(seen)


def coverage(
    plan: Plan,
    statuses: Iterable[tuple[str, Status]],
    conditions: Iterable[ConditionSeen],
) -> Coverage:
    """Sum up what all cases of a version have shown: (rule, status) pairs and conditions."""
    seen_statuses: dict[str, set[Status]] = {}
    for rule, status in statuses:
        seen_statuses.setdefault(rule, set()).add(status)
    seen_truths: dict[Span, set[bool]] = {}
    for seen in conditions:
        seen_truths.setdefault(seen.span, set()).add(seen.truth)
    rules = tuple(
        RuleCoverage(
            rule=rule.id,
            span=rule.span,
            statuses=frozenset(seen_statuses.get(rule.id, ())),
            conditions=tuple(
                (node.span, frozenset(seen_truths.get(node.span, ())))
                for node in smallest_conditions(rule.when)
            ),
        )
        for rule in plan.rules
    )
    return Coverage(rules)


def smallest_conditions(node: Node) -> Iterator[Node]:
    """The conditions that `&&`, `||`, `!` and `? :` put together; variables count as one each."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from smallest_conditions(part)
        case Not(operand=operand):
            yield from smallest_conditions(operand)
        case If(condition=condition, then=then, otherwise=otherwise):
            for part in (condition, then, otherwise):
                yield from smallest_conditions(part)
        case _:
            yield node
