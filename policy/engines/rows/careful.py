"""Evaluation with errors as values: slower, exact in every case.

The generated functions leave to this module every document in which something raised or a fact is
unknown. Each tree becomes a closure once; `&&`, `||` and quantifiers absorb errors as CEL says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from policy.engines.rows import functions
from policy.engines.rows.constants import literal
from policy.engines.rows.documents import attribute
from policy.engines.rows.namespace import DURATIONS, TIMESTAMPS
from policy.engines.rows.poison import Absent, EvaluationError
from policy.engines.rows.values import key, keys, kind, kind_of, new_map, read
from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    ListOf,
    Literal,
    Local,
    MapOf,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
    Variable,
)


class Frame:
    """What one evaluation looks at. `variables` fills up with the ones that were computed."""

    __slots__ = ("document", "locals", "now", "parameters", "variables")

    def __init__(self, document: Any, parameters: Mapping[str, Any], now: int) -> None:
        self.document = document
        self.parameters = parameters
        self.now = now
        self.locals: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}


Closure: TypeAlias = Callable[[Frame], Any]
"""Gives the value of a tree. Raises EvaluationError when it has none."""


class Careful:
    """Closures of one plan's trees. `variables` maps names to trees."""

    def __init__(self, variables: Mapping[str, Node]) -> None:
        self._variables = variables
        self._made: dict[str, Closure] = {}

    def closure(self, node: Node) -> Closure:
        """The closure of a tree."""
        match node:
            case Literal():
                return _constant(literal(node))
            case Fact(path=path):
                return _typed(_now if path == ("now",) else _fact(path), node.type)
            case Param(name=name):
                return _parameter(name)
            case Variable(name=name):
                return self._variable(name)
            case Local(name=name):
                return lambda frame: frame.locals[name]
            case Select(operand=operand, field=field):
                return _typed(_select(self.closure(operand), field), node.type)
            case Has(target=target):
                return self._has(target)
            case Not(operand=operand):
                inner = self.closure(operand)
                return lambda frame: not truth(inner(frame))
            case And(parts=parts):
                return _absorbing(self._closures(parts), deciding=False)
            case Or(parts=parts):
                return _absorbing(self._closures(parts), deciding=True)
            case If():
                return self._if(node)
            case Call(function=function, arguments=arguments):
                return _call(function, self._closures(arguments))
            case ListOf(items=items):
                made = self._closures(items)
                return lambda frame: [item(frame) for item in made]
            case MapOf(entries=entries):
                return self._map(entries)
            case Quantifier():
                return self._quantifier(node)

    def _closures(self, nodes: Iterable[Node]) -> tuple[Closure, ...]:
        return tuple(self.closure(node) for node in nodes)

    def _variable(self, name: str) -> Closure:
        def value(frame: Frame) -> Any:
            if name not in frame.variables:
                frame.variables[name] = self._compute(name, frame)
            known = frame.variables[name]
            if isinstance(known, EvaluationError):
                raise known
            return known

        return value

    def _compute(self, name: str, frame: Frame) -> Any:
        if name not in self._variables:
            return EvaluationError(f"`{name}` has no value")
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self.closure(self._variables[name])
        outer, frame.locals = frame.locals, {}  # its items may be called as those around it
        try:
            return made(frame)
        except EvaluationError as error:
            return error
        finally:
            frame.locals = outer

    def _has(self, target: Fact | Select) -> Closure:
        if isinstance(target, Fact):
            return _has_path(tuple(map(attribute, target.path)))
        if isinstance(target.operand, Select | Fact) and kind(target.operand.type) == "record":
            return _has(self.closure(target.operand), target.field, self._has(target.operand))
        return _has(self.closure(target.operand), target.field, _constant(True))

    def _if(self, node: If) -> Closure:
        asked, then, otherwise = self._closures((node.condition, node.then, node.otherwise))
        return lambda frame: then(frame) if truth(asked(frame)) else otherwise(frame)

    def _map(self, entries: tuple[tuple[Node, Node], ...]) -> Closure:
        made = [(self.closure(name), self.closure(value)) for name, value in entries]
        return lambda frame: new_map(tuple((name(frame), value(frame)) for name, value in made))

    def _quantifier(self, node: Quantifier) -> Closure:
        over, condition = self.closure(node.range), self.closure(node.condition)
        result = self.closure(node.result) if node.result is not None else None

        def each(frame: Frame) -> list[Any]:
            return items(over(frame))

        match node.kind:
            case "exists" | "all":
                judge = quantified(node.local, condition, deciding=node.kind == "exists")
                return lambda frame: judge(frame, each(frame)).truth()
            case "exists_one":
                return lambda frame: len(_kept(frame, each(frame), node.local, condition)) == 1
            case "filter":
                return lambda frame: _kept(frame, each(frame), node.local, condition)
            case "map":
                return _mapped(each, node.local, condition, result or condition)


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
    local: str, condition: Closure, *, deciding: bool
) -> Callable[[Frame, list[Any]], Judged]:
    """`exists` (deciding on true) or `all` (on false) over items."""

    def judge(frame: Frame, over: list[Any]) -> Judged:
        failed: tuple[int, EvaluationError] | None = None
        for index, item in enumerate(over):
            frame.locals[local] = item
            try:
                if truth(condition(frame)) is deciding:
                    return Judged(deciding, index, None)
            except EvaluationError as error:
                failed = failed or (index, error)
        return Judged(not deciding, None, None) if failed is None else Judged(False, *failed)

    return judge


