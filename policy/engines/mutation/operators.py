"""Mutators of operators: comparisons and arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from policy.engines.mutation.sites import Change, Site
from policy.lang.tree import Call, Literal, Node

_NEIGHBOURS = {
    "<": ("<=", "!="),
    "<=": ("<", "=="),
    ">": (">=", "!="),
    ">=": (">", "=="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
"""What each comparison becomes. With its negation these catch every wrong comparison that a test
can catch: any other one differs wherever one of them does."""

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_BELOW_ZERO = {(">", "!="), ("!=", ">"), ("==", "<="), ("<=", "==")}
"""Pairs that only a number below 0 tells apart, when 0 is what is compared with."""

_ORDERED = ("int", "double", "timestamp", "duration")
_STEMS = {"<": "less", "<=": "less_equals", ">": "greater", ">=": "greater_equals"}
_EQUALITY = {"==": "equals", "!=": "not_equals"}
_ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"}
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo"}
_SIDES = {
    ("int", "int"): "int64",
    ("double", "double"): "double",
    ("timestamp", "duration"): "timestamp_duration",
    ("duration", "duration"): "duration_duration",
}
"""Types of sides for which an operator has its counterpart, with the ending of its overload."""


def comparisons(node: Node, site: Site) -> Iterator[Change]:
    """`<` `<=` `>` `>=` `==` `!=` become their neighbours."""
    match node:
        case Call(function=function, arguments=(left, _)) if (
            sign := function.strip("_")
        ) in _NEIGHBOURS:
            for other in _NEIGHBOURS[sign]:
                orders = other in _STEMS and sign in _EQUALITY
                if (orders and left.type not in _ORDERED) or _only_below_zero(sign, other, node):
                    continue
                yield _changed(node, sign, other, _comparison(other, left.type), site)


def arithmetic(node: Node, site: Site) -> Iterator[Change]:
    """`+` and `-`, `*` and `/` change places, `%` becomes `*`."""
    match node:
        case Call(function=function, arguments=(left, right)) if (
            sign := function.strip("_")
        ) in _ARITHMETIC:
            ending = _SIDES.get((left.type, right.type), "")
            other = _ARITHMETIC[sign]
            if ending:
                yield _changed(node, sign, other, f"{_NAMES[other]}_{ending}", site)


def _changed(node: Call, sign: str, other: str, overload: str, site: Site) -> Change:
    left, right = node.arguments
    place = site.sign(left, right, sign, node)
    new = replace(node, function=f"_{other}_", overload=overload)
    return Change(place, f"`{sign}` became `{other}`", new)


def _comparison(sign: str, kind: str) -> str:
    """CEL's name of the overload for two sides of a type."""
    stem = _STEMS.get(sign)
    return f"{stem}_{'int64' if kind == 'int' else kind}" if stem else _EQUALITY[sign]


def _only_below_zero(sign: str, other: str, node: Call) -> bool:
    """Whether only a negative number tells the two apart: facts count, and none is below 0."""
    match node.arguments:
        case (_, Literal(value=int() | float() as value)) if value == 0:
            return (sign, other) in _BELOW_ZERO
        case (Literal(value=int() | float() as value), _) if value == 0:
            return (_MIRRORED.get(sign, sign), _MIRRORED.get(other, other)) in _BELOW_ZERO
    return False
