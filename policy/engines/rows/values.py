"""CEL values in Python, and the comparisons that Python does otherwise.

bool, int, double, string, bytes, list, map and null are the Python types of that kind. The other
three are integers with a class of their own: Uint, Timestamp (nanoseconds since 1970-01-01 UTC)
and Duration (nanoseconds). A record is a msgspec Struct that holds the fields which rules read.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import msgspec

from policy.engines.rows.poison import Absent, EvaluationError, Poison

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
UINT_MAX = 2**64 - 1


class Uint(int):
    """An unsigned 64-bit number."""

    __slots__ = ()


class Timestamp(int):
    """An instant: nanoseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()


class Duration(int):
    """A length of time in nanoseconds."""

    __slots__ = ()


class TypeName(str):
    """A CEL type as a value: what `type(x)` gives."""

    __slots__ = ()


_KINDS: dict[type, str] = {
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    Timestamp: "timestamp",
    Duration: "duration",
    type(None): "null",
    list: "list",
    dict: "map",
    TypeName: "type",
}
NUMBERS = frozenset({"int", "uint", "double"})


def kind_of(value: Any) -> str:
    """The kind of a runtime value; `record` for what is no other."""
    return _KINDS.get(type(value), "record")


@cache
def kind(type_name: str) -> str:
    """The kind of a static type: `list` of `list(int)`, `record` of a record's name."""
    head = type_name.partition("(")[0]
    return head if head in _STATIC else "record"


_STATIC = frozenset({*_KINDS.values(), "dyn"})


_PLAIN = frozenset({"bool", "int", "uint", "string", "bytes", "timestamp", "duration"})


@cache
def is_plain(type_name: str) -> bool:
    """Whether Python's equality is CEL's for values of a type: not for doubles, records and maps,
    nor for lists of them."""
    while type_name.startswith("list("):
        type_name = type_name[5:-1]
    return type_name in _PLAIN


def interned(value: Any) -> Any:
    """The same value; of equal texts one object, as the words of enums in documents are."""
    return sys.intern(value) if type(value) is str else value


def read(value: Any) -> Any:
    """The value itself. Raises EvaluationError for a missing one."""
    if isinstance(value, Poison):
        raise value.error()
    return value


def equals(left: Any, right: Any) -> bool:
    """CEL's `==`: numbers by value across kinds, everything else only within its kind."""
    left_kind, right_kind = kind_of(left), kind_of(right)
    if left_kind in NUMBERS and right_kind in NUMBERS:
        left, right = comparable(left, right)
        return bool(left == right)
    if left_kind != right_kind:
        return False
    match left_kind:
        case "list":
            return len(left) == len(right) and all(map(equals, left, right))
        case "map":
            return len(left) == len(right) and all(
                key in right and equals(value, right[key]) for key, value in left.items()
            )
        case "record":
            return _records_equal(left, right)
        case _:
            return bool(left == right)


def comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers as CEL compares them: as doubles where one is, which rounds large integers."""
    if type(left) is float or type(right) is float:
        return float(left), float(right)
    return left, right


def _records_equal(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    return all(
        _fields_equal(getattr(left, name), getattr(right, name))
        for name in msgspec.structs.asdict(left)
    )


def _fields_equal(left: Any, right: Any) -> bool:
    if type(left) is Absent or type(right) is Absent:
        return type(left) is type(right)
    return equals(read(left), read(right))


def contains(item: Any, values: Any) -> bool:
    """CEL's `in` for lists and maps."""
    if type(values) is dict:
        return key(item) in values
    return any(equals(item, value) for value in values)


class _BoolKey:
    """A bool as a key of a map: Python holds True and 1 for one key, CEL does not."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value


_BOOL_KEYS = {True: _BoolKey(True), False: _BoolKey(False)}


def key(value: Any) -> Any:
    """The value as it stands among a map's keys."""
    return _BOOL_KEYS[value] if type(value) is bool else value


def unkey(value: Any) -> Any:
    """The inverse of `key`."""
    return value.value if type(value) is _BoolKey else value


def keys(mapping: dict[Any, Any]) -> list[Any]:
    """The keys of a map as values."""
    return [unkey(value) for value in mapping]


def new_map(pairs: tuple[tuple[Any, Any], ...]) -> dict[Any, Any]:
    """`{k: v}`. Raises EvaluationError for a repeated key or a key of a kind that cannot be one."""
    made: dict[Any, Any] = {}
    for name, value in pairs:
        if kind_of(name) not in _KEY_KINDS:
            raise EvaluationError(f"a {kind_of(name)} cannot be the key of a map")
        if key(name) in made:
            raise EvaluationError(f"the key {name!r} stands twice in a map")
        made[key(name)] = value
    return made


_KEY_KINDS = frozenset({"bool", "int", "uint", "string"})
