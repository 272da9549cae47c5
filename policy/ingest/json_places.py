"""Where a value of a JSON text stands, found again after parsing and only when somebody asks.

Python's parser tells no places. Each container on the way to a value is walked once and remembered,
so a hundred problems cost no more than one or two further parses.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]
"""Keys and indexes from the root to a value."""

_BETWEEN = re.compile(r"[ \t\n\r,:]*")
_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


class Places:
    """Offsets in one text, which must be valid JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._children: dict[Path, dict[Step, tuple[int, int]]] = {}

    def value(self, at: Path) -> tuple[int, int]:
        """Start and end of a value; of what it would be in when it is not there."""
        start = self._start(at)
        return start, self._end(start)

    def key(self, at: Path, name: str) -> tuple[int, int]:
        """Start and end of a key of an object; of its last one when it is there twice."""
        start = self._inside(at)[name][0]
        return start, self._end(start)

    def _start(self, at: Path) -> int:
        if not at:
            return self._skip(0)
        found = self._inside(at[:-1]).get(at[-1])
        return found[1] if found else self._start(at[:-1])

    def _inside(self, at: Path) -> dict[Step, tuple[int, int]]:
        """Where each member's key and value, or each item, begins."""
        if at not in self._children:
            start = self._start(at)
            walk = self._members if self._text[start] == "{" else self._items
            self._children[at] = walk(self._skip(start + 1))
        return self._children[at]

    def _members(self, at: int) -> dict[Step, tuple[int, int]]:
        found: dict[Step, tuple[int, int]] = {}
        while self._text[at] != "}":
            name, after = _decoder.raw_decode(self._text, at)
            value = self._skip(after)
            found[name] = (at, value)
            at = self._skip(self._end(value))
        return found

    def _items(self, at: int) -> dict[Step, tuple[int, int]]:
        found: dict[Step, tuple[int, int]] = {}
        while self._text[at] != "]":
            found[len(found)] = (at, at)
            at = self._skip(self._end(at))
        return found

    def _end(self, start: int) -> int:
        return _decoder.raw_decode(self._text, start)[1]

    def _skip(self, at: int) -> int:
        match = _BETWEEN.match(self._text, at)
        return match.end() if match else at


def shown(at: Path) -> str:
    """`$.tracks[0].isrc`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
