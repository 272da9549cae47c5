"""What is known of a tree before code is written for it; each node is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from policy.lang.tree import (
    Call,
    Fact,
    Has,
    ListOf,
    Literal,
    Local,
    MapOf,
    Node,
    Param,
    Quantifier,
    Select,
    Variable,
    children,
)


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
        parts = [self.of(part) for part in children(node)]
        key = (type(node), node.type, *_own(node), *[part.identity for part in parts])
        free = _NONE.union(*[part.free for part in parts]) if parts else _NONE
        if isinstance(node, Local):
            free = frozenset((node.name,))
        looping = isinstance(node, Quantifier)
        if isinstance(node, Quantifier):
            free -= {node.local}
        leaf = isinstance(node, Literal | ListOf | MapOf)
        return Known(
            identity=self._identities.setdefault(key, len(self._identities)),
            free=free,
            loops=looping or any(part.loops for part in parts),
            literal=not looping and (all(part.literal for part in parts) if parts else leaf),
            asks=isinstance(node, Has) or any(part.asks for part in parts),
        )

    def repeated(self, trees: Iterable[Node]) -> dict[int, Node]:
        """Calls and quantifiers that occur more than once and mean the same everywhere.

        By identity, the first occurrence.
        """
        first: dict[int, Node] = {}
        count: Counter[int] = Counter()
        waiting = list(trees)
        while waiting:
            node = waiting.pop()
            waiting += children(node)
            if isinstance(node, Call | Quantifier):
                known = self.of(node)
                if not known.literal and not known.free:
                    count[known.identity] += 1
                    first.setdefault(known.identity, node)
        return {identity: first[identity] for identity, times in count.items() if times > 1}


def _own(node: Node) -> tuple[object, ...]:
    """What makes a node differ from others with the same parts."""
    match node:
        case Literal(value=value):
            return (type(value), repr(value))  # 0.0 and -0.0 are equal, True and 1 too
        case Fact(path=path):
            return path
        case Param(name=name) | Variable(name=name) | Local(name=name):
            return (name,)
        case Select(field=field):
            return (field,)
        case Call(function=function):
            return (function,)
        case Quantifier(kind=kind, local=local, result=result):
            return (kind, local, result is None)
        case _:
            return ()
