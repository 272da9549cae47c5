"""Goals in one form: variables written out, `!` at the leaves, equal conditions equal nodes.

    conjuncts and disjuncts over leaves, each a comparison, a question or a quantifier

Places of text are dropped and the items of quantifiers are named by their depth, so that two
conditions which mean the same by the same words are the same node.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from msgspec.structs import replace

from policy.lang.schema import element
from policy.lang.source import Span
from policy.lang.tree import (
    And,
    Call,
    Fact,
    If,
    ListOf,
    Literal,
    Local,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
    Variable,
    children,
    replaced,
    with_children,
)

NOW = "now"
"""The variable that stands for the instant of the evaluation."""

NOWHERE = Span(0, 0, 0, 0)
_TRUE = Literal(type="bool", span=NOWHERE, value=True)
_FALSE = Literal(type="bool", span=NOWHERE, value=False)
_EXACT_ORDER = frozenset({"int", "timestamp", "duration"})
"""Types of which any two values are in order; a double may be no number at all."""

_NO_NAMES: Mapping[str, str] = MappingProxyType({})

Lists: TypeAlias = Mapping[str, tuple[str, ...]]
"""Parameters that are lists of texts, with their items."""


def written_out(
    node: Node, variables: Mapping[str, Node], names: Mapping[str, str] = _NO_NAMES
) -> Node:
    """The tree without variables; `now` becomes one. `names` renames the items in sight."""
    match node:
        case Literal(value=float() as value):
            return replace(node, value=repr(value), span=NOWHERE)  # -0.0 is another node than 0.0
        case Variable(name=name) if name in variables:
            return written_out(variables[name], variables)
        case Fact(path=("now",)):
            return Variable(type="timestamp", span=NOWHERE, name=NOW)
        case Local(name=name):
            return replace(node, name=names[name], span=NOWHERE)
        case Quantifier(local=local):
            depth = f"item {len(names)}"
            inner = {**names, local: depth}
            over, *rest = children(node)
            parts = [written_out(over, variables, names)]
            parts += [written_out(part, variables, inner) for part in rest]
            return replace(with_children(node, parts), local=depth, span=NOWHERE)
    parts = [written_out(part, variables, names) for part in children(node)]
    return replace(with_children(node, parts), span=NOWHERE)


def normal(node: Node, lists: Lists, truth: bool = True) -> Node:
    """A tree that is true wherever `node`, written out, has that truth.

    It is true nowhere else, but where an item of a list has an error that `filter` does not absorb.
    """
    match node:
        case Literal(value=bool() as value):
            return _TRUE if value is truth else _FALSE
        case Not(operand=operand):
            return normal(operand, lists, not truth)
        case And(parts=parts) | Or(parts=parts):
            made = tuple(normal(part, lists, truth) for part in parts)
            return conjunction(made) if isinstance(node, And) is truth else disjunction(made)
        case If(condition=asked, then=then, otherwise=otherwise):
            met = (normal(asked, lists), normal(then, lists, truth))
            unmet = (normal(asked, lists, False), normal(otherwise, lists, truth))
            return disjunction((conjunction(met), conjunction(unmet)))
        case Quantifier(kind="exists" | "all"):
            return _quantified(node, lists, truth)
        case Call(function="_==_" | "_!=_", arguments=(left, right)) if left.type == "bool":
            return _same(left, right, lists, (node.function == "_==_") is truth)
        case Call() | Quantifier() if chosen := _choice(node):
            return normal(_lifted(node, chosen), lists, truth)
        case Call(function="@in", arguments=(item, ListOf(items=items))):
            equal = [_call("_==_", item, each) for each in items]
            return normal(Or(type="bool", span=NOWHERE, parts=tuple(equal)), lists, truth)
        case Call(function=function, arguments=(left, right)) if function in _TURNED:
            return _comparison(node, left, right, lists, truth)
    return node if truth else _not(node)


def _quantified(node: Quantifier, lists: Lists, truth: bool) -> Node:
    """`all` is told as `exists` of the contrary."""
    exists = node.kind == "exists"
    condition = node.condition if exists else _not(node.condition)
    found = _exists(node.range, node.local, condition, lists)
    return found if exists is truth else _contrary(found)


def _exists(over: Node, local: str, condition: Node, lists: Lists) -> Node:
    """Whether a condition holds for an item of a list: of one that is written down, item by item;
    what a `filter` or `map` makes of a list becomes part of the condition."""
    items = _items(over, lists)
    if items is not None:
        each = (normal(_with(condition, local, item), lists) for item in items)
        return disjunction(tuple(each))
    if isinstance(over, Quantifier):
        item = Local(type=element(over.type), span=NOWHERE, name=over.local)
        made = item if over.result is None else over.result
        both = (over.condition, _with(condition, local, made))
        whole = And(type="bool", span=NOWHERE, parts=both)
        return _exists(over.range, over.local, whole, lists)
    return Quantifier(
        type="bool",
        span=NOWHERE,
        kind="exists",
        range=over,
        local=local,
        condition=normal(condition, lists),
    )


def _items(over: Node, lists: Lists) -> tuple[Node, ...] | None:
    match over:
        case ListOf(items=items):
            return items
        case Param(name=name) if name in lists:
            return tuple(Literal(type="string", span=NOWHERE, value=text) for text in lists[name])
    return None


def _with(node: Node, local: str, item: Node) -> Node:
    """The tree with an item in the place of its name."""
    if isinstance(node, Local):
        return item if node.name == local else node
    return with_children(node, [_with(part, local, item) for part in children(node)])


def _choice(node: Node) -> If | None:
    """A `? :` below a node, in a place that is evaluated whatever else is."""
    match node:
        case If():
            return node
        case Call(arguments=parts):
            return next(filter(None, map(_choice, parts)), None)
        case Quantifier(range=inner) | Select(operand=inner):
            return _choice(inner)
    return None


def _lifted(node: Node, chosen: If) -> Node:
    """`f(c ? a : b)` as `c ? f(a) : f(b)`."""
    then, otherwise = (replaced(node, chosen, b) for b in (chosen.then, chosen.otherwise))
    return replace(chosen, type="bool", then=then, otherwise=otherwise)


def _same(left: Node, right: Node, lists: Lists, equal: bool) -> Node:
    both = conjunction((normal(left, lists), normal(right, lists, equal)))
    neither = conjunction((normal(left, lists, False), normal(right, lists, not equal)))
    return disjunction((both, neither))


_TURNED = frozenset({"_==_", "_!=_", "_<_", "_>_", "_>=_", "_<=_"})


def _comparison(node: Call, left: Node, right: Node, lists: Lists, truth: bool) -> Node:
    """`!=` as `!(==)`; of types that are surely in order `>`, `>=`, `<=` as `<` or its contrary."""
    function = node.function
    if function in ("_==_", "_!=_"):
        return _equal(left, right, lists, (function == "_==_") is truth)
    if left.type not in _EXACT_ORDER or left.type != right.type:
        return node if truth else _not(node)
    swapped = function in ("_>_", "_<=_")
    sides = (right, left) if swapped else (left, right)
    return _less(*sides, lists, (function in ("_>_", "_<_")) is truth)


def _less(left: Node, right: Node, lists: Lists, truth: bool) -> Node:
    """`left < right`; of a list that was gone through, whether it has an item is asked for one."""
    match left, right:
        case Literal(value=0), Call(function="size", arguments=(Quantifier() as over,)):
            return _has_item(over, lists, truth)
        case Call(function="size", arguments=(Quantifier() as over,)), Literal(value=1):
            return _has_item(over, lists, not truth)
    less = _call("_<_", left, right)
    return less if truth else _not(less)


def _equal(left: Node, right: Node, lists: Lists, truth: bool) -> Node:
    match left, right:
        case Call(function="size", arguments=(Quantifier() as over,)), Literal(value=0):
            return _has_item(over, lists, not truth)
    equal = _call("_==_", left, right)
    return equal if truth else _not(equal)


def _has_item(over: Quantifier, lists: Lists, truth: bool) -> Node:
    found = _exists(over, over.local, _TRUE, lists)
    return found if truth else _contrary(found)


def _contrary(node: Node) -> Node:
    """`!` of a normal form, as one."""
    match node:
        case Literal(value=value):
            return _FALSE if value else _TRUE
        case Not(operand=operand):
            return operand
        case And(parts=parts):
            return disjunction(tuple(map(_contrary, parts)))
        case Or(parts=parts):
            return conjunction(tuple(map(_contrary, parts)))
    return _not(node)


def _call(function: str, *arguments: Node) -> Call:
    return Call(type="bool", span=NOWHERE, function=function, overload="", arguments=arguments)


def _not(node: Node) -> Node:
    return Not(type="bool", span=NOWHERE, operand=node)


def conjunction(parts: tuple[Node, ...]) -> Node:
    """All of them, flat and each once; false when one is."""
    return _joined(And, parts, _TRUE, _FALSE)


def disjunction(parts: tuple[Node, ...]) -> Node:
    """At least one of them, flat and each once; true when one is."""
    return _joined(Or, parts, _FALSE, _TRUE)


def _joined(kind: type[And] | type[Or], parts: tuple[Node, ...], none: Node, all: Node) -> Node:
    flat: dict[Node, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    flat.pop(none, None)
    if all in flat or not flat:
        return all if all in flat else none
    return (
        next(iter(flat)) if len(flat) == 1 else kind(type="bool", span=NOWHERE, parts=tuple(flat))
    )


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold."""
    return node.parts if isinstance(node, And) else (node,)


def disjuncts(node: Node) -> tuple[Node, ...]:
    """The parts of which one must hold."""
    return node.parts if isinstance(node, Or) else (node,)


def leaves(node: Node) -> tuple[Node, ...]:
    """The conditions below `&&`, `||` and `!` of a normal form."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(operand=operand):
            return leaves(operand)
    return (node,)