def truth(value: Any) -> bool:
    """A bool. Raises EvaluationError for a value of another type."""
    if value is True or value is False:
        return bool(value)
    found = kind_of(read(value))
    raise EvaluationError(f"no such overload: a {found} where a bool is needed")


def items(value: Any) -> list[Any]:
    """What a quantifier goes over: the items of a list, the keys of a map."""
    match read(value):
        case list() as found:
            return found
        case dict() as found:
            return keys(found)
        case other:
            raise EvaluationError(f"no such overload: a quantifier over a {kind_of(other)}")


def _constant(value: Any) -> Closure:
    return lambda frame: value


def _now(frame: Frame) -> Any:
    return frame.now


def _fact(path: tuple[str, ...]) -> Closure:
    names = tuple(map(attribute, path))

    def value(frame: Frame) -> Any:
        found = frame.document
        for name in names:
            found = read(getattr(found, name))
        return found

    return value


def _parameter(name: str) -> Closure:
    return lambda frame: read(frame.parameters[name])


def _typed(raw: Closure, type_name: str) -> Closure:
    """Times of a document are text until here."""
    texts: Mapping[str, Any] = DURATIONS if "duration" in type_name else TIMESTAMPS
    match type_name:
        case "timestamp" | "duration":
            return lambda frame: _time(texts, raw(frame))
        case "list(timestamp)" | "list(duration)":
            return lambda frame: [_time(texts, value) for value in raw(frame)]
        case _:
            return raw


def _time(texts: Mapping[str, Any], value: Any) -> Any:
    return texts[value] if type(value) is str else value


def _select(operand: Closure, field: str) -> Closure:
    def value(frame: Frame) -> Any:
        owner = operand(frame)
        if type(owner) is dict:
            return functions.index_map(owner, field)
        if not isinstance(owner, msgspec.Struct):
            raise EvaluationError(f"no such overload: a field of a {kind_of(owner)}")
        return read(getattr(owner, attribute(field)))

    return value


def _has(operand: Closure, field: str, owned: Closure) -> Closure:
    """`owned` tells whether the owner itself is there: without it there is no field either."""

    def value(frame: Frame) -> bool:
        if not owned(frame):
            return False
        owner = operand(frame)
        if type(owner) is dict:
            return key(field) in owner
        if not isinstance(owner, msgspec.Struct):
            raise EvaluationError(f"no such overload: has() on a {kind_of(owner)}")
        return _is_there(getattr(owner, attribute(field)))

    return value


def _has_path(names: tuple[str, ...]) -> Closure:
    def value(frame: Frame) -> bool:
        found = frame.document
        for name in names:
            found = getattr(found, name)
            if not _is_there(found):
                return False
        return True

    return value


def _is_there(value: Any) -> bool:
    if isinstance(value, Absent):
        return False
    read(value)
    return True


def _absorbing(parts: tuple[Closure, ...], *, deciding: bool) -> Closure:
    def value(frame: Frame) -> bool:
        failed: EvaluationError | None = None
        for part in parts:
            try:
                if truth(part(frame)) is deciding:
                    return deciding
            except EvaluationError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return not deciding

    return value


def _call(function: str, arguments: tuple[Closure, ...]) -> Closure:
    return lambda frame: functions.call(function, tuple(made(frame) for made in arguments))


def _kept(frame: Frame, over: list[Any], local: str, condition: Closure) -> list[Any]:
    kept = []
    for item in over:
        frame.locals[local] = item
        if truth(condition(frame)):
            kept.append(item)
    return kept


def _mapped(
    each: Callable[[Frame], list[Any]], local: str, condition: Closure, result: Closure
) -> Closure:
    def value(frame: Frame) -> list[Any]:
        made = []
        for item in each(frame):
            frame.locals[local] = item
            if truth(condition(frame)):
                made.append(result(frame))
        return made

    return value
