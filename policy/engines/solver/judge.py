"""Says of whole documents whether a goal holds: the last word on every witness."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from policy.engines import rows
from policy.engines.solver.answers import Setting
from policy.lang.plan import ReasonPlan, RulePlan
from policy.lang.tree import And, Node


class Judge:
    """A goal as a ruleset of its own, each of its parts a rule, run by the row engine."""

    def __init__(self, goal: Node, setting: Setting) -> None:
        parts = goal.parts if isinstance(goal, And) else (goal,)
        rules = tuple(_rule(index, part) for index, part in enumerate(parts))
        plan = replace(setting.plan, rules=rules)
        self._parts = len(parts)
        self._parameters = setting.parameters
        self._program = rows.load([plan], setting.schema, plan.subject)
        self._ruleset = self._program.rulesets[0]

    def numbers(self, day: date) -> rows.Parameters:
        """The parameters in force on a day."""
        return self._ruleset.parameters(rows.in_force(self._parameters, day))

    def true_parts(self, document: Mapping[str, Any], as_of: str) -> int:
        """How many of the parts hold for a document. Raises DocumentError when it is none."""
        moment = datetime.fromisoformat(as_of).astimezone(UTC)
        found = self._ruleset.evaluate(
            self._program.view(document), self.numbers(moment.date()), rows.instant(moment)
        )
        return len(found.matched)

    def holds(self, document: Mapping[str, Any], as_of: str) -> bool:
        """Whether the goal is true: not false, and no error."""
        return self.true_parts(document, as_of) == self._parts


def _rule(index: int, part: Node) -> RulePlan:
    return RulePlan(
        id=f"part-{index}",
        title="",
        when=part,
        effect="review",
        reason=ReasonPlan(texts=("",), holes=(), span=part.span),
        span=part.span,
        when_span=part.span,
    )
