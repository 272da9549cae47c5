"""What is missing for an atom: facts that would show it, or the proof that none can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.engines.coverage.decisions import Decision
from policy.engines.coverage.goals import Goals, Side, sides
from policy.engines.coverage.measuring import AtomShown, DecisionShown
from policy.engines.coverage.overlays import solved
from policy.engines.coverage.suggesting import Suggestions
from policy.engines.solver import Answer, Found, Impossible, Setting, Start, Unproved, witness
from policy.engines.testing import Stand
from policy.lang.cases import Case, Numbers
from policy.lang.tree import Node

Status: TypeAlias = OneOf["shown", "missing", "infeasible"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A side that no case shows. `case` is one that would, as YAML of `tests.yaml`, and `name` what
    it is called there; both are empty, and `because` says why, when none was found. A case that
    shows several sides is only written out at the first.
    """

    side: Side
    name: str = ""
    case: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class AtomCovered:
    """An atom with what cases show of it, and what is left to show or why it cannot be."""

    shown: AtomShown
    status: Status
    wanted: tuple[Wanted, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class DecisionCovered:
    """A decision with its atoms."""

    decision: Decision
    atoms: tuple[AtomCovered, ...]


class Asking:
    """Asks the solver for what the cases of one version do not show."""

    def __init__(self, stand: Stand, setting: Setting, cases: Sequence[Case]) -> None:
        self._setting = setting
        self._suggestions = Suggestions(stand, setting, cases)
        self._goals = Goals(setting.plan)
        known = (case for case in cases if "unknown" not in case.document)
        self._cases = [case for case in known if stand.in_force(case)]

    def covered(self, found: Sequence[DecisionShown]) -> tuple[DecisionCovered, ...]:
        """All decisions, each atom judged."""
        return tuple(
            DecisionCovered(each.decision, tuple(self._atom(each.decision, a) for a in each.atoms))
            for each in found
        )

    def _atom(self, decision: Decision, shown: AtomShown) -> AtomCovered:
        """Ask for the pair of which most is shown; for the next where that one cannot be."""
        if shown.pair:
            return AtomCovered(shown, "shown")
        because = ""
        for pair in sorted(sides(shown.atom), key=lambda pair: -sum(s in shown.by for s in pair)):
            answers = {s: self._answer(decision, shown, s) for s in pair if s not in shown.by}
            impossible = [each.because for each in answers.values() if isinstance(each, Impossible)]
            if not impossible:
                wanted = [self._wanted(decision, shown, *each) for each in answers.items()]
                return AtomCovered(shown, "missing", tuple(wanted))
            because = because or impossible[0]
        return AtomCovered(shown, "infeasible", because=because)

    def _answer(
        self, decision: Decision, shown: AtomShown, side: Side
    ) -> Case | Impossible | Unproved:
        """A case that would show a side. It is not told before its pair is known to be possible."""
        answer, numbers = self._solved(self._goals.goal(decision, shown.atom, side), shown)
        if isinstance(answer, Found):
            return self._suggestions.case(answer, numbers, decision, shown.atom, side)
        return answer

    def _wanted(
        self, decision: Decision, shown: AtomShown, side: Side, answer: Case | Impossible | Unproved
    ) -> Wanted:
        """The side with the case that shows it: one told before, else a new one that does so."""
        before = self._suggestions.before(decision, shown.atom, side)
        if before is not None:
            return Wanted(side, before.case)
        if not isinstance(answer, Case):
            return Wanted(side, because=answer.because)
        self._suggestions.add(answer)
        if self._suggestions.before(decision, shown.atom, side) is None:
            return Wanted(side, because="the facts that were found do not show it")
        return Wanted(side, answer.name, self._suggestions.written(answer))

    def _solved(self, goal: Node, shown: AtomShown) -> tuple[Answer, Numbers]:
        starts, base = tuple(self._starts(shown)), self._suggestions.base
        return solved(
            goal, self._setting, lambda setting: witness(goal, setting, starts=starts, base=base)
        )

    def _starts(self, shown: AtomShown) -> Iterator[Start]:
        """Situations to begin from: those that show the other side first."""
        near = {evidence.case for evidence in shown.by.values()}
        for case in sorted(self._cases, key=lambda case: case.name not in near):
            yield Start(case.document, case.as_of)
