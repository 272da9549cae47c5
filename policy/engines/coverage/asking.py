"""What is missing for an atom: facts that would show it, or the proof that none can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from typing import Literal as OneOf

from policy.engines.coverage.decisions import Atom, Decision
from policy.engines.coverage.goals import Goals, Side, sides
from policy.engines.coverage.measuring import AtomShown, DecisionShown, Measure
from policy.engines.coverage.overlays import overlaid, overlays
from policy.engines.solver import Answer, Found, Impossible, Setting, Start, Unproved, witness
from policy.engines.testing import Stand
from policy.lang.case_writer import case_yaml
from policy.lang.cases import Case, Numbers
from policy.lang.expectations import Expectation
from policy.lang.expected import expectation
from policy.lang.situations import neutral
from policy.lang.source import Span
from policy.lang.tree import Node

Status: TypeAlias = OneOf["shown", "missing", "infeasible"]

LONGEST = 60
"""Code points of an atom in the name of a suggested case."""


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
        self._names: set[str] = set()
        self._given = cases[0].given if cases else None
        self._base = self._neutral(cases[0].as_of) if cases else {}

    def _neutral(self, as_of: str) -> Mapping[str, Any]:
        """The document of a case without facts of its own."""
        schema, subject = self._setting.schema, self._setting.plan.subject
        given = (self._given or {}).get(subject, {})
        return {subject: neutral(schema, schema.root(subject), as_of, given)}

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
        answer, numbers = self._solved(self._goals.goal(decision, shown.atom, side), shown)
        if isinstance(answer, Impossible):
            return answer
        if isinstance(answer, Unproved):
            return Wanted(side, because=answer.because)
        case = self._case(answer, numbers, _name(decision, shown.atom, side, self._stand))
        observation = self._stand.observe(case)
        if observation is not None:
            self._suggested.add(case, observation)
        if side not in self._suggested.evidence(decision, shown.atom):
            return Wanted(side, because="the facts that were found do not show it")
        self._names.add(case.name)
        return Wanted(side, case.name, self._written(case))

    def _solved(self, goal: Node, shown: AtomShown) -> tuple[Answer, Numbers]:
        """The answer under the numbers in force, else under other values of one parameter."""
        first = self._witness(goal, shown, ())
        unproved = first if isinstance(first, Unproved) else None
        if isinstance(first, Impossible):
            for numbers in overlays(self._setting.plan, goal):
                answer = self._witness(goal, shown, numbers)
                if isinstance(answer, Found):
                    return answer, numbers
                unproved = unproved or (answer if isinstance(answer, Unproved) else None)
        return unproved or first, ()

    def _witness(self, goal: Node, shown: AtomShown, numbers: Numbers) -> Answer:
        setting = overlaid(self._setting, numbers)
        return witness(goal, setting, starts=tuple(self._starts(shown)), base=self._base)

    def _starts(self, shown: AtomShown) -> Iterator[Start]:
        """Situations to begin from: those that show the other side first."""
        near = {evidence.case for evidence in shown.by.values()}
        for case in sorted(self._cases, key=lambda case: case.name not in near):
            yield Start(case.document, case.as_of)

    def _case(self, answer: Found, numbers: Numbers, name: str) -> Case:
        again = sum(name == each.partition(" (")[0] for each in self._names)
        return Case(
            name=f"{name} ({again + 1})" if again else name,
            as_of=answer.as_of,
            document=answer.document,
            expect=Expectation(),
            todo="",
            path="",
            span=Span(1, 1, 1, 1),
            parameters=numbers,
            given=self._given,
        )

    def _written(self, case: Case) -> str:
        plan = self._setting.plan
        expected = expectation(self._stand.observed(case), plan)
        told = replace(case, expect=replace(expected, reason="", obligations=None))
        return case_yaml(told, self._setting.schema, plan.subject, given=case.given)


def _name(decision: Decision, atom: Atom, side: Side, stand: Stand) -> str:
    """What a suggested case is called until its author finds a better name."""
    home = decision.home.variable or stand.plan.rules[decision.home.rule].id
    span = atom.node.span
    text = stand.source.cut(span) if stand.source else f"condition {span.line}:{span.column}"
    return f"{home}: {' '.join(text.split())[:LONGEST]} is {'true' if side.truth else 'false'}"
