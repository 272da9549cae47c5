"""Conditions in the languages of other engines, translated from the typed tree: the same rules."""

from __future__ import annotations

import json
from typing import Any

from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    ListOf,
    Literal,
    Local,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
)

_SYMBOLS = {
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
}


class JsonLogic:
    """JSONLogic as datalogic-py speaks it: `val` with levels reaches out of a list's item.

    Instants stay text, which orders as they do. There is no regular expression.
    """

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters
        self._depth = 0

    def rule(self, node: Node) -> Any:
        """The rule for a condition. Raises KeyError for what JSONLogic lacks."""
        match node:
            case Literal(value=value):
                return value
            case ListOf(items=items):
                return [self.rule(item) for item in items]
            case Param(name=name):
                return self._parameters[name]
            case Fact(path=path):
                return {"val": [[2 * self._depth], *path] if self._depth else list(path)}
            case Local():
                return {"val": []}
            case Select(field=field):
                return {"val": field}
            case Has(target=target):
                return {"!==": [self.rule(target), None]}
            case Not(operand=operand):
                return {"!": [self.rule(operand)]}
            case And(parts=parts):
                return {"and": [self.rule(part) for part in parts]}
            case Or(parts=parts):
                return {"or": [self.rule(part) for part in parts]}
            case Quantifier():
                return self._quantifier(node)
            case Call():
                return self._call(node)
            case _:
                raise KeyError(type(node).__name__)

    def _quantifier(self, node: Quantifier) -> Any:
        over = self.rule(node.range)
        self._depth += 1
        condition = self.rule(node.condition)
        self._depth -= 1
        return {{"exists": "some", "all": "all"}[node.kind]: [over, condition]}

    def _call(self, node: Call) -> Any:
        arguments = [self.rule(argument) for argument in node.arguments]
        match node.function:
            case "size":
                return {"length": arguments}
            case "@in":
                return {"in": arguments}
            case "contains":
                return {"in": [arguments[1], arguments[0]]}
            case "startsWith":
                return {"starts_with": arguments}
            case "timestamp":
                return arguments[0]
            case function:
                return {_SYMBOLS[function]: arguments}


class Zen:
    """ZEN expressions. Instants are converted with `date`: text has no order there."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters

    def text(self, node: Node) -> str:
        """The expression for a condition. Raises KeyError for what ZEN lacks."""
        match node:
            case Literal(value=value):
                return _quoted(value)
            case ListOf(items=items):
                return f"[{', '.join(map(self.text, items))}]"
            case Param(name=name):
                return _quoted(self._parameters[name])
            case Fact(path=path):
                name = ".".join(path)
                return f"date({name})" if node.type == "timestamp" else name
            case Select(field=field):
                return f"#.{field}"
            case Has(target=target):
                return f"{self.text(target)} != null"
            case Not(operand=operand):
                return f"not ({self.text(operand)})"
            case And(parts=parts):
                return " and ".join(f"({self.text(part)})" for part in parts)
            case Or(parts=parts):
                return " or ".join(f"({self.text(part)})" for part in parts)
            case Quantifier(kind=kind, range=over, condition=condition):
                name = {"exists": "some", "all": "all"}[kind]
                return f"{name}({self.text(over)}, {self.text(condition)})"
            case Call():
                return self._call(node)
            case _:
                raise KeyError(type(node).__name__)

    def _call(self, node: Call) -> str:
        arguments = [self.text(argument) for argument in node.arguments]
        match node.function:
            case "size":
                return f"len({arguments[0]})"
            case "@in":
                return f"({arguments[0]} in {arguments[1]})"
            case "contains" | "startsWith" | "matches":
                return f"{node.function}({', '.join(arguments)})"
            case "timestamp":
                return f"date({arguments[0]})"
            case function:
                return f"({arguments[0]} {_SYMBOLS[function]} {arguments[1]})"


def _quoted(value: Any) -> str:
    if isinstance(value, str) and "'" not in value:
        # ZEN's text has no escapes: a backslash stands for itself, as in the regular expression.
        return f"'{value}'"
    return json.dumps(value)


class Cel:
    """CEL again, for an environment in which `track` is a map and parameters are numbers.

    Instants stay text, which orders as they do and spares the engine the conversion.
    """

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters

    def text(self, node: Node) -> str:
        """The expression for a condition."""
        match node:
            case Literal(value=value):
                return json.dumps(value)
            case ListOf(items=items):
                return f"[{', '.join(map(self.text, items))}]"
            case Param(name=name):
                return json.dumps(self._parameters[name])
            case Fact(path=path):
                return ".".join(path)
            case Local(name=name):
                return name
            case Select(operand=operand, field=field):
                return f"{self.text(operand)}.{field}"
            case Has(target=target):
                return f"has({self.text(target)})"
            case Not(operand=operand):
                return f"!({self.text(operand)})"
            case And(parts=parts):
                return " && ".join(f"({self.text(part)})" for part in parts)
            case Or(parts=parts):
                return " || ".join(f"({self.text(part)})" for part in parts)
            case Quantifier(kind=kind, range=over, local=local, condition=condition):
                return f"{self.text(over)}.{kind}({local}, {self.text(condition)})"
            case Call():
                return self._call(node)
            case _:
                raise KeyError(type(node).__name__)

    def _call(self, node: Call) -> str:
        arguments = [self.text(argument) for argument in node.arguments]
        match node.function:
            case "size":
                return f"size({arguments[0]})"
            case "@in":
                return f"({arguments[0]} in {arguments[1]})"
            case "contains" | "startsWith" | "matches":
                return f"{arguments[0]}.{node.function}({arguments[1]})"
            case "timestamp":
                return arguments[0]
            case function:
                return f"({arguments[0]} {_SYMBOLS[function]} {arguments[1]})"
