"""By when a use must stop: the deadline of the rule that forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from policy.lang.deadlines import time_allowed

STOP = "stop_use"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when, and by which rule; without a rule that says so there is none."""

    due_at: datetime | None = None
    ruleset: str = ""
    rule: str = ""
    within: str = ""

    @property
    def cited(self) -> str:
        """The deadline as a sentence that cites its rule."""
        if self.due_at is None:
            return "No rule gives it more time."
        return f"By {self.due_at:%Y-%m-%d %H:%M} UTC ({self.ruleset}/{self.rule}: {self.within})."

    @staticmethod
    def order(deadline: Deadline) -> tuple[bool, datetime]:
        """The earliest first, none last."""
        return deadline.due_at is None, deadline.due_at or datetime.max.replace(tzinfo=UTC)


def deadline_of(rules: Iterable[Mapping[str, Any]], at: datetime) -> Deadline:
    """The earliest deadline to stop that rules which decided set, as a UsageDecision keeps them."""
    found = [
        Deadline(at.astimezone(UTC) + allowed, rule["ruleset"], rule["rule"], duty["within"])
        for rule in rules
        if rule["determining"]
        for duty in rule["obligations"]
        if duty["do"] == STOP and (allowed := time_allowed(duty["within"]))
    ]
    return min(found, key=Deadline.order, default=Deadline())
