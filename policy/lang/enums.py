"""Enums: a text that is compared with an enum fact must be one of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.lang.diagnostics import Diagnostic, did_you_mean, error, listed, quoted
from policy.lang.schema import FactSchema
from policy.lang.tree import (
    Call,
    Fact,
    If,
    ListOf,
    Literal,
    Local,
    Node,
    Quantifier,
    Select,
    Variable,
    children,
)

_Values = tuple[str, ...]
_COMPARING = ("_==_", "_!=_", "@in")


def check_enums(
    tree: Node, schema: FactSchema, *, variables: Mapping[str, Node], path: str
) -> tuple[Diagnostic, ...]:
    """An error `unknown-value` for each literal that the enum it is compared with cannot be.

    Two enums without a common value are `never-equal`. `variables` are the trees of the variables
    that the tree may name.
    """
    return tuple(_told(_Enums(schema, variables).compared(tree, {}), path))


def enum_words(
    tree: Node, schema: FactSchema, *, variables: Mapping[str, Node]
) -> Iterator[tuple[Literal, tuple[str, ...]]]:
    """Each text that is compared with an enum, and the words that the enum has."""
    for call, known, other in _Enums(schema, variables).compared(tree, {}):
        left, right = call.arguments
        yield from ((literal, known) for literal in _texts(right) if known)
        yield from ((literal, other) for literal in _texts(left) if other)


_Compared = tuple[Call, _Values, _Values]
"""A comparison with the words that its left and its right side, or the items there, can be."""


def _told(compared: Iterator[_Compared], path: str) -> Iterator[Diagnostic]:
    for call, known, other in compared:
        left, right = call.arguments
        yield from _wrong_words(right, known, path)
        yield from _wrong_words(left, other, path)
        if known and other and not set(known) & set(other):
            message = f"these can never be equal: {listed(known)}, and {listed(other)}"
            yield error("never-equal", message, path, call.span)


def _wrong_words(node: Node, allowed: _Values, path: str) -> Iterator[Diagnostic]:
    for literal in _texts(node):
        value = str(literal.value)
        if allowed and value not in allowed:
            message = f"{quoted(value)} is not one of the values {listed(allowed)}"
            help = did_you_mean(value, allowed)
            if help.startswith("use "):
                help = ""  # the message has named them all
            yield error("unknown-value", message, path, literal.span, help=help)


def _texts(node: Node) -> Iterator[Literal]:
    """The literals that an expression, or the items of a list, can be."""
    match node:
        case Literal(value=str()):
            yield node
        case If(then=then, otherwise=otherwise):
            yield from _texts(then)
            yield from _texts(otherwise)
        case ListOf(items=items):
            for item in items:
                yield from _texts(item)


class _Enums:
    """`items` says, by name of a Local, what values its range can hold."""

    def __init__(self, schema: FactSchema, variables: Mapping[str, Node]) -> None:
        self.schema = schema
        self.variables = variables

    def compared(self, node: Node, items: Mapping[str, _Values]) -> Iterator[_Compared]:
        """Every comparison in a tree."""
        match node:
            case Quantifier(range=over, local=local):
                yield from self.compared(over, items)
                items = {**items, local: self._values(over, items)}
                for part in children(node)[1:]:
                    yield from self.compared(part, items)
                return
            case Call(function=name, arguments=(left, right)) if name in _COMPARING:
                yield node, self._values(left, items), self._values(right, items)
        for part in children(node):
            yield from self.compared(part, items)

    def _values(self, node: Node, items: Mapping[str, _Values]) -> _Values:
        """The values that an expression, or the items of a list, can have; empty for any."""
        match node:
            case Fact(path=path):
                found = self.schema.resolve(path)
                return found.values if found else ()
            case Select(operand=operand, field=name):
                record = self.schema.record(operand.type)
                field = record.field(name) if record else None
                return field.values if field else ()
            case Local(name=name):
                return items.get(name, ())
            case Variable(name=name):
                tree = self.variables.get(name)
                return self._values(tree, {}) if tree else ()
            case If(then=then, otherwise=otherwise):
                return self._either(self._values(then, items), self._values(otherwise, items))
            case Quantifier(kind="filter", range=over):
                return self._values(over, items)
            case Quantifier(kind="map", range=over, local=local, result=result) if result:
                return self._values(result, {**items, local: self._values(over, items)})
            case Call(function="_[_]", arguments=(over, _)) if over.type.startswith("list("):
                return self._values(over, items)
        return ()

    def _either(self, left: _Values, right: _Values) -> _Values:
        return tuple(dict.fromkeys((*left, *right))) if left and right else ()
