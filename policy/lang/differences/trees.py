"""Typed trees compared: what is equal in meaning, and how they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from policy.lang.formatter.expressions import laid_out
from policy.lang.source import Source
from policy.lang.tree import (
    And,
    Call,
    If,
    Local,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Variable,
    children,
    walk,
    with_children,
)

Key: TypeAlias = tuple[object, ...]

_ONE_LINE = 1_000_000
"""More columns than an expression can have."""


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of one version: its text, for reading, and its variables."""

    source: Source
    variables: Mapping[str, Node]

    def text(self, node: Node) -> str:
        """The author's words for a node, on one line."""
        return " ".join(laid_out(self.source.cut(node.span), _ONE_LINE))

    def expanded(self, node: Node) -> Node:
        """The node with the trees of variables in their place."""
        if isinstance(node, Variable) and node.name in self.variables:
            return self.expanded(self.variables[node.name])
        parts = [self.expanded(part) for part in children(node)]
        return _flattened(with_children(node, parts)) if parts else node

    def key(self, node: Node) -> Key:
        """Equal for nodes of one meaning: written otherwise, through variables, or at once."""
        return key(self.expanded(node))


def key(node: Node, names: Mapping[str, int] | None = None) -> Key:
    """Equal for equal trees, wherever they stand and whatever items of quantifiers are called."""
    names = names or {}
    if isinstance(node, Local):
        return ("local", names.get(node.name, node.name))
    inner = {**names, node.local: len(names)} if isinstance(node, Quantifier) else names
    fields = [
        getattr(node, name)
        for name in node.__struct_fields__
        if name not in ("span", "local", "condition", "result")
    ]
    own = tuple((type(each), each) for each in fields if not _holds_nodes(each))
    scopes = [names] + [inner] * len(children(node))
    parts = (key(part, scope) for part, scope in zip(children(node), scopes, strict=False))
    return (type(node), own, *parts)


def _holds_nodes(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_holds_nodes, value))
    return isinstance(value, Node)


def _flattened(node: Node) -> Node:
    """`a && (b && c)` as `a && b && c`, which a variable may hide."""
    if not isinstance(node, And | Or):
        return node
    parts = [
        inner
        for part in node.parts
        for inner in (part.parts if isinstance(part, type(node)) else (part,))
    ]
    return with_children_of(node, parts)


def with_children_of(node: And | Or, parts: list[Node]) -> Node:
    """The same conjunction or alternative of other parts, however many."""
    kind = type(node)
    return kind(type=node.type, span=node.span, parts=tuple(parts))


def reads_parameter(node: Node, name: str) -> bool:
    """Whether a tree reads a parameter."""
    return any(isinstance(part, Param) and part.name == name for part in walk(node))


def sign(node: Node, parameter: str) -> int | None:
    """What a higher number, or a longer list, of a parameter does to a node.

    1: a condition holds more often, a number is higher, a list longer; -1: the opposite; 0: it
    cannot be told; None: nothing, as the node does not read it.
    """
    match node:
        case Param(name=name):
            return 1 if name == parameter else None
        case And(parts=parts) | Or(parts=parts):
            return _merged(*(sign(part, parameter) for part in parts))
        case Not(operand=operand):
            return _turned(sign(operand, parameter))
        case If(condition=condition, then=then, otherwise=otherwise):
            if reads_parameter(condition, parameter):
                return 0
            return _merged(sign(then, parameter), sign(otherwise, parameter))
        case Quantifier():
            return _sign_of_quantifier(node, parameter)
        case Call():
            return _sign_of_call(node, parameter)
    return 0 if reads_parameter(node, parameter) else None


def _sign_of_call(call: Call, parameter: str) -> int | None:
    signs = [sign(argument, parameter) for argument in call.arguments]
    match call.function, signs:
        case (("_>_" | "_>=_" | "_-_"), [left, right]):
            return _merged(left, _turned(right))
        case (("_<_" | "_<=_"), [left, right]):
            return _merged(_turned(left), right)
        case (("_+_" | "size" | "double"), _):
            return _merged(*signs)
        case "-_", [operand]:
            return _turned(operand)
        case "@in", [None, listed]:
            return listed
    return _merged(0, *signs) if any(each is not None for each in signs) else None


def _sign_of_quantifier(node: Quantifier, parameter: str) -> int | None:
    over, condition = sign(node.range, parameter), sign(node.condition, parameter)
    read_in_result = node.result is not None and reads_parameter(node.result, parameter)
    if read_in_result or (node.kind == "exists_one" and _merged(over, condition) is not None):
        return 0
    return _merged(_turned(over) if node.kind == "all" else over, condition)


def _turned(found: int | None) -> int | None:
    return None if found is None else -found


def _merged(*signs: int | None) -> int | None:
    found = {each for each in signs if each is not None}
    return None if not found else found.pop() if len(found) == 1 else 0
