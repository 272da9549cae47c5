"""The typed tree: what a condition means, after Google's CEL checker has read it.

It is the one truth that every back end reads and that is stored with the Rule row. Nodes are
frozen, know their type and the place of their text, and travel as JSON without further code.

Types are written as short strings: `bool int uint double string bytes timestamp duration null`,
`list(T)`, `map(K, V)`, and the name of a record of the fact schema (`Contributor`). Trees of
`policy.lang.loose` also know `dyn`, what only a value tells, and `type`, a type as a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from policy.lang.source import Span

Scalar: TypeAlias = bool | int | float | str | None
QuantifierKind: TypeAlias = OneOf[
    "exists", "all", "exists_one", "filter", "map", "transformMap", "transformMapEntry"
]


class _Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="node"):
    """What all nodes have: their type and where their text stands in the ruleset file."""

    type: str
    span: Span


class Literal(_Node, frozen=True, tag="literal"):
    """A constant. `bytes` are latin-1 text; non-finite doubles and types are their CEL text."""

    value: Scalar


class Fact(_Node, frozen=True, tag="fact"):
    """A fact read from the document: `track.ai.declared` is ("track", "ai", "declared").

    ("now",) is the instant of the evaluation. Paths only pass through single records; what
    is read from a list item is a Select on a Local.
    """

    path: tuple[str, ...]


class Param(_Node, frozen=True, tag="param"):
    """A dated number of parameters.yaml, at the subject's instant: `params.name`."""

    name: str


class Variable(_Node, frozen=True, tag="variable"):
    """A named condition of the same ruleset (its `variables:`)."""

    name: str


class Local(_Node, frozen=True, tag="local"):
    """The item that a quantifier is looking at."""

    name: str


class Select(_Node, frozen=True, tag="select"):
    """A field of a record that is not reached by a Fact path, or of a map."""

    operand: Node
    field: str


class Has(_Node, frozen=True, tag="has"):
    """`has(target)`: whether the field is there. Always of type bool."""

    target: Fact | Select


class Not(_Node, frozen=True, tag="not"):
    """`!a`."""

    operand: Node


class And(_Node, frozen=True, tag="and"):
    """`a && b && ...`, flattened, in the author's order. A false part absorbs errors."""

    parts: tuple[Node, ...]


class Or(_Node, frozen=True, tag="or"):
    """`a || b || ...`, flattened, in the author's order. A true part absorbs errors."""

    parts: tuple[Node, ...]


class If(_Node, frozen=True, tag="if"):
    """`condition ? then : otherwise`; only the chosen branch is evaluated."""

    condition: Node
    then: Node
    otherwise: Node


class Call(_Node, frozen=True, tag="call"):
    """Any other operator or function.

    `function` is CEL's name (`_==_`, `_+_`, `_[_]`, `@in`, `size`, `matches`, ...), `overload` the
    one overload that the checker chose (`add_int64`, ...), or empty where several remain. The
    target of a member call is the first argument.
    """

    function: str
    overload: str
    arguments: tuple[Node, ...]


class ListOf(_Node, frozen=True, tag="list"):
    """`[a, b]`."""

    items: tuple[Node, ...]


class MapOf(_Node, frozen=True, tag="map"):
    """`{k: v}` with the pairs in the author's order."""

    entries: tuple[tuple[Node, Node], ...]


class Quantifier(_Node, frozen=True, tag="quantifier"):
    """`range.exists(local, condition)` and its kin.

    `condition` is the predicate; `result` is what `map` yields per item (None for the others),
    and a two-argument `map` has a Literal true as its condition. Of two names, `local` is the index
    or the key and `item` what lies there; `transformList` is a `map` of two names.
    """

    kind: QuantifierKind
    range: Node
    local: str
    condition: Node
    result: Node | None = None
    item: str = ""


Node: TypeAlias = (
    Literal
    | Fact
    | Param
    | Variable
    | Local
    | Select
    | Has
    | Not
    | And
    | Or
    | If
    | Call
    | ListOf
    | MapOf
    | Quantifier
)


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node in evaluation order; empty for leaves."""
    match node:
        case Select(operand=operand) | Not(operand=operand):
            return (operand,)
        case Has(target=target):
            return (target,)
        case And(parts=parts) | Or(parts=parts):
            return parts
        case If(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Call(arguments=arguments):
            return arguments
        case ListOf(items=items):
            return items
        case MapOf(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case Quantifier(range=over, condition=condition, result=result):
            return (over, condition) if result is None else (over, condition, result)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    yield node
    for part in children(node):
        yield from walk(part)


def with_children(node: Node, parts: Sequence[Node]) -> Node:
    """The same node over other direct parts, as many and in the order of `children`.

    Raises ValueError when their number is another.
    """
    if len(parts) != len(children(node)):
        raise ValueError(f"{len(children(node))} parts, not {len(parts)}")
    match node:
        case Select() | Not():
            return replace(node, operand=parts[0])
        case Has():
            return replace(node, target=parts[0])
        case And() | Or():
            return replace(node, parts=tuple(parts))
        case If():
            return replace(node, condition=parts[0], then=parts[1], otherwise=parts[2])
        case Call():
            return replace(node, arguments=tuple(parts))
        case ListOf():
            return replace(node, items=tuple(parts))
        case MapOf():
            return replace(node, entries=tuple(zip(parts[::2], parts[1::2], strict=True)))
        case Quantifier():
            result = None if node.result is None else parts[2]
            return replace(node, range=parts[0], condition=parts[1], result=result)
        case _:
            return node


def replaced(root: Node, old: Node, new: Node) -> Node:
    """The tree with one of its nodes, found by identity, put into another's place.

    The tree itself where `old` is no part of it; what does not lie above `old` is shared.
    """
    if root is old:
        return new
    before = children(root)
    after = tuple(replaced(part, old, new) for part in before)
    changed = any(one is not other for one, other in zip(before, after, strict=True))
    return with_children(root, after) if changed else root
