"""What generated code may name: our helpers, and the author's constants under names of ours.

Author text never becomes source text. Strings, patterns and lists are bound here as objects; of
the author's words only the names of facts, checked to be identifiers, appear as attributes.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from policy.engines.rows import numbers, values
from policy.engines.rows.times import TimestampTexts, parse_duration
from policy.engines.rows.values import Duration, Timestamp, Uint

TIMESTAMPS = TimestampTexts()


class DurationTexts(dict[str, Duration]):
    """Duration text to nanoseconds, remembering the texts seen, within bounds."""

    LIMIT = 4096

    def __missing__(self, text: str) -> Duration:
        made = parse_duration(text)
        if len(self) >= self.LIMIT:
            self.clear()
        self[text] = made
        return made


DURATIONS = DurationTexts()


def position(items: Sequence[Any], item: Any) -> int:
    """The index of an item that is one of the items."""
    return next(index for index, other in enumerate(items) if other is item)


HELPERS: dict[str, Any] = {
    "__builtins__": {},
    "INT": int,
    "len": len,
    "list": list,
    "map": map,
    "CHECKED": numbers.checked,
    "EQUALS": values.equals,
    "NEW_MAP": values.new_map,
    "KEYS": values.keys,
    "POSITION": position,
    "TS": TIMESTAMPS,
    "TS_GET": TIMESTAMPS.__getitem__,
    "DS": DURATIONS,
    "DS_GET": DURATIONS.__getitem__,
}


class Namespace:
    """The globals of one generated module."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = dict(HELPERS)
        self._bound: dict[tuple[type, Any], str] = {}

    def bind(self, prefix: str, value: Any, identity: Any = None) -> str:
        """A name for an object; the same name for the same identity (default: the value)."""
        key = (type(value), value if identity is None else (prefix, identity))
        name = self._bound.get(key)
        if name is None:
            name = self._bound[key] = f"{prefix}{len(self._bound)}"
            self.names[name] = value
        return name

    def constant(self, value: Any) -> str:
        """Python text for a constant: itself where that is safe and exact, else a bound name."""
        match value:
            case None | True | False:
                return str(value)
            case Timestamp() | Duration() | Uint():
                return self.bind("K", value)
            case int():
                return str(value) if value >= 0 else f"({value})"
            case float() if math.isfinite(value):
                return repr(value) if math.copysign(1, value) > 0 else f"({value!r})"
            case str() if type(value) is str:
                return self.bind("K", sys.intern(value))  # enums of documents are interned too
            case bytes():
                return self.bind("K", value)
            case _:
                return self.bind("K", value, id(value))
