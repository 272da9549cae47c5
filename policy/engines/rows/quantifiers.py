"""Quantifiers, with errors as values: `exists` and `all` absorb them as CEL says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from policy.engines.rows.frames import Closure, Frame, truth
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import keys, kind_of, new_map, read
from policy.lang.tree import Quantifier

Bind: TypeAlias = Callable[[Frame, Any], None]
"""Puts what a quantifier looks at under its name or names."""
Pairs: TypeAlias = Iterator[tuple[Any, Any]]


def quantifier(
    node: Quantifier, over: Closure, condition: Closure, result: Closure | None
) -> Closure:
    """The closure of a quantifier, from those of its parts."""
    bind, each = binding(node), _each(node, over)
    match node.kind:
        case "exists" | "all":
            judge = quantified(bind, condition, deciding=node.kind == "exists")
            return lambda frame: judge(frame, each(frame)).truth()
        case "exists_one":
            return lambda frame: len(list(_kept(frame, each(frame), bind, condition))) == 1
        case "filter":
            return lambda frame: list(_kept(frame, each(frame), bind, condition))
    made = result or condition
    if node.kind == "map":
        return lambda frame: [made(frame) for _ in _kept(frame, each(frame), bind, condition)]

    def entries(frame: Frame) -> Pairs:
        for item in _kept(frame, each(frame), bind, condition):
            yield from _entries(item, made(frame), whole=node.kind == "transformMapEntry")

    return lambda frame: new_map(tuple(entries(frame)))


def binding(node: Quantifier) -> Bind:
    """How a quantifier calls what it looks at."""
    local, other = node.local, node.item

    def one(frame: Frame, item: Any) -> None:
        frame.locals[local] = item

    def two(frame: Frame, item: Any) -> None:
        frame.locals[local], frame.locals[other] = item

    return two if other else one


def _each(node: Quantifier, over: Closure) -> Callable[[Frame], list[Any]]:
    found = pairs if node.item or node.kind.startswith("transform") else items
    return lambda frame: found(over(frame))


def items(value: Any) -> list[Any]:
    """What a quantifier goes over: the items of a list, the keys of a map."""
    match read(value):
        case list() as found:
            return found
        case dict() as found:
            return keys(found)
        case other:
            raise EvaluationError(f"no such overload: a quantifier over a {kind_of(other)}")


def pairs(value: Any) -> list[Any]:
    """The same for a quantifier of two names: indexes with items, keys with values."""
    match read(value):
        case list() as found:
            return list(enumerate(found))
        case dict() as found:
            return list(zip(keys(found), found.values(), strict=True))
        case other:
            raise EvaluationError(f"no such overload: a quantifier over a {kind_of(other)}")


class Judged:
    """What a quantifier came to: a truth or an error, and the item that decided it."""

    __slots__ = ("error", "index", "value")

    def __init__(self, value: bool, index: int | None, error: EvaluationError | None) -> None:
        self.value = value
        self.index = index
        self.error = error

    def truth(self) -> bool:
        """The truth. Raises the error."""
        if self.error is not None:
            raise self.error
        return self.value


def quantified(
    bind: Bind, condition: Closure, *, deciding: bool
) -> Callable[[Frame, list[Any]], Judged]:
    """`exists` (deciding on true) or `all` (on false) over items."""

    def judge(frame: Frame, over: list[Any]) -> Judged:
        failed: tuple[int, EvaluationError] | None = None
        for index, item in enumerate(over):
            bind(frame, item)
            try:
                if truth(condition(frame)) is deciding:
                    return Judged(deciding, index, None)
            except EvaluationError as error:
                failed = failed or (index, error)
        return Judged(not deciding, None, None) if failed is None else Judged(False, *failed)

    return judge


def _kept(frame: Frame, over: list[Any], bind: Bind, condition: Closure) -> Iterator[Any]:
    for item in over:
        bind(frame, item)
        if truth(condition(frame)):
            yield item


def _entries(item: tuple[Any, Any], made: Any, *, whole: bool) -> Pairs:
    """What one item of `transformMap` adds to the map, or with `whole` of `transformMapEntry`."""
    if not whole:
        yield item[0], made
    elif type(read(made)) is dict:
        yield from zip(keys(made), made.values(), strict=True)
    else:
        raise EvaluationError(f"no such overload: a {kind_of(made)} where an entry is needed")
