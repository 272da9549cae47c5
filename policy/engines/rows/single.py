"""One rule by itself, for whoever tries many rules that differ in little.

It is evaluated carefully: closures are made in a moment, while the generated functions of a whole
ruleset pay only over many documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Closure, Frame
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.reasons import Reason
from policy.engines.rows.values import Timestamp
from policy.lang.combine import RuleResult
from policy.lang.plan import Plan, RulePlan


@dataclass(frozen=True, slots=True)
class Situation:
    """What rules are asked about: a document as a struct, and the numbers of its day by name."""

    document: Any
    numbers: dict[str, Any]
    now: Timestamp

    def frame(self) -> Frame:
        """A fresh frame: no variable has been computed yet."""
        return Frame(self.document, self.numbers, self.now)


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of a situation; `reason` is its sentence when it matched, else empty."""

    result: RuleResult
    reason: str = ""

    @property
    def matched(self) -> bool:
        """Whether the rule matched."""
        return self.result.status == "matched"


def single_rules(plan: Plan, rules: Iterable[RulePlan]) -> dict[str, SingleRule]:
    """Some rules of a plan by id; they share its variables."""
    careful = Careful({variable.name: variable.tree for variable in plan.variables})
    return {rule.id: SingleRule(plan.ruleset, rule, careful) for rule in rules}


class SingleRule:
    """A rule of a ruleset, evaluated by itself. `careful` holds the ruleset's variables."""

    def __init__(self, ruleset: str, rule: RulePlan, careful: Careful) -> None:
        self.rule = rule
        self._ruleset = ruleset
        self._when = careful.closure(rule.when)
        self._reason = Reason(rule.reason, careful)
        self._territories: Closure | None = (
            careful.closure(rule.territories) if rule.territories is not None else None
        )

    def say(self, situation: Situation) -> Said:
        """As RulesetProgram judges it: without an answer the rule speaks with its `on_error`."""
        rule, frame = self.rule, situation.frame()
        try:
            if not self._when(frame):
                return self.silent()
            places = None if self._territories is None else tuple(self._territories(frame))
        except EvaluationError:
            effect = None if rule.on_error == "skip" else rule.on_error
            return Said(RuleResult(self._ruleset, rule.id, "indeterminate", effect))
        matched = RuleResult(self._ruleset, rule.id, "matched", rule.effect, places)
        return Said(matched, self._reason.render(frame))

    def silent(self) -> Said:
        """What it says where it does not match, and on days when its version does not hold."""
        return Said(RuleResult(self._ruleset, self.rule.id, "not_matched", self.rule.effect))
