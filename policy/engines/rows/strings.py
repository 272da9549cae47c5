"""CEL's functions of texts beyond the core: its strings extension.

Positions count code points. What lies outside a text is an error, except just behind its end.
"""

from __future__ import annotations

from typing import Any

from policy.engines.rows.formats import formatted
from policy.engines.rows.overloads import Overload, Overloads
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import kind_of

_LOWER = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}
_UPPER = {small: large for large, small in _LOWER.items()}

BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's white space, property White_Space; Python's `strip` takes four separators more."""

_QUOTED = str.maketrans(
    dict(zip('\a\b\f\n\r\t\v\\"', (f"\\{sign}" for sign in 'abfnrtv\\"'), strict=True))
)


def overloads() -> Overloads:
    """All functions of the extension."""
    yield from _positions()
    yield from _parts()
    yield ("lowerAscii", "string"), Overload(lambda text: text.translate(_LOWER))
    yield ("upperAscii", "string"), Overload(lambda text: text.translate(_UPPER))
    yield ("trim", "string"), Overload(lambda text: text.strip(BLANKS))
    yield ("reverse", "string"), Overload(lambda text: text[::-1], "{0}[::-1]")
    yield ("strings.quote", "string"), Overload(quote)
    yield ("format", "string", "list"), Overload(formatted)


def _positions() -> Overloads:
    text = "string"
    yield ("charAt", text, "int"), Overload(char_at)
    yield ("indexOf", text, text), Overload(str.find, "{0}.find({1})")
    yield ("indexOf", text, text, "int"), Overload(index_of)
    yield ("lastIndexOf", text, text), Overload(str.rfind, "{0}.rfind({1})")
    yield ("lastIndexOf", text, text, "int"), Overload(last_index_of)
    yield ("substring", text, "int"), Overload(lambda whole, at: whole[_inside(whole, at) :])
    yield ("substring", text, "int", "int"), Overload(substring)


def _parts() -> Overloads:
    text = "string"
    yield ("replace", text, text, text), Overload(str.replace, "{0}.replace({1}, {2})")
    yield ("replace", text, text, text, "int"), Overload(str.replace, "{0}.replace({1}, {2}, {3})")
    yield ("split", text, text), Overload(split)
    yield ("split", text, text, "int"), Overload(split)
    yield ("join", "list"), Overload(join)
    yield ("join", "list", text), Overload(join)


def _inside(text: str, position: int) -> int:
    """The position itself. Raises EvaluationError where it is outside the text."""
    if 0 <= position <= len(text):
        return position
    raise EvaluationError(f"index out of range: {position}")


def char_at(text: str, position: int) -> str:
    """The sign at a position; empty just behind the end."""
    at = _inside(text, position)
    return text[at : at + 1]


def index_of(text: str, part: str, start: int) -> int:
    """Where a part first begins, from a position on; -1 when nowhere."""
    return text.find(part, _inside(text, start))


def last_index_of(text: str, part: str, start: int) -> int:
    """Where a part last begins, at a position or before it; -1 when nowhere."""
    return text.rfind(part, 0, _inside(text, start) + len(part))


def substring(text: str, start: int, end: int) -> str:
    """From a position up to another. Raises EvaluationError when they are out of order."""
    if _inside(text, start) > _inside(text, end):
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    return text[start:end]


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    """The parts between separators, at most `limit` where that is not negative.

    An empty separator is found between all signs.
    """
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    most = len(text) if limit < 0 else min(limit, len(text))
    return [*text[: most - 1], text[most - 1 :]] if text else [""]


def join(items: list[Any], separator: str = "") -> str:
    """The texts one after another. Raises EvaluationError for an item that is none."""
    for item in items:
        if kind_of(item) != "string":
            raise EvaluationError(f"no such overload: join() of a {kind_of(item)}")
    return separator.join(items)


def quote(text: str) -> str:
    """The text as CEL writes it between double quotes; only what must be is escaped."""
    return f'"{text.translate(_QUOTED)}"'
