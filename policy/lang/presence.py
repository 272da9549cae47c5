"""Facts that may be absent must be asked for with `has(...)` on every path that reads them.

The check follows the order of the text: what stands before `&&` is known to hold behind it, what
stands before `||` is known not to hold, and so on through `!`, `? :`, quantifiers and variables. A
guard behind its read is refused though CEL would take it: a reader should meet the question first.

`has(track.release.icpn)` is false where `track.release` is absent, so it needs no guard of its own;
where it is true both are there. This is how CEL treats messages, and every back end does the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from policy.lang.diagnostics import Diagnostic, error, quoted, warning
from policy.lang.schema import FactSchema
from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    Literal,
    Local,
    Node,
    Not,
    Or,
    Quantifier,
    Select,
    Variable,
    children,
)

_Key: TypeAlias = tuple[object, ...]
"""What is read, without its place: ("select", key of the record, field), or any node's parts."""

_Known: TypeAlias = frozenset[_Key] | None
"""The reads that are known to be there; None on a path that is never taken, where all is known."""

_NOTHING: _Known = frozenset()
_ITEM: _Key = ("item",)


def check_presence(
    tree: Node,
    schema: FactSchema,
    *,
    variables: Mapping[str, Node],
    given: Node | None = None,
    path: str,
) -> tuple[Diagnostic, ...]:
    """An error `unguarded-optional` for each read of an optional fact that no `has(...)` guards.

    `variables` are the trees of the variables that the tree may name. `given` is a condition that
    is known to hold: the holes of a reason are filled only when the rule has matched. Asking for a
    fact that is always there is a warning, `always-present`; for a list it is an error, since CEL
    then asks whether it has items.
    """
    checker = _Presence(schema, variables, path, given)
    known = checker.implied(given, True) if given is not None else _NOTHING
    return tuple(checker.look(tree, known))


