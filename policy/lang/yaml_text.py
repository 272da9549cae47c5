"""Values as YAML of rule files: what the loader reads back is what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from policy.lang.shapes import is_timestamp, parse_day

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"
"""What can be written; None is `~`."""

WIDE = 100
"""Code points from where on a collection is written over several lines."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w .()'/&+-]|:(?=\w))*")
_OTHERWISE = frozenset({"null", "Null", "NULL", "true", "false"})
_DURATION = re.compile(r"\d+s")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def text(value: str) -> str:
    """A text as it can stand anywhere: bare where that is plain to see, else in double quotes.

    Control characters, which the loader refuses in any form, become U+FFFD.
    """
    if parse_day(value) or is_timestamp(value) or _DURATION.fullmatch(value):
        return value
    bare = _PLAIN.fullmatch(value) and not value.endswith(" ") and value not in _OTHERWISE
    if bare:
        return value
    return '"' + "".join(map(_escaped, _REFUSED.sub("\ufffd", value))) + '"'


def flow(value: Value) -> str:
    """A value on one line."""
    match value:
        case None:
            return "~"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return text(value)
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def entry(key: str, value: Value) -> Iterator[str]:
    """The lines of `key: value`; collections that are too wide for one line become blocks."""
    line = f"{key}: {flow(value)}"
    if len(line) <= WIDE and not _holds_records(value):
        yield line
    elif isinstance(value, Mapping) and value:
        yield f"{key}:"
        yield from (f"  {inner}" for inner in mapping(value))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{key}:"
        for item in value:
            yield from (f"  {inner}" for inner in _item(item))
    else:
        yield line


def mapping(value: Mapping[str, Value]) -> Iterator[str]:
    """The lines of a mapping in block style, keys in their order."""
    for key, each in value.items():
        yield from entry(key, each)


def _item(value: Value) -> Iterator[str]:
    line = f"- {flow(value)}"
    if len(line) <= WIDE or not isinstance(value, Mapping):
        yield line
        return
    for index, inner in enumerate(mapping(value)):
        yield f"{'  ' if index else '- '}{inner}"


def _holds_records(value: Value) -> bool:
    """Whether it is a list of mappings, which reads better one below the other."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and any(isinstance(item, Mapping) for item in value)
    )


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
