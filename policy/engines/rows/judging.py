"""The traced form of careful evaluation: the same steps as the generated function, errors kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec

from policy.engines.rows.careful import Careful
from policy.engines.rows.documents import attribute
from policy.engines.rows.frames import Closure, Frame, truth
from policy.engines.rows.poison import EvaluationError, Poison
from policy.engines.rows.quantifiers import binding, items, quantified
from policy.engines.rows.steps import Scope, Slot, Step, Steps, VariableSteps
from policy.engines.rows.values import Duration, Timestamp, Uint, kind_of
from policy.lang.tree import Fact, Local, Node, Quantifier, Select

Values: TypeAlias = list[Any]
Judge: TypeAlias = Callable[[Frame, Values], bool]
"""Gives a step's truth and puts what it saw into its tuple. Raises EvaluationError."""


class Judging:
    """Closures of a plan's steps."""

    def __init__(self, steps: Steps, careful: Careful) -> None:
        self._steps = steps
        self._careful = careful
        self.rules = tuple(self._judge(step) for step in steps.rules)
        self._variables = {name: self._variable(held) for name, held in steps.variables.items()}
        self._fill = self._filler(steps.top)

    def run(self, frame: Frame) -> tuple[list[int], list[tuple[int, str]], tuple[Any, ...]]:
        """Matched rules, rules in error with their messages, and the values of the trace."""
        values: Values = [None] * len(self._steps.top.slots)
        matched: list[int] = []
        failed: list[tuple[int, str]] = []
        for index, judge in enumerate(self.rules):
            try:
                if judge(frame, values):
                    matched.append(index)
            except EvaluationError as error:
                failed.append((index, str(error)))
        self._fill(frame, values)
        for name, trace in self._variables.items():
            if name in frame.variables:
                values[self._steps.variables[name].slot.index] = trace(frame)
        return matched, failed, tuple(values)

    def _variable(self, held: VariableSteps) -> Callable[[Frame], tuple[Any, ...]]:
        fill = self._filler(held.scope)
        judge = self._judge(held.step) if held.node.type == "bool" else None

        def trace(frame: Frame) -> tuple[Any, ...]:
            values: Values = [None] * (len(held.scope.slots) + 1)
            if judge is not None:
                try:
                    values[0] = judge(frame, values)
                except EvaluationError as error:
                    values[0] = str(error)
            else:
                values[0] = _plain(frame.variables.get(held.name))
            fill(frame, values)
            return tuple(values)

        return trace

    def _judge(self, step: Step) -> Judge:
        match step.kind:
            case "and" | "or":
                return _absorbing(tuple(map(self._judge, step.parts)), step.kind == "or")
            case "not":
                inner = self._judge(step.parts[0])
                return lambda frame, values: not inner(frame, values)
            case "if":
                asked, then, otherwise = map(self._judge, step.parts)
                return lambda frame, values: (
                    then(frame, values) if asked(frame, values) else otherwise(frame, values)
                )
            case "exists" | "all" | "exists_one":
                return self._quantifier(step)
            case _:
                closure = self._careful.closure(step.node)
                return _noting(lambda frame, values: truth(closure(frame)), step.at)

    def _quantifier(self, step: Step) -> Judge:
        node = step.node
        if not isinstance(node, Quantifier) or not (step.items and step.witness and step.inner):
            raise TypeError(f"a {step.kind} without its positions")
        over = self._careful.closure(node.range)
        count, keep = step.items.index, self._keep(step, node, step.inner)
        if step.kind == "exists_one":
            plain = self._careful.closure(node)
        decide = quantified(
            binding(node), self._careful.closure(node.condition), deciding=step.kind == "exists"
        )

        def judge(frame: Frame, values: Values) -> bool:
            found = items(over(frame))
            values[count] = len(found)
            if step.kind == "exists_one":
                return truth(plain(frame))
            judged = decide(frame, found)
            if judged.index is not None:
                keep(frame, values, judged.index, found[judged.index])
            return judged.truth()

        return _noting(judge, step.at)

    def _keep(
        self, step: Step, node: Quantifier, inner: Scope
    ) -> Callable[[Frame, Values, int, Any], None]:
        judge, fill = self._judge(step.parts[0]), self._filler(inner)
        place = step.witness.index if step.witness else 0

        def keep(frame: Frame, values: Values, index: int, item: Any) -> None:
            kept: Values = [index, *[None] * len(inner.slots)]
            frame.locals[node.local] = item
            with suppress(EvaluationError):  # it stands at the condition that failed
                judge(frame, kept)
            frame.locals[node.local] = item
            fill(frame, kept)
            values[place] = tuple(kept)

        return keep

    def _filler(self, scope: Scope) -> Callable[[Frame, Values], None]:
        """Puts the values that conditions read into a tuple, None for what is missing."""
        known = [
            (slot.index, self._reader(slot.node)) for slot in scope.slots if slot.node is not None
        ]

        def fill(frame: Frame, values: Values) -> None:
            for index, read in known:
                try:
                    values[index] = _plain(read(frame))
                except EvaluationError:
                    values[index] = None

        return fill

    def _reader(self, node: Node) -> Closure:
        """Facts are kept as the document writes them, everything else as computed."""
        match node:
            case Fact(path=path) if path != ("now",):
                return self._careful.closure(Fact(type="string", span=node.span, path=path))
            case Select(operand=Local(name=name), field=field):
                return lambda frame: getattr(frame.locals[name], attribute(field))
            case _:
                return self._careful.closure(node)


def _plain(value: Any) -> Any:
    """A value that JSON can hold, else None."""
    if isinstance(value, Poison | EvaluationError | msgspec.Struct | bytes):
        return None
    if type(value) is list and value and kind_of(value[0]) == "record":
        return None
    return int(value) if isinstance(value, Timestamp | Duration | Uint) else value


def _noting(judge: Judge, slot: Slot | None) -> Judge:
    """Write the truth, or the error's text, into the slot."""
    if slot is None:
        return judge
    index = slot.index

    def noted(frame: Frame, values: Values) -> bool:
        try:
            values[index] = judge(frame, values)
        except EvaluationError as error:
            values[index] = str(error)
            raise
        return bool(values[index])

    return noted


def _absorbing(parts: tuple[Judge, ...], deciding: bool) -> Judge:
    def judge(frame: Frame, values: Values) -> bool:
        failed: EvaluationError | None = None
        for part in parts:
            try:
                if part(frame, values) is deciding:
                    return deciding
            except EvaluationError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return not deciding

    return judge
