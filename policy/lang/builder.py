"""From Google's checked expression to our typed tree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.lang import exprs, tree
from policy.lang.exprs import Checked, Constant, Entries, Expr, Ident, Items, Macro
from policy.lang.extents import Extent, extents, target_of_has
from policy.lang.places import Text
from policy.lang.schema import FactSchema
from policy.lang.source import Span
from policy.lang.tree import Node
from policy.lang.wire import Unreadable

PARAMETERS = "params"
"""Parameters are CEL variables whose name begins with this word and a dot."""

NOW = "now"


@dataclass(slots=True)
class Builder:
    """Builds one tree. `subject` is the root of fact paths; without a schema there are no facts.

    `variables` are names that are no types, though they may be of the type `type`. Raises
    Unreadable for what the tree has no node for: messages.
    """

    source: Checked
    text: Text
    schema: FactSchema | None = None
    subject: str = ""
    variables: frozenset[str] = frozenset()
    found: dict[int, Extent] = field(init=False)
    scope: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.found = extents(self.source, self.text.tokens)

    def build(self) -> Node:
        """The tree of the whole expression."""
        return self._node(self.source.expr)

    def span(self, expr: Expr) -> Span:
        """The place of a node."""
        return self.text.span(self.found[expr.id])

    def type(self, expr: Expr) -> str:
        """The type string of a node."""
        return self.source.types.get(expr.id, "dyn")

    def _node(self, expr: Expr) -> Node:
        match expr:
            case Constant():
                return self._constant(expr)
            case Ident():
                return self._ident(expr)
            case exprs.Select():
                return self._has(expr) if expr.test else self._select(expr, self.span(expr))
            case exprs.Call():
                return self._call(expr)
            case Macro():
                return self._quantifier(expr)
            case Items(items=items):
                return tree.ListOf(
                    type=self.type(expr), span=self.span(expr), items=tuple(map(self._node, items))
                )
            case Entries():
                return self._map(expr)

    def _constant(self, expr: Constant) -> Node:
        value = expr.value
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)  # "inf" or "-inf"; a literal cannot be NaN
        kind = self.source.types.get(expr.id, expr.kind)
        return tree.Literal(type=kind, span=self.span(expr), value=value)

    def _ident(self, expr: Ident) -> Node:
        kind, span = self.type(expr), self.span(expr)
        if expr.name in self.scope:
            return tree.Local(type=kind, span=span, name=self.scope[expr.name])
        name = expr.name.removeprefix(".")
        if kind == "type" and name not in self.variables:
            return tree.Literal(type=kind, span=span, value=name)
        if self.schema and name in (self.subject, NOW):
            return tree.Fact(type=kind, span=span, path=(name,))
        if self.schema and name.startswith(f"{PARAMETERS}."):
            return tree.Param(type=kind, span=span, name=name.removeprefix(f"{PARAMETERS}."))
        return tree.Variable(type=kind, span=span, name=name)

    def _select(self, expr: exprs.Select, span: Span) -> tree.Fact | tree.Select:
        operand = self._node(expr.operand)
        kind = self._field_type(operand.type, expr.field) if expr.test else self.type(expr)
        if isinstance(operand, tree.Fact):
            return tree.Fact(type=kind, span=span, path=(*operand.path, expr.field))
        return tree.Select(type=kind, span=span, operand=operand, field=expr.field)

    def _field_type(self, owner: str, name: str) -> str:
        """The type of `x.y` in `has(x.y)`, which the checker does not tell."""
        if owner.startswith("map("):
            return owner.removesuffix(")").partition(", ")[2]
        record = self.schema.record(owner) if self.schema else None
        found = record.field(name) if record else None
        return found.type if found else "dyn"

    def _has(self, expr: exprs.Select) -> Node:
        place = self.text.span(target_of_has(expr, self.found, self.text.tokens))
        return tree.Has(type="bool", span=self.span(expr), target=self._select(expr, place))

    def _call(self, expr: exprs.Call) -> Node:
        kind, span = self.type(expr), self.span(expr)
        if expr.function in ("_&&_", "_||_"):
            joined = tuple(map(self._node, _flat(expr, expr.function)))
            node = tree.And if expr.function == "_&&_" else tree.Or
            return node(type=kind, span=span, parts=joined)
        arguments = tuple(map(self._node, expr.arguments))
        match expr.function, arguments:
            case "!_", (operand,):
                return tree.Not(type=kind, span=span, operand=operand)
            case "_?_:_", (condition, then, otherwise):
                return tree.If(
                    type=kind, span=span, condition=condition, then=then, otherwise=otherwise
                )
        return tree.Call(
            type=kind,
            span=span,
            function=expr.function.removeprefix("."),
            overload=self.source.overloads.get(expr.id, ""),
            arguments=arguments,
        )

    def _map(self, expr: Entries) -> Node:
        if expr.message:
            raise Unreadable(f"the construction of a `{expr.message}`")
        pairs = tuple((self._node(key), self._node(value)) for key, value in expr.entries)
        return tree.MapOf(type=self.type(expr), span=self.span(expr), entries=pairs)

    def _quantifier(self, expr: Macro) -> Node:
        over, outer = self._node(expr.range), self.scope
        local = self._unique(expr.local)
        self.scope = {**outer, expr.local: local}
        item = self._unique(expr.item) if expr.item else ""
        self.scope = {**self.scope, expr.item: item}
        if expr.condition is None:
            condition: Node = tree.Literal(type="bool", span=self.span(expr), value=True)
        else:
            condition = self._node(expr.condition)
        result = None if expr.result is None else self._node(expr.result)
        self.scope = outer
        return tree.Quantifier(
            type=self.type(expr),
            span=self.span(expr),
            kind=expr.kind,
            range=over,
            local=local,
            condition=condition,
            result=result,
            item=item,
        )

    def _unique(self, name: str) -> str:
        """The name, with a number where an enclosing quantifier uses it for its own item."""
        if name not in self.scope.values():
            return name
        taken = {token.text for token in self.text.tokens.tokens} | set(self.scope.values())
        return next(word for count in range(2, 99) if (word := f"{name}__{count}") not in taken)


def _flat(expr: Expr, function: str) -> list[Expr]:
    """The parts of `a && b && ...` in order, however they are bracketed."""
    match expr:
        case exprs.Call(function=name, arguments=(left, right)) if name == function:
            return [*_flat(left, function), *_flat(right, function)]
        case _:
            return [expr]
