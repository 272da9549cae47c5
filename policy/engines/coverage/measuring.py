"""What the cases of a version show of its decisions: each atom both ways, and MC/DC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from policy.engines.coverage.decisions import Atom, Decision, decisions
from policy.engines.coverage.goals import Side, sides
from policy.engines.coverage.masking import asked, carriers, sound
from policy.engines.observing import Observation, Seen
from policy.lang.cases import Case
from policy.lang.plan import Plan
from policy.lang.tree import Quantifier

_Key: TypeAlias = tuple[int, int]
"""A decision and an atom, by the identities of their nodes: one atom can belong to two decisions,
as the test of a `? :` does."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evaluation that showed something: a case, and of a quantifier the item, from 1."""

    case: str
    line: int
    item: int | None = None


@dataclass(frozen=True, slots=True)
class AtomShown:
    """What cases have shown of an atom.

    `truths` are those that it came to. `by` holds for each side on which it carried its decision
    the first evaluation that did so.
    """

    atom: Atom
    truths: frozenset[bool]
    by: Mapping[Side, Evidence]

    @property
    def pair(self) -> tuple[Side, Side] | None:
        """The sides that show it; None when it is not shown."""
        pairs = sides(self.atom)
        return next((pair for pair in pairs if all(side in self.by for side in pair)), None)


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """What cases have shown of a decision."""

    decision: Decision
    atoms: tuple[AtomShown, ...]


class Measure:
    """Takes in observations of a version's cases, then says what they show."""

    def __init__(self, plan: Plan) -> None:
        self._decisions = decisions(plan)
        self._trees = {id(decision.tree) for decision in self._decisions}
        self._truths: dict[_Key, set[bool]] = {}
        self._by: dict[_Key, dict[Side, Evidence]] = {}

    def add(self, case: Case, observation: Observation) -> None:
        """Count one case."""
        for root in observation.roots():
            for seen, item in _evaluations(root, None):
                if id(seen.node) in self._trees and sound(seen):
                    self._count(seen, Evidence(case.name, case.span.line, item))

    def _count(self, seen: Seen, evidence: Evidence) -> None:
        for atom in asked(seen):
            key = (id(seen.node), id(atom.node))
            self._truths.setdefault(key, set()).add(bool(atom.value))
        for atom in carriers(seen):
            by = self._by.setdefault((id(seen.node), id(atom.node)), {})
            by.setdefault(Side(bool(atom.value), bool(seen.value)), evidence)

    def shown(self) -> tuple[DecisionShown, ...]:
        """What all cases so far show, decision by decision."""
        return tuple(
            DecisionShown(each, tuple(self._atom(each, atom) for atom in each.atoms))
            for each in self._decisions
        )

    def evidence(self, decision: Decision, atom: Atom) -> Mapping[Side, Evidence]:
        """The first evaluation for each side on which an atom carried its decision."""
        return self._by.get((id(decision.tree), id(atom.node)), {})

    def _atom(self, decision: Decision, atom: Atom) -> AtomShown:
        truths = self._truths.get((id(decision.tree), id(atom.node)), ())
        return AtomShown(atom, frozenset(truths), self.evidence(decision, atom))


def measured(plan: Plan, seen: Iterable[tuple[Case, Observation | None]]) -> Measure:
    """The measure of cases; one for which the rules were not in force shows nothing."""
    measure = Measure(plan)
    for case, observation in seen:
        if observation is not None:
            measure.add(case, observation)
    return measure


def _evaluations(seen: Seen, item: int | None) -> Iterator[tuple[Seen, int | None]]:
    """An evaluation and all below it, each with the item that it is about."""
    yield seen, item
    inner = seen.node.condition if isinstance(seen.node, Quantifier) else None
    number = 0
    for part in seen.parts:
        number += part.node is inner
        yield from _evaluations(part, number if inner is not None and number else item)
