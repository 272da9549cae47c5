"""When two expressions are plainly the same: compared in one simplified form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from policy.engines.mutation.conditions import joined
from policy.lang.reads import Key, Reads
from policy.lang.schema import FactSchema
from policy.lang.tree import (
    And,
    Call,
    ListOf,
    Literal,
    Node,
    Not,
    Or,
    Quantifier,
    children,
    with_children,
)

_EMPTY = {("<=", 0), ("<", 1), ("==", 0)}
_FILLED = {(">", 0), (">=", 1), ("!=", 0)}
_ALWAYS = {(">=", 0), (">", -1), ("!=", -1)}
_NEVER = {("<", 0), ("<=", -1), ("==", -1)}
"""What comparisons of a size with a number say: of a list without items, with items, of any."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Compares expressions over the same facts. `variables` are the trees of the variables."""

    reads: Reads

    @classmethod
    def of(cls, schema: FactSchema, variables: Mapping[str, Node]) -> Forms:
        """Variables are compared by what they say, so that their names do not matter."""
        plain = Reads(schema, variables)
        shorter = {name: _simplified(tree, plain) for name, tree in variables.items()}
        return cls(Reads(schema, shorter))

    def key(self, tree: Node) -> Key:
        """Equal keys are equal answers for all facts; the reverse does not hold."""
        return self.reads.key(_simplified(tree, self.reads))


def _simplified(node: Node, reads: Reads) -> Node:
    """The same condition with less in it. Places are those of what is left."""
    node = with_children(node, [_simplified(part, reads) for part in children(node)])
    match node:
        case And(parts=parts):
            return _joined(node, parts, False, reads)
        case Or(parts=parts):
            return _joined(node, parts, True, reads)
        case Not(operand=Literal(value=bool() as value)):
            return _truth(node, not value)
        case Not(operand=Not(operand=inner)):
            return inner
        case Not(operand=Call(function="_==_" | "_!=_" as function) as call):
            return replace(call, function="_!=_" if function == "_==_" else "_==_", overload="")
        case Quantifier(condition=Literal(value=bool() as value)):
            return _settled(node, value)
        case Call():
            return _call(node, reads)
    return node


def _joined(node: And | Or, parts: tuple[Node, ...], deciding: bool, reads: Reads) -> Node:
    kept: dict[Key, Node] = {}
    for part in parts:
        if isinstance(part, Literal) and part.value is deciding:
            return _truth(node, deciding)
        if not isinstance(part, Literal):
            kept.setdefault(reads.key(part), part)
    return joined(type(node), tuple(kept.values())) if kept else _truth(node, not deciding)


def _settled(node: Quantifier, value: bool) -> Node:
    match node.kind, value:
        case "filter", True:
            return node.range
        case "exists" | "exists_one", False:
            return _truth(node, False)
        case "all", True:
            return _truth(node, True)
    return node


def _call(node: Call, reads: Reads) -> Node:
    match node:
        case Call(function="@in", arguments=(wanted, ListOf(items=items) as among)):
            once = tuple({reads.key(item): item for item in items}.values())
            if not once:
                return _truth(node, False)
            return replace(node, arguments=(wanted, replace(among, items=once)))
        case Call(
            function=function, arguments=(Call(function="size") as size, Literal() as number)
        ):
            return _of_size(node, function.strip("_"), size, number)
        case Call(function="_==_" | "_!=_"):
            return replace(node, overload="")
    return node


def _of_size(node: Call, sign: str, size: Call, number: Literal) -> Node:
    asked = (sign, number.value)
    if asked in _ALWAYS or asked in _NEVER:
        return _truth(node, asked in _ALWAYS)
    if asked not in _EMPTY and asked not in _FILLED:
        return replace(node, overload="") if sign in ("==", "!=") else node
    zero = replace(number, value=0)
    function = "_==_" if asked in _EMPTY else "_!=_"
    return replace(node, function=function, overload="", arguments=(size, zero))


def _truth(node: Node, value: bool) -> Literal:
    return Literal(type="bool", span=node.span, value=value)
