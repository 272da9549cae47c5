"""Macros, which the parser expands to folds, as their author wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from policy.lang.exprs import Call, Constant, Entries, Expr, Ident, Items, Macro
from policy.lang.tree import QuantifierKind
from policy.lang.wire import Unreadable

_INSERT = "cel.@mapInsert"


@dataclass(frozen=True, slots=True)
class Fold:
    """A loop over `range` that carries one value, which begins as `start` and ends in `result`.

    `local` is the item or key; with two names it is the index or key, and `item` what lies there.
    """

    id: int
    range: Expr
    local: str
    item: str
    start: Expr
    step: Expr
    result: Expr


def macro(fold: Fold) -> Expr:
    """The macro of CEL's standard, or of its two-variable quantifiers, that a fold came from.

    Raises Unreadable for any other fold.
    """
    match fold.start, fold.step, fold.result:
        case Constant(), Call(function="_||_", arguments=(_, condition)), _:
            return _made(fold, "exists", condition)
        case Constant(), Call(function="_&&_", arguments=(_, condition)), _:
            return _made(fold, "all", condition)
        case Constant(), Call(function="_?_:_", arguments=(condition, _, _)), Call():
            return _made(fold, "exists_one", condition)
        case _, Call(function="_?_:_", arguments=(condition, step, _)), _:
            return _collected(fold, step, condition)
        case _:
            return _collected(fold, fold.step, None)


def _collected(fold: Fold, step: Expr, condition: Expr | None) -> Expr:
    match fold.start, step:
        case Items(), Call(function="_+_", arguments=(_, Items(items=(made,)))):
            if condition is not None and _is_filter(fold, made, condition):
                return _made(fold, "filter", condition)
            return _made(fold, "map", condition, made)
        case Entries(), Call(function=function, arguments=(_, _, made)) if function == _INSERT:
            return _made(fold, "transformMap", condition, made)
        case Entries(), Call(function=function, arguments=(_, made)) if function == _INSERT:
            return _made(fold, "transformMapEntry", condition, made)
    raise Unreadable("a fold that is no macro of CEL's standard")


def _is_filter(fold: Fold, made: Expr, condition: Expr) -> bool:
    """`filter(x, c)` differs from `map(x, c, x)` by the order in which its nodes were made."""
    return not fold.item and made == Ident(made.id, fold.local) and made.id < condition.id


def _made(
    fold: Fold, kind: QuantifierKind, condition: Expr | None, result: Expr | None = None
) -> Macro:
    return Macro(fold.id, kind, fold.range, fold.local, condition, result, fold.item)
