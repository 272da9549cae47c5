"""Parts of a tree whose value is known before any fact is."""

from __future__ import annotations

from typing import Any

from policy.engines.rows import functions
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import TypeName, Uint, new_map
from policy.lang.tree import Call, ListOf, Literal, MapOf, Node


class NotConstant(Exception):
    """The tree reads something, or its value is an error."""


def literal(node: Literal) -> Any:
    """The value of a literal."""
    value: Any = node.value
    match node.type:
        case "double":
            return float(value)
        case "uint":
            return Uint(value)
        case "bytes":
            return value.encode("latin-1")
        case "type":
            return TypeName(value)
        case _:
            return value


def constant(node: Node) -> Any:
    """The value of a tree of literals. Raises NotConstant for any other."""
    match node:
        case Literal():
            return literal(node)
        case ListOf(items=items):
            return [constant(item) for item in items]
        case MapOf(entries=entries):
            pairs = tuple((constant(name), constant(value)) for name, value in entries)
            return _sure(new_map, pairs)
        case Call(function=function, arguments=arguments) if arguments:
            values = tuple(constant(argument) for argument in arguments)
            return _sure(functions.call, function, values)
        case _:
            raise NotConstant


def _sure(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except EvaluationError:
        raise NotConstant from None
