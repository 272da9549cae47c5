"""What CEL allows and rules do not: everything whose type or truth cannot be known beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from policy.lang.builder import Builder
from policy.lang.checked import Call, Entries, Expr, Ident, Items, parts
from policy.lang.diagnostics import Diagnostic, error, quoted

_HAS = "ask for a fact with `has(...)`; facts are never null"
_UNTYPED = {
    Items: ("a list in a rule holds values of one type", "make all items of one type"),
    Entries: ("a map in a rule has keys of one type and values of one type", ""),
}
_REFUSED = {
    "dyn": ("unknown-type", "the type of this cannot be known before it is evaluated", ""),
    "any": ("unknown-type", "the type of this cannot be known before it is evaluated", ""),
    "type": ("not-supported", "types are no values in rules", "the checker knows all types"),
    "null": ("not-supported", "`null` is no value in rules", _HAS),
    "uint": ("not-supported", "rules count with `int`, not `uint`", "leave the `u` out"),
    "bytes": ("not-supported", "bytes are no values in rules", "use a text"),
}


def refusals(builder: Builder) -> tuple[Diagnostic, ...]:
    """An error for each part of a checked expression that rules refuse."""
    return tuple(_Refusals(builder).look(builder.source.expr))


class _Refusals:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        schema = builder.schema
        self.records = {record.name for record in schema.records} if schema else set()

    def look(self, expr: Expr) -> Iterator[Diagnostic]:
        """The innermost part is blamed: what is around it only inherits the trouble."""
        below = [found for part in parts(expr) for found in self.look(part)]
        yield from below or self._own(expr)

    def _own(self, expr: Expr) -> Iterator[Diagnostic]:
        kind = self.builder.type(expr)
        match expr:
            case Ident(name=name) if self._asked(expr):
                help = "parameters always have a value; leave `has(...)` out"
                yield self._error("always-present", f"{quoted(name)} is a parameter", expr, help)
            case Ident(name=name) if name.startswith(".") or self._dotted(expr):
                yield self._error(
                    "not-supported", "a name does not begin with a dot", expr, "leave the dot out"
                )
            case Entries(message=name) if name:
                message = "rules do not make records"
                yield self._error("not-supported", message, expr, "read the fields of facts")
            case Call(function="dyn"):
                message = "`dyn(...)` hides a type that rules must know"
                yield self._error("unknown-type", message, expr, "leave `dyn(...)` out")
            case Call(function="_==_" | "_!=_" | "@in", arguments=arguments) if any(
                map(self._is_record, arguments)
            ):
                message = "a record cannot be compared as a whole"
                yield self._error("not-supported", message, expr, "compare its fields")
            case _:
                yield from self._by_type(expr, kind)

    def _by_type(self, expr: Expr, kind: str) -> Iterator[Diagnostic]:
        for word, (code, message, help) in _REFUSED.items():
            if word in kind.replace("(", " ").replace(")", " ").replace(",", " ").split():
                if word == "dyn" and isinstance(expr, Items | Entries):
                    message, help = self._untyped(expr)
                yield self._error(code, message, expr, help)
                return

    def _untyped(self, expr: Items | Entries) -> tuple[str, str]:
        if not parts(expr):
            return "the type of the items of this is not known", "compare with `size(...) == 0`"
        return _UNTYPED[type(expr)]

    def _is_record(self, expr: Expr) -> bool:
        kind = self.builder.type(expr)
        while kind.startswith("list("):
            kind = kind[5:-1]
        return kind in self.records

    def _asked(self, expr: Ident) -> bool:
        """Whether this is `has(params.x)`, which CEL's checker takes for `params.x` itself."""
        return self.builder.text.tokens.is_sign(self._at(expr), "(")

    def _dotted(self, expr: Ident) -> bool:
        first = self.builder.found[expr.id][0]
        return self.builder.text.tokens.is_sign(first - 1, ".")

    def _at(self, expr: Expr) -> int:
        return self.builder.text.tokens.at[self.builder.source.positions[expr.id]]

    def _error(self, code: str, message: str, expr: Expr, help: str) -> Diagnostic:
        return error(code, message, self.builder.text.path, self.builder.span(expr), help=help)
