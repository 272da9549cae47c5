"""Google's CheckedExpr (`cel/expr/checked.proto`, `syntax.proto`) read from its wire format.

`cel-expr-python` hands out a checked expression as bytes only: a `google.protobuf.Any` around a
CheckedExpr. This reader keeps what the typed tree needs - kinds, types, overloads, positions - and
undoes the macros, which arrive expanded to folds. It is written by hand because protobuf's own
Python parser stops at 100 nested messages, which 32 nested quantifiers exceed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from policy.lang.tree import QuantifierKind
from policy.lang.wire import (
    Unreadable,
    Wire,
    each,
    fields,
    nested,
    number_of,
    text_of,
)

_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_WELL_KNOWN = {1: "any", 2: "timestamp", 3: "duration"}

PACKAGE = "stave."
"""Prefix of our records' message names; type strings leave it out."""


@dataclass(frozen=True, slots=True)
class Constant:
    id: int
    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Ident:
    """A name as resolved: `params.limit` is one Ident where a variable is declared by that name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, or `has(operand.field)` when `test` is set."""

    id: int
    operand: Expr
    field: str
    test: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator. `member` tells that the first argument stood before a dot."""

    id: int
    function: str
    arguments: tuple[Expr, ...]
    member: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list literal."""

    id: int
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A map literal, or with a `message` name the construction of a message."""

    id: int
    message: str
    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """A quantifier as the author wrote it; see `policy.lang.tree.Quantifier`.

    `condition` is None for a two-argument `map`, `result` for all but `map`.
    """

    id: int
    kind: QuantifierKind
    range: Expr
    local: str
    condition: Expr | None
    result: Expr | None


Expr: TypeAlias = Constant | Ident | Select | Call | Items | Entries | Macro


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked expression: the types and overloads by node id, positions as code-point offsets."""

    expr: Expr
    types: dict[int, str]
    overloads: dict[int, str]
    positions: dict[int, int]


def parts(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts that the author wrote, in the order of the text."""
    match expr:
        case Select(operand=operand):
            return (operand,)
        case Call(arguments=arguments):
            return arguments
        case Items(items=items):
            return items
        case Entries(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case Macro(range=over, condition=condition, result=result):
            return tuple(part for part in (over, condition, result) if part is not None)
        case _:
            return ()


def read(raw: bytes) -> Checked:
    """Read what `cel.Expression.serialize()` returns. Raises Unreadable."""
    message = fields(nested(fields(raw), 2))
    info = fields(nested(message, 5))
    return Checked(
        expr=_expr(nested(message, 4)),
        types={at: _type(raw) for at, raw in _entries_of(message, 3)},
        overloads=dict(_overloads(message)),
        positions={number_of(at, 1): number_of(at, 2) for at in map(fields, each(info, 4))},
    )


def _overloads(message: Wire) -> Iterator[tuple[int, str]]:
    for number, reference in _entries_of(message, 2):
        found = list(each(fields(reference), 3))
        yield number, found[0].decode() if len(found) == 1 else ""


def _entries_of(message: Wire, field: int) -> Iterator[tuple[int, bytes]]:
    """The entries of a map from node ids to messages."""
    for entry in map(fields, each(message, field)):
        yield number_of(entry, 1), nested(entry, 2)


def _expr(raw: bytes) -> Expr:
    message = fields(raw)
    number = number_of(message, 2)
    for field, build in _EXPRESSIONS.items():
        if field in message:
            return build(number, fields(nested(message, field)))
    raise Unreadable("an expression of a kind that is not known")


def _constant(number: int, message: Wire) -> Expr:
    (field, (value,)) = next(iter(message.items()))
    match field, value:
        case 1, _:
            return Constant(number, None)
        case 2, int():
            return Constant(number, bool(value))
        case 3, int():
            return Constant(number, value - (1 << 64) if value >> 63 else value)
        case 4, int():
            return Constant(number, value)
        case 5, bytes():
            return Constant(number, struct.unpack("<d", value)[0])
        case 6, bytes():
            return Constant(number, value.decode())
        case 7, bytes():
            return Constant(number, value)
    raise Unreadable("a constant of a kind that is not known")


def _ident(number: int, message: Wire) -> Expr:
    return Ident(number, text_of(message, 1))


def _select(number: int, message: Wire) -> Expr:
    return Select(
        number, _expr(nested(message, 1)), text_of(message, 2), bool(number_of(message, 3))
    )


def _call(number: int, message: Wire) -> Expr:
    arguments = tuple(map(_expr, (*each(message, 1), *each(message, 3))))
    return Call(number, text_of(message, 2), arguments, member=1 in message)


def _items(number: int, message: Wire) -> Expr:
    if 2 in message:
        raise Unreadable("a list with optional items")
    return Items(number, tuple(map(_expr, each(message, 1))))


def _entries(number: int, message: Wire) -> Expr:
    name = text_of(message, 1)
    if name:  # the construction of a message; its fields are of no use, since it is refused
        return Entries(number, name, ())
    pairs = map(fields, each(message, 2))
    found = tuple((_expr(nested(pair, 3)), _expr(nested(pair, 4))) for pair in pairs)
    return Entries(number, "", found)


def _macro(number: int, message: Wire) -> Expr:
    """Undo the expansion of a macro; the shapes are those of CEL's standard macros."""
    over, local, step = _expr(nested(message, 2)), text_of(message, 1), _expr(nested(message, 6))
    start, result = _expr(nested(message, 4)), _expr(nested(message, 7))
    if 8 in message:
        raise Unreadable("a quantifier with two variables")
    match start, step, result:
        case Constant(), Call(function="_||_", arguments=(_, condition)), _:
            return Macro(number, "exists", over, local, condition, None)
        case Constant(), Call(function="_&&_", arguments=(_, condition)), _:
            return Macro(number, "all", over, local, condition, None)
        case Constant(), Call(function="_?_:_", arguments=(condition, _, _)), Call():
            return Macro(number, "exists_one", over, local, condition, None)
        case Items(), Call(function="_+_", arguments=(_, Items(items=(item,)))), _:
            return Macro(number, "map", over, local, None, item)
        case (
            Items(),
            Call(
                function="_?_:_",
                arguments=(condition, Call(arguments=(_, Items(items=(item,)))), _),
            ),
            _,
        ):
            if item == Ident(item.id, local) and item.id < condition.id:
                return Macro(number, "filter", over, local, condition, None)
            return Macro(number, "map", over, local, condition, item)
    raise Unreadable("a fold that is no macro of CEL's standard")


_EXPRESSIONS = {
    3: _constant,
    4: _ident,
    5: _select,
    6: _call,
    7: _items,
    8: _entries,
    9: _macro,
}


@lru_cache(maxsize=1024)
def _type(raw: bytes) -> str:
    """The type string of `policy.lang.tree`; `dyn`, `any`, `type`, ... for what rules refuse."""
    (field, (value,)) = next(iter(fields(raw).items()))
    match field, value:
        case 2, _:
            return "null"
        case 3, int():
            return _PRIMITIVES[value]
        case 4, int():
            return f"wrapper({_PRIMITIVES[value]})"
        case 5, int():
            return _WELL_KNOWN[value]
        case 6, bytes():
            return f"list({_type(nested(fields(value), 1))})"
        case 7, bytes():
            pair = fields(value)
            return f"map({_type(nested(pair, 1))}, {_type(nested(pair, 2))})"
        case 9, bytes():
            return value.decode().removeprefix(PACKAGE)
        case 11, _:
            return "type"
        case 14, bytes():
            return text_of(fields(value), 1)
    return "dyn"
