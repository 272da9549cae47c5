"""Structured field dictionaries (RFC 9651): `train-ai=n, search=y;note=1`.

Read strictly, since a field that does not parse says nothing at all. Values of our interest are
tokens; all other types are read so that what stands behind them is found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_ITEM = re.compile(
    r"(?P<token>[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*)"
    r'|"(?:[ !#-\[\]-~]|\\["\\])*"'
    r"|:[A-Za-z0-9+/=]*:"
    r"|\?[01]"
    r"|[@-]?\d{1,15}(?:\.\d{1,3})?",
    re.ASCII,
)
_COMMA = re.compile(r"[ \t]*,[ \t]*")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a dictionary: `value` is its token, None when it is of another type.

    `text` is the value as written, `at` the offset of the key, `parameters` the names behind it.
    """

    key: str
    value: str | None
    text: str
    at: int
    parameters: tuple[str, ...] = ()


class NotStructured(Exception):
    """The text is no dictionary; `at` is the offset of what cannot be read."""

    def __init__(self, at: int, message: str) -> None:
        self.at = at
        super().__init__(message)


def read_dictionary(text: str) -> list[Member]:
    """The members in their order, a key given twice included. Raises NotStructured."""
    found: list[Member] = []
    at = len(text) - len(text.lstrip(" "))
    end = len(text.rstrip(" "))
    while at < end:
        member, at = _member(text, at)
        found.append(member)
        if at >= end:
            break
        comma = _COMMA.match(text, at)
        if comma is None:
            raise NotStructured(at, "a comma is missing")
        at = comma.end()
        if at >= end:
            raise NotStructured(at, "something must follow the last comma")
    return found


def _member(text: str, at: int) -> tuple[Member, int]:
    key = _KEY.match(text, at)
    if key is None:
        raise NotStructured(at, "a name in lower case is missing")
    value: str | None = None
    end = key.end()
    if text[end : end + 1] == "=":
        value, end = _value(text, end + 1)
    shown = text[key.end() + 1 : end]
    parameters, end = _parameters(text, end)
    return Member(key[0], value, shown, at, parameters), end


def _value(text: str, at: int) -> tuple[str | None, int]:
    if text[at : at + 1] == "(":
        return None, _inner_list(text, at + 1)
    item = _ITEM.match(text, at)
    if item is None:
        raise NotStructured(at, "a value is missing")
    return item["token"], item.end()


def _inner_list(text: str, at: int) -> int:
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" "))
        if text[at : at + 1] == ")":
            return at + 1
        _, at = _value(text, at) if text[at : at + 1] != "(" else (None, len(text))
        _, at = _parameters(text, at)
        if text[at : at + 1] not in (" ", ")"):
            raise NotStructured(min(at, len(text)), "a list in brackets does not end")


def _parameters(text: str, at: int) -> tuple[tuple[str, ...], int]:
    names: list[str] = []
    while text[at : at + 1] == ";":
        at += 1
        at += len(text[at:]) - len(text[at:].lstrip(" "))
        key = _KEY.match(text, at)
        if key is None:
            raise NotStructured(at, "the name of a parameter is missing")
        names.append(key[0])
        at = key.end()
        if text[at : at + 1] == "=":
            _, at = _value(text, at + 1)
    return tuple(names), at