@dataclass(frozen=True, slots=True)
class _Presence:
    schema: FactSchema
    variables: Mapping[str, Node]
    path: str
    given: Node | None

    def look(self, node: Node, known: _Known) -> Iterator[Diagnostic]:
        """The diagnostics of a node that is reached only where `known` is there."""
        match node:
            case And(parts=parts) | Or(parts=parts):
                yield from self._in_order(parts, known, truth=isinstance(node, And))
            case If(condition=condition, then=then, otherwise=otherwise):
                yield from self.look(condition, known)
                yield from self.look(then, _both(known, self.implied(condition, True)))
                yield from self.look(otherwise, _both(known, self.implied(condition, False)))
            case Quantifier():
                yield from self._quantifier(node, known)
            case Has(target=target):
                yield from self._has(target, known)
            case Fact() | Select():
                yield from self._read(node, known)
            case _:
                for part in children(node):
                    yield from self.look(part, known)

    def _in_order(
        self, parts: tuple[Node, ...], known: _Known, truth: bool
    ) -> Iterator[Diagnostic]:
        for part in parts:
            yield from self.look(part, known)
            known = _both(known, self.implied(part, truth))

    def _quantifier(self, node: Quantifier, known: _Known) -> Iterator[Diagnostic]:
        yield from self.look(node.range, known)
        local: _Key = ("local", node.local)
        known = _both(known, _renamed(self._of_items(node.range), _ITEM, local))
        yield from self.look(node.condition, known)
        if node.result is not None:
            yield from self.look(node.result, _both(known, self.implied(node.condition, True)))

    def _has(self, target: Fact | Select, known: _Known) -> Iterator[Diagnostic]:
        if not self._optional(target) and not _is_of_map(target):
            yield self._always_present(target)
        base: Node = target
        while isinstance(base, Select):
            base = base.operand
        yield from self.look(base, None if isinstance(base, Fact) else known)

    def _read(self, node: Fact | Select, known: _Known) -> Iterator[Diagnostic]:
        if known is not None:
            missing = [text for key, text in self._optional(node).items() if key not in known]
            yield from (self._unguarded(node, text) for text in missing[-1:])
        base: Node = node
        while isinstance(base, Select):
            base = base.operand
        if not isinstance(base, Fact):
            yield from self.look(base, known)

    # What a condition tells

    def implied(self, node: Node, truth: bool) -> _Known:
        """The reads that must be there when the condition has that truth."""
        match node:
            case Literal(value=bool() as value):
                return _NOTHING if value is truth else None
            case Has(target=target):
                return frozenset(self._optional(target)) if truth else _NOTHING
            case Not(operand=operand):
                return self.implied(operand, not truth)
            case And(parts=parts) | Or(parts=parts):
                join = _both if isinstance(node, And) is truth else _either
                return reduce(join, (self.implied(part, truth) for part in parts))
            case If(condition=condition, then=then, otherwise=otherwise):
                return _either(
                    _both(self.implied(condition, True), self.implied(then, truth)),
                    _both(self.implied(condition, False), self.implied(otherwise, truth)),
                )
            case Variable(name=name) if name in self.variables:
                return self.implied(self.variables[name], truth)
            case Quantifier(kind="exists" | "exists_one" | "all" as kind) if truth is (
                kind != "all"
            ):
                return self._of_some_item(node, truth)
        return _NOTHING

    def _of_some_item(self, node: Quantifier, truth: bool) -> _Known:
        """What the one item tells that made a quantifier true, or an `all` false."""
        known = self.implied(node.condition, truth)
        local: _Key = ("local", node.local)
        return known and frozenset(key for key in known if not _mentions(key, local))

    def _of_items(self, node: Node) -> _Known:
        """What is known of every item of a list: the conditions of the filters it went through."""
        match node:
            case Quantifier(kind="filter", range=over, local=local, condition=condition):
                passed = _renamed(self.implied(condition, True), ("local", local), _ITEM)
                return _both(self._of_items(over), passed)
            case Variable(name=name) if name in self.variables:
                return self._of_items(self.variables[name])
        return _NOTHING

    # What is read

    def _optional(self, node: Node) -> dict[_Key, str]:
        """The optional fields on the way to a value and the text to ask for each, deepest last."""
        match node:
            case Fact(path=path):
                ways = [path[:size] for size in range(2, len(path) + 1)]
                found = {way: self.schema.resolve(way) for way in ways}
                return {
                    _fact_key(way): ".".join(way)
                    for way, field in found.items()
                    if field and field.optional
                }
            case Select(operand=operand, field=name):
                record = self.schema.record(operand.type)
                field = record.field(name) if record else None
                own = {self._key(node): _text(node)} if field and field.optional else {}
                return {**self._optional(operand), **own}
        return {}

    def _key(self, node: Node) -> _Key:
        """Equal for reads of the same thing, wherever they stand and whatever variable names it."""
        match node:
            case Fact(path=path):
                return _fact_key(path)
            case Select(operand=operand, field=name):
                return ("select", self._key(operand), name)
            case Local(name=name):
                return ("local", name)
            case Variable(name=name) if name in self.variables:
                return self._key(self.variables[name])
        fields = (getattr(node, name) for name in node.__struct_fields__ if name != "span")
        return (type(node), *(self._part_key(part) for part in fields))

    def _part_key(self, part: object) -> object:
        if isinstance(part, tuple):
            return tuple(self._part_key(inner) for inner in part)
        return self._key(part) if isinstance(part, Node) else (type(part), part)

    # What is said

    def _unguarded(self, node: Fact | Select, missing: str) -> Diagnostic:
        if "(...)" in missing:  # no text that could be asked for as it stands
            field = missing.rpartition(".")[2]
            help = f"name the record in `variables`, then ask `has(<record>.{field})` first"
        elif self.given is None:
            help = f"put `has({missing}) && ` before it"
        else:
            help = f"let `when` ask for `has({missing})`"
        return error(
            "unguarded-optional",
            f"{quoted(missing)} may be absent",
            self.path,
            node.span,
            help=help,
        )

    def _always_present(self, target: Fact | Select) -> Diagnostic:
        text = _text(target)
        if target.type.startswith("list("):
            message = f"the list {quoted(text)} is always there, though it may be empty"
            help = f"ask for `size({text}) > 0`"
            return error("always-present", message, self.path, target.span, help=help)
        message = f"{quoted(text)} is always there"
        return warning(
            "always-present", message, self.path, target.span, help="leave `has(...)` out"
        )


def _fact_key(path: tuple[str, ...]) -> _Key:
    root: _Key = ("root", path[0])
    return reduce(lambda key, name: ("select", key, name), path[1:], root)


def _text(node: Node) -> str:
    """The text of a read as an author would write it; `...` for what is no plain path."""
    match node:
        case Fact(path=path):
            return ".".join(path)
        case Select(operand=operand, field=name):
            return f"{_text(operand)}.{name}"
        case Local(name=name):
            return re.sub(r"__\d+$", "", name)  # the builder numbers a name that is used again
        case Variable(name=name):
            return name
        case Call(function="_[_]", arguments=(over, Literal(value=int() as index))):
            return f"{_text(over)}[{index}]"
    return "(...)"


def _is_of_map(node: Fact | Select) -> bool:
    return isinstance(node, Select) and node.operand.type.startswith("map(")


def _both(left: _Known, right: _Known) -> _Known:
    return None if left is None or right is None else left | right


def _either(left: _Known, right: _Known) -> _Known:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _mentions(key: _Key, wanted: _Key) -> bool:
    inner = (part for part in key if isinstance(part, tuple))
    return key == wanted or any(_mentions(part, wanted) for part in inner)


def _renamed(known: _Known, old: _Key, new: _Key) -> _Known:
    return known and frozenset(_swapped(key, old, new) for key in known)


def _swapped(key: _Key, old: _Key, new: _Key) -> _Key:
    if key == old:
        return new
    return tuple(_swapped(part, old, new) if isinstance(part, tuple) else part for part in key)
