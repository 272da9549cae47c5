"""Comparisons that calculate, solved for one of their places by trying."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Frame
from policy.engines.rows.poison import EvaluationError
from policy.engines.solver.board import Asked, Facts, Key
from policy.engines.solver.forms import NOWHERE
from policy.engines.solver.values import turning_points
from policy.lang.tree import Call, Has, Node, Quantifier, Variable, children, with_children

_TRIED = "tried"
_READS = frozenset({"size", "sum", "_[_]"})
"""Functions whose arguments are no operands of the calculation."""


def operands(node: Node) -> Iterator[Node]:
    """The parts of a calculation, down to what it reads; lists are not looked into."""
    yield node
    if isinstance(node, Quantifier) or (isinstance(node, Call) and node.function in _READS):
        return
    for part in children(node):
        yield from operands(part)


class Equation:
    """Two sides that are compared, as functions of a value that can be put into the frame."""

    def __init__(
        self, careful: Careful, sides: tuple[Node, Node], sight: Mapping[str, Key | None]
    ) -> None:
        self._left, self._right = (careful.closure(side) for side in sides)
        self._sight = sight

    def points(
        self,
        frame: Frame,
        items: Mapping[Key, Facts],
        put: Callable[[Any], None],
        kind: str,
        near: Iterable[Any],
    ) -> list[Any] | None:
        """Values at which the sides pass each other, or begin or end to have a value.

        None while something else of them is open, and where no value of theirs was found.

        `items` are those around the place that `put` fills, by the key of their list.
        """
        for name, key in self._sight.items():
            if key is not None and key in items:
                frame.locals[name] = items[key]
            else:
                frame.locals.pop(name, None)

        def sign(value: Any) -> int | None:
            put(value)
            try:
                left, right = self._left(frame), self._right(frame)
                order = int(left > right) - int(left < right)
                return order if order or left == right else None  # None: no number at all
            except Asked:
                raise
            except EvaluationError:
                return None

        try:
            return turning_points(sign, kind, near)
        except (Asked, KeyError):
            return None  # KeyError: an item that is not around the place


def alone(
    careful: Careful, frame: Frame, sides: tuple[Node, Node], place: Node
) -> list[Any] | None:
    """Values of a place at which the sides pass each other; None when they read more than it, or
    no value of theirs was found."""
    tried = Variable(type=place.type, span=NOWHERE, name=_TRIED)
    left, right = (_instead(side, place, tried) for side in sides)

    def put(value: Any) -> None:
        frame.variables[_TRIED] = value

    found = Equation(careful, (left, right), {}).points(frame, {}, put, place.type, ())
    frame.variables.pop(_TRIED, None)
    return found


def _instead(node: Node, old: Node, new: Node) -> Node:
    """The tree with every read that equals one replaced; whether it is there stays a question."""
    if node == old:
        return new
    if isinstance(node, Has):
        return node
    before = children(node)
    return with_children(node, [_instead(part, old, new) for part in before]) if before else node
