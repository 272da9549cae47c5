"""What an expression reads: keys that are equal where the same fact is read, and sets of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from policy.lang.schema import FactSchema
from policy.lang.tree import Call, Fact, Literal, Local, Node, Select, Variable

Key: TypeAlias = tuple[object, ...]
"""A read without its place: ("select", key of the record, field), or the parts of any node."""

Known: TypeAlias = frozenset[Key] | None
"""The reads that are known to be there; None on a path that is never taken, where all is known."""

NOTHING: Known = frozenset()

UNNAMED = "(...)"
"""Stands in a text for a part that is no plain path."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Finds out what a node reads. `variables` are the trees of the variables that it may name."""

    schema: FactSchema
    variables: Mapping[str, Node]

    def optional(self, node: Node) -> dict[Key, str]:
        """The optional fields on the way to a value and the text to ask for each, deepest last."""
        match node:
            case Fact(path=path):
                ways = [path[:size] for size in range(2, len(path) + 1)]
                return {_of_path(way): ".".join(way) for way in ways if self._may_be_absent(way)}
            case Select(operand=operand, field=name):
                record = self.schema.record(operand.type)
                field = record.field(name) if record else None
                own = {self.key(node): text_of(node)} if field and field.optional else {}
                return {**self.optional(operand), **own}
        return {}

    def _may_be_absent(self, path: tuple[str, ...]) -> bool:
        field = self.schema.resolve(path)
        return field is not None and field.optional

    def key(self, node: Node) -> Key:
        """Equal for reads of the same thing, wherever they stand and whatever variable names it."""
        match node:
            case Fact(path=path):
                return _of_path(path)
            case Select(operand=operand, field=name):
                return ("select", self.key(operand), name)
            case Local(name=name):
                return of_local(name)
            case Variable(name=name) if name in self.variables:
                return self.key(self.variables[name])
        fields = (getattr(node, name) for name in node.__struct_fields__ if name != "span")
        return (type(node), *map(self._part, fields))

    def _part(self, part: object) -> object:
        if isinstance(part, tuple):
            return tuple(map(self._part, part))
        return self.key(part) if isinstance(part, Node) else (type(part), part)


def of_local(name: str) -> Key:
    """The key of a quantifier's item."""
    return ("local", name)


def _of_path(path: tuple[str, ...]) -> Key:
    root: Key = ("root", path[0])
    return reduce(lambda key, name: ("select", key, name), path[1:], root)


def text_of(node: Node) -> str:
    """A read as its author would write it, with UNNAMED for what is no plain path."""
    match node:
        case Fact(path=path):
            return ".".join(path)
        case Select(operand=operand, field=name):
            return f"{text_of(operand)}.{name}"
        case Local(name=name):
            return re.sub(r"__\d+$", "", name)  # the builder numbers a name that is used again
        case Variable(name=name):
            return name
        case Call(function="_[_]", arguments=(over, Literal(value=int() as index))):
            return f"{text_of(over)}[{index}]"
    return UNNAMED


def both(left: Known, right: Known) -> Known:
    """What is known where both hold."""
    return None if left is None or right is None else left | right


def either(left: Known, right: Known) -> Known:
    """What is known where one of them holds, nobody can say which."""
    if left is None or right is None:
        return right if left is None else left
    return left & right


def without(known: Known, part: Key) -> Known:
    """Less all that is read from `part`."""
    return known and frozenset(key for key in known if not _mentions(key, part))


def renamed(known: Known, old: Key, new: Key) -> Known:
    """The same, read from `new` instead of `old`."""
    return known and frozenset(_swapped(key, old, new) for key in known)


def _mentions(key: Key, wanted: Key) -> bool:
    inner = (part for part in key if isinstance(part, tuple))
    return key == wanted or any(_mentions(part, wanted) for part in inner)


def _swapped(key: Key, old: Key, new: Key) -> Key:
    if key == old:
        return new
    return tuple(_swapped(part, old, new) if isinstance(part, tuple) else part for part in key)
