"""What is known of a tree before code is written for it; each node is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    ListOf,
    Literal,
    Local,
    MapOf,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
    Variable,
)

_PARTS: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Select: lambda node: (node.operand,),
    Has: lambda node: (node.target,),
    Not: lambda node: (node.operand,),
    And: lambda node: node.parts,
    Or: lambda node: node.parts,
    If: lambda node: (node.condition, node.then, node.otherwise),
    Call: lambda node: node.arguments,
    ListOf: lambda node: node.items,
    MapOf: lambda node: tuple(part for entry in node.entries for part in entry),
    Quantifier: lambda node: (
        (node.range, node.condition)
        if node.result is None
        else (node.range, node.condition, node.result)
    ),
}
"""`policy.lang.tree.children`, by type: a plan of a thousand rules has ten thousand nodes."""

_OWN: dict[type, Callable[[Any], object]] = {
    # 0.0 and -0.0 are equal in Python, and so are True and 1.
    Literal: lambda node: (type(node.value), repr(node.value)),
    Fact: lambda node: node.path,
    Param: lambda node: node.name,
    Variable: lambda node: node.name,
    Local: lambda node: node.name,
    Select: lambda node: node.field,
    Call: lambda node: node.function,
    Quantifier: lambda node: (node.kind, node.local, node.item, node.result is None),
}
"""What makes a node differ from others of its type with the same parts."""


def flat(trees: Iterable[Node]) -> list[Node]:
    """All nodes of some trees, in no particular order."""
    found = list(trees)
    for node in found:  # which grows on the way
        parts = _PARTS.get(type(node))
        if parts:
            found += parts(node)
    return found


class Known:
    """Of one node: `identity` is equal for trees that mean the same, `free` are the items of
    quantifiers around it that it reads, `loops` says that it has a quantifier, `literal` that it
    reads nothing, `asks` that it has a `has()`.
    """

    __slots__ = ("asks", "free", "identity", "literal", "loops")

    def __init__(
        self, identity: int, free: frozenset[str], loops: bool, literal: bool, asks: bool
    ) -> None:
        self.identity = identity
        self.free = free
        self.loops = loops
        self.literal = literal
        self.asks = asks


_NONE: frozenset[str] = frozenset()
_CONSTANT = frozenset({Literal, ListOf, MapOf})


class Analysis:
    """Of all trees of a plan, which must stay alive as long as this does."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._identities: dict[tuple[object, ...], int] = {}

    def of(self, node: Node) -> Known:
        """What is known of a node."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._look(node)
        return known

    def _look(self, node: Node) -> Known:
        kind = type(node)
        parts, own = _PARTS.get(kind), _OWN.get(kind)
        identity: list[object] = [kind, node.type, own(node) if own else None]
        free, loops, literal, asks = _NONE, kind is Quantifier, kind is not Quantifier, kind is Has
        below = parts(node) if parts else ()
        for part in below:
            known = self.of(part)
            identity.append(known.identity)
            free = free | known.free if known.free else free
            loops, literal, asks = (
                loops or known.loops,
                literal and known.literal,
                asks or known.asks,
            )
        if kind is Local or kind is Quantifier:
            free = frozenset((node.name,)) if isinstance(node, Local) else free - _names(node)
        return Known(
            self._identities.setdefault(tuple(identity), len(self._identities)),
            free,
            loops,
            literal and (bool(below) or kind in _CONSTANT),
            asks,
        )

    def repeated(self, trees: Iterable[Node]) -> dict[int, Node]:
        """Calls and quantifiers that occur more than once and mean the same everywhere.

        By identity, one occurrence.
        """
        some: dict[int, Node] = {}
        count: Counter[int] = Counter()
        for node in flat(trees):
            if type(node) is Call or type(node) is Quantifier:
                known = self.of(node)
                if not known.literal and not known.free:
                    count[known.identity] += 1
                    some[known.identity] = node
        return {identity: some[identity] for identity, times in count.items() if times > 1}


def _names(node: Node) -> frozenset[str]:
    return frozenset((node.local, node.item)) if isinstance(node, Quantifier) else _NONE
