"""Evaluation that is looked at: every part of a condition with the value that it came to.

Tests need more than a decision keeps: all items of a quantifier, not only the one that decides, and
the value of each operand. The careful evaluation (`policy.engines.rows.careful`) is wrapped for it,
so that what is seen is what the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from policy.engines import rows
from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Closure, Frame, truth
from policy.engines.rows.quantifiers import items
from policy.lang.plan import Plan
from policy.lang.tree import Node, Quantifier


class Seen:
    """One evaluation of a node: its value, or the error that it is, and those of its parts.

    `parts` are in the order of evaluation; what was not asked is not among them. A quantifier has
    its range first, then the predicate for each item. A variable has none: it is evaluated once,
    see `Observation.variables`.
    """

    __slots__ = ("error", "node", "parts", "value")

    def __init__(
        self, node: Node, value: Any, error: rows.EvaluationError | None, parts: list[Seen]
    ) -> None:
        self.node = node
        self.value = value
        self.error = error
        self.parts = parts

    def part(self, node: Node) -> Seen | None:
        """The evaluation of a direct part; None when it was not asked."""
        return next((part for part in self.parts if part.node is node), None)

    def walk(self) -> Iterator[Seen]:
        """This and all below, parents first."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Observation:
    """What one case made of a version: an evaluation for each rule's condition, in their order.

    `variables` are those that were asked, by name, `territories` those of rules that matched, by
    index.
    """

    __slots__ = ("rules", "territories", "variables")

    def __init__(
        self, rules: list[Seen], variables: dict[str, Seen], territories: dict[int, Seen]
    ) -> None:
        self.rules = rules
        self.variables = variables
        self.territories = territories

    def roots(self) -> Iterator[Seen]:
        """The evaluations of all trees."""
        yield from self.rules
        yield from self.variables.values()
        yield from self.territories.values()


class Observer:
    """Observes the rules of one version."""

    def __init__(self, plan: Plan) -> None:
        self._careful = _Observing({variable.name: variable.tree for variable in plan.variables})
        self._rules = [self._careful.closure(rule.when) for rule in plan.rules]
        self._territories = {
            index: self._careful.closure(rule.territories)
            for index, rule in enumerate(plan.rules)
            if rule.territories is not None
        }

    def observe(
        self, document: rows.Document, parameters: rows.Parameters, now: rows.Timestamp
    ) -> Observation:
        """Evaluate all rules over a document of the program that was made from the same plan."""
        frame = Frame(document, parameters.by_name, now)
        self._careful.variables = {}
        found = [self._careful.look(made, frame) for made in self._rules]
        territories = {
            index: self._careful.look(made, frame)
            for index, made in self._territories.items()
            if found[index].value is True
        }
        return Observation(found, self._careful.variables, territories)


class _Observing(Careful):
    """Closures that note what they come to."""

    def __init__(self, variables: Mapping[str, Node]) -> None:
        super().__init__(variables)
        self.variables: dict[str, Seen] = {}
        self._parts: list[Seen] = []

    def look(self, made: Closure, frame: Frame) -> Seen:
        """What a closure of this object comes to."""
        self._parts = []
        with suppress(rows.EvaluationError):  # which is noted
            made(frame)
        return self._parts[0]

    def closure(self, node: Node) -> Closure:
        """As of every tree; its closures note their values on the way."""
        made = super().closure(node)

        def noted(frame: Frame) -> Any:
            above, self._parts = self._parts, []
            value, failed = None, None
            try:
                value = made(frame)
                return value
            except rows.EvaluationError as error:
                failed = error
                raise
            finally:
                above.append(Seen(node, value, failed, self._parts))
                self._parts = above

        return noted

    def _compute(self, name: str, frame: Frame) -> Any:
        outer, self._parts = self._parts, []
        result = super()._compute(name, frame)
        if self._parts:
            self.variables[name] = self._parts[0]
        self._parts = outer
        return result

    def _quantifier(self, node: Quantifier) -> Closure:
        """Over all items, whichever decides; other kinds go over all of them anyway."""
        if node.kind not in _SETTLED or node.item:
            return super()._quantifier(node)
        over, condition = self.closure(node.range), self.closure(node.condition)

        def value(frame: Frame) -> Any:
            found = items(over(frame))
            judged = [_judged(frame, node.local, item, condition) for item in found]
            return _SETTLED[node.kind](found, judged)

        return value


_Judged: TypeAlias = bool | rows.EvaluationError


def _judged(frame: Frame, local: str, item: Any, condition: Closure) -> _Judged:
    frame.locals[local] = item
    try:
        return truth(condition(frame))
    except rows.EvaluationError as error:
        return error


def _exists(found: list[Any], judged: list[_Judged]) -> bool:
    return True in judged or any(_sure(judged))


def _all(found: list[Any], judged: list[_Judged]) -> bool:
    return False not in judged and all(_sure(judged))


def _exists_one(found: list[Any], judged: list[_Judged]) -> bool:
    return sum(_sure(judged)) == 1


def _filter(found: list[Any], judged: list[_Judged]) -> list[Any]:
    return [item for item, kept in zip(found, _sure(judged), strict=True) if kept]


_SETTLED: dict[str, Callable[[list[Any], list[_Judged]], Any]] = {
    "exists": _exists,
    "all": _all,
    "exists_one": _exists_one,
    "filter": _filter,
}


def _sure(judged: list[_Judged]) -> list[bool]:
    """The truths. Raises the first error."""
    for each in judged:
        if isinstance(each, rows.EvaluationError):
            raise each
    return [each is True for each in judged]
