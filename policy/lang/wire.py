"""The wire format of protocol buffers, as far as Google's checked expressions use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Wire: TypeAlias = dict[int, list[bytes | int]]
"""The fields of one message: number to values, in order; varints as int, all else as bytes."""


class Unreadable(ValueError):
    """The bytes hold something that is not known here; the text says what."""


def fields(raw: bytes) -> Wire:
    """One level of a message. Raises Unreadable for groups and 32-bit fields."""
    found: Wire = {}
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        value: bytes | int
        match key & 7:
            case 0:
                value, at = _varint(raw, at)
            case 1:
                value, at = raw[at : at + 8], at + 8
            case 2:
                size, at = _varint(raw, at)
                value, at = raw[at : at + size], at + size
            case _:
                raise Unreadable("a wire type that is not known")
        found.setdefault(key >> 3, []).append(value)
    return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = raw[at]
    if value < 128:
        return value, at + 1
    value, shift = value & 127, 7
    while True:
        at += 1
        byte = raw[at]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + 1
        shift += 7


def each(message: Wire, field: int) -> Iterator[bytes]:
    """The bytes of every value of a repeated field, each a message or a text."""
    for value in message.get(field, ()):
        if isinstance(value, int):
            raise Unreadable("a number where a message was expected")
        yield value


def nested(message: Wire, field: int) -> bytes:
    """The bytes of a single field; empty when it is not there, which is its default."""
    return next(each(message, field), b"")


def number_of(message: Wire, field: int) -> int:
    """A whole number; 0 when it is not there."""
    value = message.get(field, [0])[0]
    if isinstance(value, bytes):
        raise Unreadable("a message where a number was expected")
    return value


def text_of(message: Wire, field: int) -> str:
    """A text; empty when it is not there."""
    return nested(message, field).decode()
