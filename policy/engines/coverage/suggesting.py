"""Cases that would show what is missing: tried before they are told, each told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from policy.engines.coverage.decisions import Atom, Decision
from policy.engines.coverage.goals import Side
from policy.engines.coverage.measuring import Evidence, Measure
from policy.engines.solver import Found, Setting
from policy.engines.testing import Stand
from policy.lang.case_writer import case_yaml
from policy.lang.cases import Case, Numbers
from policy.lang.expectations import Expectation
from policy.lang.expected import expectation
from policy.lang.situations import neutral
from policy.lang.source import Span

LONGEST = 60
"""Code points of an atom in the name of a suggested case."""


class Suggestions:
    """The cases that were suggested for one version, and what they show."""

    def __init__(self, stand: Stand, setting: Setting, cases: Sequence[Case]) -> None:
        self._stand = stand
        self._setting = setting
        self._shown = Measure(setting.plan)
        self._names: list[str] = []
        self._given = cases[0].given if cases else None
        self.base = self._neutral(cases[0].as_of) if cases else {}

    def _neutral(self, as_of: str) -> Mapping[str, Any]:
        """The document of a case without facts of its own."""
        schema, subject = self._setting.schema, self._setting.plan.subject
        given = (self._given or {}).get(subject, {})
        return {subject: neutral(schema, schema.root(subject), as_of, given)}

    def before(self, decision: Decision, atom: Atom, side: Side) -> Evidence | None:
        """The case that was suggested for something else and shows this side too."""
        return self._shown.evidence(decision, atom).get(side)

    def case(
        self, found: Found, numbers: Numbers, decision: Decision, atom: Atom, side: Side
    ) -> Case:
        """A case of facts that were found. It counts once it is added."""
        name = self._name(decision, atom, side)
        again = sum(name == each.partition(" (")[0] for each in self._names)
        return Case(
            name=f"{name} ({again + 1})" if again else name,
            as_of=found.as_of,
            document=found.document,
            expect=Expectation(),
            todo="",
            path="",
            span=Span(1, 1, 1, 1),
            parameters=numbers,
            given=self._given,
        )

    def add(self, case: Case) -> None:
        """Try a case, and count what it shows."""
        observation = self._stand.observe(case)
        if observation is not None:
            self._shown.add(case, observation)
            self._names.append(case.name)

    def written(self, case: Case) -> str:
        """The case as YAML, with what the rules make of it today."""
        plan = self._setting.plan
        expected = expectation(self._stand.observed(case), plan)
        told = replace(case, expect=replace(expected, reason="", obligations=None))
        return case_yaml(told, self._setting.schema, plan.subject, given=case.given)

    def _name(self, decision: Decision, atom: Atom, side: Side) -> str:
        """What the case is called until its author finds a better name."""
        home, span = decision.home, atom.node.span
        source = self._stand.source
        text = source.cut(span) if source else f"condition {span.line}:{span.column}"
        of = home.variable or self._setting.plan.rules[home.rule].id
        return f"{of}: {' '.join(text.split())[:LONGEST]} is {'true' if side.truth else 'false'}"
