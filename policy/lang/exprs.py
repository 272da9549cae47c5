"""Expressions as Google's parser reads them, with the macros as their author wrote them.

`policy.lang.checked` reads them from bytes, `policy.lang.builder` makes the typed tree of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from policy.lang.tree import QuantifierKind

PACKAGE = "stave."
"""Prefix of our records' message names; type strings leave it out."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; `kind` is its type string."""

    id: int
    value: bool | int | float | str | bytes | None
    kind: str


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

    `condition` is None where `map` and its kin have none, `result` where nothing is made. `item` is
    the second name of a quantifier that has two, else empty.
    """

    id: int
    kind: QuantifierKind
    range: Expr
    local: str
    condition: Expr | None
    result: Expr | None
    item: str = ""


Expr: TypeAlias = Constant | Ident | Select | Call | Items | Entries | Macro


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression: the types and overloads by node id, positions as code-point offsets.

    Types and overloads are what the checker found; without a check there are those of literals.
    """

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
