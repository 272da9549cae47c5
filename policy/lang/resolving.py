"""Names of an expression that nobody checked: which are variables, types, functions.

The checker finds out what `a.b.c` means: the variable of that name, or a field of `a.b`, or of `a`.
Without it the same is done here, by the same rule: the longest name that is known, sought in the
container first; the item of a quantifier hides them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policy.lang.exprs import Call, Checked, Entries, Expr, Ident, Items, Macro, Select

TYPE_VALUES = frozenset(
    (
        *("bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"),
        *("google.protobuf.Timestamp", "google.protobuf.Duration"),
    )
)
"""Names that mean a type, as a value, where no variable is called so."""


def resolved(source: Checked, names: frozenset[str], container: str = "") -> Checked:
    """The expression with its names as the checker leaves them; names of types get the type `type`.

    `names` are the variables. A member call on something unknown is a function of that namespace.
    """
    resolver = _Resolver(names, container, dict(source.types))
    expr = resolver.look(source.expr, frozenset())
    return replace(source, expr=expr, types=resolver.types)


@dataclass(frozen=True, slots=True)
class _Resolver:
    names: frozenset[str]
    container: str
    types: dict[int, str]

    def look(self, expr: Expr, scope: frozenset[str]) -> Expr:
        """The expression, in sight of the items of quantifiers."""
        match expr:
            case Ident() | Select(test=False):
                return self._name(expr, scope)
            case Select(operand=operand):
                return replace(expr, operand=self.look(operand, scope))
            case Call():
                return self._call(expr, scope)
            case Items(items=items):
                return replace(expr, items=tuple(self.look(item, scope) for item in items))
            case Entries(entries=entries):
                pairs = tuple((self.look(k, scope), self.look(v, scope)) for k, v in entries)
                return replace(expr, entries=pairs)
            case Macro():
                return self._macro(expr, scope)
            case _:
                return expr

    def _name(self, expr: Ident | Select, scope: frozenset[str]) -> Expr:
        path = _path(expr, scope)
        for name in self._candidates(path) if path else ():
            if name in self.names:
                return Ident(expr.id, name)
            if name in TYPE_VALUES:
                self.types[expr.id] = "type"
                return Ident(expr.id, name)
        if isinstance(expr, Select):
            return replace(expr, operand=self.look(expr.operand, scope))
        return expr

    def _candidates(self, path: str) -> Iterator[str]:
        """What a name may stand for, from the innermost container out."""
        if path.startswith("."):
            yield path[1:]
            return
        around = self.container
        while around:
            yield f"{around}.{path}"
            around = around.rpartition(".")[0]
        yield path

    def _call(self, call: Call, scope: frozenset[str]) -> Expr:
        arguments = tuple(self.look(argument, scope) for argument in call.arguments)
        namespace = _path(arguments[0], scope) if call.member else ""
        if namespace and not self._is_known(arguments[0]):
            name = f"{namespace.removeprefix('.')}.{call.function}"
            return Call(call.id, name, arguments[1:], member=False)
        return replace(call, arguments=arguments)

    def _is_known(self, expr: Expr) -> bool:
        while isinstance(expr, Select):
            expr = expr.operand
        return isinstance(expr, Ident) and (expr.name in self.names or expr.id in self.types)

    def _macro(self, macro: Macro, scope: frozenset[str]) -> Expr:
        inner = scope | {macro.local, macro.item}
        condition, result = macro.condition, macro.result
        return replace(
            macro,
            range=self.look(macro.range, scope),
            condition=None if condition is None else self.look(condition, inner),
            result=None if result is None else self.look(result, inner),
        )


def _path(expr: Expr, scope: frozenset[str]) -> str:
    """`a.b.c` as a name; empty for what is none, and where `a` is the item of a quantifier."""
    match expr:
        case Ident(name=name):
            return "" if name in scope else name
        case Select(operand=operand, field=field, test=False):
            path = _path(operand, scope)
            return path and f"{path}.{field}"
        case _:
            return ""
