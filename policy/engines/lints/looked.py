"""What lints look at: one version with its tests, what they show, and whom to ask for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policy.engines.coverage.measuring import DecisionShown, measured
from policy.engines.coverage.overlays import solved
from policy.engines.observing import Observation
from policy.engines.solver import Answer, Setting, facts_lines, witness
from policy.engines.solver.answers import Found
from policy.engines.testing import Stand
from policy.lang.cases import Case
from policy.lang.diagnostics import Diagnostic, Related, warning
from policy.lang.plan import Plan
from policy.lang.source import Span
from policy.lang.tree import Node

WORK = 20_000
"""What one question may cost, a third of the solver's own bound: a lint that gives up is silent."""


@dataclass(frozen=True)
class Looked:
    """A version whose file is `path`, and its cases. `today` is the day on which it is looked at.

    `plans` are all versions of the ruleset, this one among them; `parameters_path` is their file.
    """

    stand: Stand
    setting: Setting
    path: str
    parameters_path: str
    plans: tuple[Plan, ...]
    cases: tuple[Case, ...]
    today: date

    @property
    def plan(self) -> Plan:
        """The version."""
        return self.setting.plan

    @cached_property
    def _observed(self) -> tuple[tuple[Case, Observation | None], ...]:
        """What each case made of the version; those before or after its days made nothing."""
        return tuple((case, self.stand.observe(case)) for case in self.cases)

    @cached_property
    def seen(self) -> tuple[Observation, ...]:
        """What the cases made of the version."""
        return tuple(seen for _, seen in self._observed if seen is not None)

    @cached_property
    def shown(self) -> tuple[DecisionShown, ...]:
        """What the cases show of every condition."""
        return measured(self.plan, self._observed).shown()

    def truths(self, rule: int) -> set[bool]:
        """What a rule's condition came to in the cases."""
        values = [each.rules[rule] for each in self.seen]
        return {bool(each.value) for each in values if each.error is None}

    def answer(self, goal: Node) -> Answer:
        """Facts for which a goal holds, under the parameters in force or other values of them."""
        return solved(goal, self.setting, lambda each: witness(goal, each, work=WORK))[0]

    def facts(self, found: Found) -> str:
        """What was found as a test says it, on one line."""
        lines = facts_lines(found, self.setting)
        return ", ".join(f"`{line}`" for line in lines) or "all facts that say nothing"

    def text(self, node: Node) -> str:
        """A part of a condition as its author wrote it, on one line."""
        source = self.stand.source
        return " ".join(source.cut(node.span).split()) if source else "the part"

    def warn(self, code: str, message: str, span: Span, help: str, *related: Related) -> Diagnostic:
        """A doubt about the version's file."""
        return warning(code, message, self.path, span, help=help, related=related)


def head(span: Span) -> Span:
    """The first sign of what is too long to be underlined."""
    return Span(span.line, span.column, span.line, span.column + 1)
