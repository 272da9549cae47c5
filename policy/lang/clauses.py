"""The text of `format`: `%s` and its kin, read once for the compiler and for the engines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

VERBS = "sdfebxXo"
"""text, number, fixed point, exponent, binary, hexadecimal in small and large letters, octal"""

MOST_DIGITS = 1000
"""Of a precision; cel-cpp takes no more."""

_USUAL = 6
_PART = re.compile(r"%(?:(?P<percent>%)|(?:\.(?P<digits>[0-9]{1,9}))?(?P<verb>[sdfebxXo]))|[^%]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """One hole: what its value is written as, and the digits behind the point of `%f` and `%e`."""

    verb: str
    digits: int = _USUAL


Piece: TypeAlias = str | Clause


@lru_cache(maxsize=1024)
def pieces(text: str) -> tuple[Piece, ...]:
    """The text between the holes, and the holes. Raises ValueError for a hole that is none."""
    found: list[Piece] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise ValueError(f"`{text[at : at + 2]}` is no clause")
        found.append(_piece(part))
        at = part.end()
    return tuple(found)


def _piece(part: re.Match[str]) -> Piece:
    if part["percent"]:
        return "%"
    if not part["verb"]:
        return part[0]
    digits = int(part["digits"] or _USUAL)
    if digits > MOST_DIGITS:
        raise ValueError(f"a clause has at most {MOST_DIGITS} digits")
    return Clause(part["verb"], digits)
