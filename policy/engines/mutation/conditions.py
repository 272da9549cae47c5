"""Mutators of conditions: how they are joined, negated, quantified and guarded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec.structs import replace

from policy.engines.mutation.sites import Change, Site
from policy.lang.tree import (
    And,
    Call,
    Has,
    If,
    Literal,
    Node,
    Not,
    Or,
    Quantifier,
    QuantifierKind,
    children,
    with_children,
)

_Join: TypeAlias = type[And] | type[Or]
_SIGNS: dict[_Join, str] = {And: "&&", Or: "||"}
_KINDS: dict[QuantifierKind, QuantifierKind] = {
    "exists": "all",
    "all": "exists",
    "exists_one": "exists",
}


def joined(join: _Join, parts: tuple[Node, ...]) -> Node:
    """The parts under `&&` or `||`, flattened as the tree has them; a single part is itself."""
    if len(parts) == 1:
        return parts[0]
    flat = tuple(
        inner for part in parts for inner in (part.parts if isinstance(part, join) else (part,))
    )
    return join(type="bool", span=parts[0].span.to(parts[-1].span), parts=flat)


def flattened(node: Node) -> Node:
    """The tree without an `&&` that is a part of an `&&`, as CEL's reading has it."""
    node = with_children(node, [flattened(part) for part in children(node)])
    return joined(type(node), node.parts) if isinstance(node, And | Or) else node


def junctions(node: Node, site: Site) -> Iterator[Change]:
    """One `&&` becomes `||`, or the other way round, binding as if it were written so."""
    match node:
        case And(parts=parts):
            for at in range(1, len(parts)):
                new = joined(Or, (joined(And, parts[:at]), joined(And, parts[at:])))
                yield _rejoined(node, at, new, site)
        case Or(parts=parts):
            for at in range(1, len(parts)):
                both = joined(And, parts[at - 1 : at + 1])
                new = joined(Or, (*parts[: at - 1], both, *parts[at + 1 :]))
                yield _rejoined(node, at, new, site)


def _rejoined(node: And | Or, at: int, new: Node, site: Site) -> Change:
    sign = _SIGNS[type(node)]
    other = "||" if sign == "&&" else "&&"
    place = site.sign(node.parts[at - 1], node.parts[at], sign, node)
    return Change(place, f"`{sign}` became `{other}`", new)


def dropped(node: Node, site: Site) -> Iterator[Change]:
    """A part of `&&` or `||` is left out."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            for at, part in enumerate(parts):
                rest = joined(type(node), (*parts[:at], *parts[at + 1 :]))
                yield Change(part.span, f"left out {site.text(part)}", rest)


def negations(node: Node, site: Site) -> Iterator[Change]:
    """A condition is negated, or its `!` left out. `==` and `!=` are left to comparisons."""
    if id(node) not in site.conditions:
        return
    match node:
        case Not(operand=operand):
            yield Change(node.span, "left out `!`", operand)
        case Literal(value=value):
            words = "`true` became `false`" if value else "`false` became `true`"
            yield Change(node.span, words, replace(node, value=not value))
        case Call(function="_==_" | "_!=_"):
            return
        case And() | Or() | If() if node is not site.tree:
            return
        case _:
            new = Not(type="bool", span=node.span, operand=node)
            yield Change(node.span, f"negated {site.text(node)}", new)


def quantifiers(node: Node, site: Site) -> Iterator[Change]:
    """`exists` and `all` change places, `exists_one` becomes `exists`, a `filter` is left out."""
    match node:
        case Quantifier(kind="filter", range=over, condition=condition):
            place = site.sign(over, condition, "filter", node)
            yield Change(place, f"`filter` keeps all of {site.text(over)}", over)
        case Quantifier(kind=kind, range=over, condition=condition) if kind in _KINDS:
            place = site.sign(over, condition, kind, node)
            other = _KINDS[kind]
            yield Change(place, f"`{kind}` became `{other}`", replace(node, kind=other))


def presence(node: Node, site: Site) -> Iterator[Change]:
    """`has(...)` becomes `true`, and `false`."""
    if isinstance(node, Has):
        for value in (True, False):
            new = Literal(type="bool", span=node.span, value=value)
            yield Change(node.span, f"{site.text(node)} became `{str(value).lower()}`", new)


def choices(node: Node, site: Site) -> Iterator[Change]:
    """`a ? b : c` always takes `b`, and always `c`."""
    if isinstance(node, If):
        for branch in (node.then, node.otherwise):
            yield Change(node.condition.span, f"the choice is always {site.text(branch)}", branch)
