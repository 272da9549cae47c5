"""Google's expressions (`cel/expr/checked.proto`, `syntax.proto`) read from their wire format.

`cel-expr-python` hands out an expression as bytes only: a `google.protobuf.Any` around a
CheckedExpr, or a ParsedExpr where no check was asked for. This reader keeps what the typed tree
needs - kinds, types, overloads, positions - and undoes the macros, which arrive expanded to folds.
It is written by hand because protobuf's own Python parser stops at 100 nested messages, which 32
nested quantifiers exceed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache

from policy.lang.exprs import PACKAGE, Call, Checked, Constant, Entries, Expr, Ident, Items, Select
from policy.lang.folds import Fold, macro
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
_PARSED = "cel.expr.ParsedExpr"


def read(raw: bytes) -> Checked:
    """Read what `cel.Expression.serialize()` returns. Raises Unreadable."""
    box = fields(raw)
    message = fields(nested(box, 2))
    if text_of(box, 1).endswith(_PARSED):
        return Checked(_expr(nested(message, 2)), {}, {}, _positions(nested(message, 3)))
    return Checked(
        expr=_expr(nested(message, 4)),
        types={at: _type(raw) for at, raw in _entries_of(message, 3)},
        overloads=dict(_overloads(message)),
        positions=_positions(nested(message, 5)),
    )


def _positions(raw: bytes) -> dict[int, int]:
    return {number_of(at, 1): number_of(at, 2) for at in map(fields, each(fields(raw), 4))}


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
            return Constant(number, None, "null")
        case 2, int():
            return Constant(number, bool(value), "bool")
        case 3, int():
            return Constant(number, value - (1 << 64) if value >> 63 else value, "int")
        case 4, int():
            return Constant(number, value, "uint")
        case 5, bytes():
            return Constant(number, struct.unpack("<d", value)[0], "double")
        case 6, bytes():
            return Constant(number, value.decode(), "string")
        case 7, bytes():
            return Constant(number, value, "bytes")
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
    pairs = [*map(fields, each(message, 2))]
    if any(5 in pair for pair in pairs):
        raise Unreadable("a map with optional entries")
    found = tuple((_expr(nested(pair, 3)), _expr(nested(pair, 4))) for pair in pairs)
    return Entries(number, "", found)


def _fold(number: int, message: Wire) -> Expr:
    over, start, step, result = (_expr(nested(message, field)) for field in (2, 4, 6, 7))
    fold = Fold(number, over, text_of(message, 1), text_of(message, 8), start, step, result)
    return macro(fold)


_EXPRESSIONS = {
    3: _constant,
    4: _ident,
    5: _select,
    6: _call,
    7: _items,
    8: _entries,
    9: _fold,
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
            abstract = fields(value)
            inner = ", ".join(map(_type, each(abstract, 2)))
            return f"{text_of(abstract, 1)}({inner})" if inner else text_of(abstract, 1)
    return "dyn"
