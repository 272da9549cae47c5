"""What is missing for an atom: facts that would show it, or the proof that none can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal as OneOf
from typing import TypeAlias

from policy.engines.coverage.decisions import Decision
from policy.engines.coverage.goals import Goals, Side, sides
from policy.engines.coverage.measuring import AtomShown, DecisionShown, Measure
from policy.engines.solver import Found, Impossible, Setting, Start, witness
from policy.engines.testing import Stand
from policy.lang.case_writer import case_yaml
from policy.lang.cases import Case
from policy.lang.expectations import Expectation
from policy.lang.expected import expectation
from policy.lang.source import Span

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
        self._stand = stand
        self._setting = setting
        self._cases = [case for case in cases if "unknown" not in case.document]
        self._goals = Goals(setting.plan)
        self._suggested = Measure(setting.plan)
        self._count = 0

    def covered(self, found: Sequence[DecisionShown]) -> tuple[DecisionCovered, ...]:
        """All decisions, each atom judged."""
        return tuple(
            DecisionCovered(each.decision, tuple(self._atom(each.decision, a) for a in each.atoms))
            for each in found
        )

    def _atom(self, decision: Decision, shown: AtomShown) -> AtomCovered:
        if shown.pair:
            return AtomCovered(shown, "shown")
        because = ""
        for pair in sorted(sides(shown.atom), key=lambda pair: -sum(s in shown.by for s in pair)):
            missing = [side for side in pair if side not in shown.by]
            answers = [self._ask(decision, shown, side) for side in missing]
            impossible = [each.because for each in answers if isinstance(each, Impossible)]
            if not impossible:
                wanted = [each for each in answers if isinstance(each, Wanted)]
                return AtomCovered(shown, "missing", tuple(wanted))
            because = because or impossible[0]
        return AtomCovered(shown, "infeasible", because=because)

    def _ask(self, decision: Decision, shown: AtomShown, side: Side) -> Wanted | Impossible:
        """A side's answer: from a case that was suggested before, else from the solver."""
        before = self._suggested.evidence(decision, shown.atom).get(side)
        if before is not None:
            return Wanted(side, before.case)
        goal = self._goals.goal(decision, shown.atom, side)
        answer = witness(goal, self._setting, starts=tuple(self._starts(shown)))
        if isinstance(answer, Impossible):
            return answer
        if isinstance(answer, Found):
            return self._suggestion(answer, decision, shown, side)
        return Wanted(side, because=answer.because)

    def _starts(self, shown: AtomShown) -> Iterator[Start]:
        """Situations to begin from: those that show the other side first."""
        near = {evidence.case for evidence in shown.by.values()}
        for case in sorted(self._cases, key=lambda case: case.name not in near):
            yield Start(case.document, case.as_of)

    def _suggestion(
        self, answer: Found, decision: Decision, shown: AtomShown, side: Side
    ) -> Wanted:
        """The found facts as a case, which is tried before it is given out."""
        case = self._case(answer)
        observation = self._stand.observe(case)
        if observation is not None:
            self._suggested.add(case, observation)
        if side not in self._suggested.evidence(decision, shown.atom):
            return Wanted(side, because="the facts that were found do not show it")
        self._count += 1
        return Wanted(side, case.name, self._written(case))

    def _case(self, answer: Found) -> Case:
        first = self._cases[0] if self._cases else None
        return Case(
            name=f"Suggested {self._count + 1}",
            as_of=answer.as_of,
            document=answer.document,
            expect=Expectation(),
            todo="",
            path=first.path if first else "",
            span=first.span if first else Span(1, 1, 1, 1),
            given=first.given if first else None,
        )

    def _written(self, case: Case) -> str:
        plan = self._setting.plan
        expected = expectation(self._stand.observed(case), plan)
        short = replace(expected, reason="", obligations=None)
        told = replace(case, expect=short)
        return case_yaml(told, self._setting.schema, plan.subject, given=case.given)
