"""Reasons: the sentence of a rule with its holes filled in, for people."""

from __future__ import annotations

import re
from typing import Any

from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Closure, Frame
from policy.engines.rows.numbers import text_of_double
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.times import SECOND, format_duration, format_timestamp
from policy.lang.plan import ReasonPlan

UNKNOWN = "(unknown)"
"""Stands for a value that is absent, unknown or in error: a reason is never withheld for one."""

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_MIDNIGHT = re.compile(r"T00:00:00Z$")


class Reason:
    """Renders one rule's reason."""

    def __init__(self, plan: ReasonPlan, careful: Careful) -> None:
        self._texts = plan.texts
        self._holes = tuple((careful.closure(hole), hole.type) for hole in plan.holes)

    def render(self, frame: Frame) -> str:
        """The sentence."""
        parts = [self._texts[0]]
        for (closure, type_name), text in zip(self._holes, self._texts[1:], strict=True):
            parts += [_filled(closure, type_name, frame), text]
        return "".join(parts)


def _filled(closure: Closure, type_name: str, frame: Frame) -> str:
    try:
        return words(closure(frame), type_name)
    except EvaluationError:
        return UNKNOWN


def words(value: Any, type_name: str) -> str:
    """A value as people read it: midnight is only a date, a duration has its unit."""
    match type_name:
        case "bool":
            return "yes" if value else "no"
        case "double":
            return text_of_double(value) if abs(value) < 1e6 else f"{value:,.0f}"
        case "timestamp":
            return _MIDNIGHT.sub("", format_timestamp(value)).replace("T", " ").replace("Z", " UTC")
        case "duration":
            return _length(value)
        case _ if isinstance(value, list):
            inner = type_name.removeprefix("list(")[:-1]
            return ", ".join(words(item, inner) for item in value) or "none"
        case _:
            return str(value)


def _length(value: int) -> str:
    """Two hours rather than 7200 seconds, where that is exact."""
    seconds, nanos = divmod(value, SECOND)
    if nanos:
        return format_duration(value)
    for size, name in _UNITS:
        if seconds % size == 0 and (seconds or size == 1):
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return format_duration(value)
