"""What CEL allows and rules do not: all whose type or sense cannot be known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.lang.builder import PARAMETERS, Builder
from policy.lang.diagnostics import Diagnostic, error, quoted
from policy.lang.exprs import Call, Entries, Expr, Ident, Items, Macro, parts
from policy.lang.names import Names
from policy.lang.places import Text

_HAS = "ask for a fact with `has(...)`; facts are never null"
_UNKNOWN = ("untyped", "the type of this is not known before it is evaluated", "")
_REFUSED = {
    "dyn": _UNKNOWN,
    "any": _UNKNOWN,
    "type": ("not-supported", "a type is no value in rules", "the checker knows all types"),
    "null": ("not-supported", "`null` is no value in rules", _HAS),
    "uint": ("not-supported", "rules count with `int`, not `uint`", "leave the `u` out"),
    "bytes": ("not-supported", "bytes are no values in rules", "use a text"),
}
"""Words of a type string: code, message and help."""


def asked_parameters(text: Text) -> tuple[Diagnostic, ...]:
    """An error for each `has(params.x)`, which CEL's checker takes for `params.x` itself."""
    tokens = text.tokens
    places = [
        (at + 2, at + 4)
        for at in range(len(tokens.tokens) - 4)
        if [token.text for token in tokens.tokens[at : at + 4]] == ["has", "(", PARAMETERS, "."]
    ]
    message, help = "a parameter always has a value", "leave `has(...)` out"
    return tuple(
        error("always-present", message, text.path, text.span(place), help=help) for place in places
    )


def refusals(builder: Builder, names: Names) -> tuple[Diagnostic, ...]:
    """An error for each part of a checked expression that rules refuse."""
    return tuple(_Refusals(builder, names).look(builder.source.expr))


class _Refusals:
    def __init__(self, builder: Builder, names: Names) -> None:
        self.builder = builder
        self.names = names
        self.records = {record.name for record in names.schema.records}

    def look(self, expr: Expr) -> Iterator[Diagnostic]:
        """The innermost part is blamed: what is around it only inherits the trouble."""
        below = [found for part in parts(expr) for found in self.look(part)]
        yield from below or self._own(expr)

    def _own(self, expr: Expr) -> Iterator[Diagnostic]:
        match expr:
            case Macro(local=local) if local in (*self.names.roots, PARAMETERS):
                yield self._shadowed(expr)
            case Ident() if self._begins_with_dot(expr):
                yield self._error(
                    expr, "not-supported", "a name does not begin with a dot", "leave the dot out"
                )
            case Entries(message=name) if name:
                yield self._error(
                    expr, "not-supported", "rules do not make records", "read the fields of facts"
                )
            case Call(function="dyn"):
                message = "`dyn(...)` hides a type that rules must know"
                yield self._error(expr, "untyped", message, "leave `dyn(...)` out")
            case Call(function="_==_" | "_!=_" | "@in", arguments=arguments) if any(
                map(self._is_record, arguments)
            ):
                message = "a record cannot be compared as a whole"
                yield self._error(expr, "not-supported", message, "compare its fields")
            case Call(function="format", arguments=(_, values)) if self._is_record(values):
                message = "a record cannot be written as a text"
                yield self._error(expr, "not-supported", message, "write its fields")
            case _:
                yield from self._by_type(expr)

    def _by_type(self, expr: Expr) -> Iterator[Diagnostic]:
        words = re.findall(r"\w+", self.builder.type(expr))
        word = next((word for word in words if word in _REFUSED), "")
        if word == "dyn" and isinstance(expr, Items | Entries):
            yield self._untyped(expr)
        elif word:
            yield self._error(expr, *_REFUSED[word])

    def _untyped(self, expr: Items | Entries) -> Diagnostic:
        what = "list" if isinstance(expr, Items) else "map"
        if not parts(expr):
            message = f"the type of this empty {what} is not known"
            return self._error(expr, "untyped", message, "compare `size(...)` with 0")
        message = f"a {what} in a rule holds values of one type"
        return self._error(expr, "untyped", message, "make all of them of one type")

    def _shadowed(self, macro: Macro) -> Diagnostic:
        at = self.builder.text.tokens.at[self.builder.source.positions[macro.id]] + 1
        span = self.builder.text.span((at, at))
        message = f"{quoted(macro.local)} already means something else in this ruleset"
        help = "give the item another name"
        return error("shadowed-name", message, self.builder.text.path, span, help=help)

    def _is_record(self, expr: Expr) -> bool:
        return not self.records.isdisjoint(re.findall(r"\w+", self.builder.type(expr)))

    def _begins_with_dot(self, expr: Ident) -> bool:
        return self.builder.text.tokens.is_sign(self.builder.found[expr.id][0], ".")

    def _error(self, expr: Expr, code: str, message: str, help: str) -> Diagnostic:
        return error(code, message, self.builder.text.path, self.builder.span(expr), help=help)
