"""CEL's operators and functions: what to call for each kind of arguments, and as Python text.

`inline` is the Python expression that generated code uses instead of the call, with `{0}`, `{1}`
for the arguments. It may leave a Timestamp, Duration or Uint as a plain int: where generated code
runs, static types say what a value is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from policy.engines.rows import numbers, times, values
from policy.engines.rows.patterns import matches
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import Uint


@dataclass(frozen=True, slots=True)
class Overload:
    """One function for one combination of argument kinds."""

    call: Callable[..., Any]
    inline: str = ""


_SAME = ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration")
_INT = "(_i if -1073741823 <= (_i := {0} %s {1}) <= 1073741823 else CHECKED(_i))"
# Up to 30 bits Python compares in one step; larger results are looked at by a call.


def _orderings() -> Iterator[tuple[tuple[str, ...], Overload]]:
    symbols = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    mixed = [(a, b) for a in values.NUMBERS for b in values.NUMBERS if a != b]
    for symbol, call in symbols.items():
        for kind in _SAME:
            yield (f"_{symbol}_", kind, kind), Overload(call, f"({{0}} {symbol} {{1}})")
        for pair in mixed:
            yield (f"_{symbol}_", *pair), Overload(_compared(call))


def _compared(call: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda left, right: call(*values.comparable(left, right))


def _arithmetic() -> Iterator[tuple[tuple[str, ...], Overload]]:
    for symbol, call in {"+": operator.add, "-": operator.sub, "*": operator.mul}.items():
        name, plain = f"_{symbol}_", f"({{0}} {symbol} {{1}})"
        yield (name, "int", "int"), Overload(_over(call, numbers.checked), _INT % symbol)
        yield (name, "uint", "uint"), Overload(_over(call, numbers.checked_uint))
        yield (name, "double", "double"), Overload(call, plain)
    for kind in ("string", "bytes", "list"):
        yield ("_+_", kind, kind), Overload(operator.add, "({0} + {1})")
    yield ("_/_", "int", "int"), Overload(numbers.int_divide)
    yield ("_/_", "uint", "uint"), Overload(_as_uint(numbers.int_divide))
    yield ("_/_", "double", "double"), Overload(numbers.double_divide)
    yield ("_%_", "int", "int"), Overload(numbers.int_modulo)
    yield ("_%_", "uint", "uint"), Overload(_as_uint(numbers.int_modulo))
    yield ("-_", "int"), Overload(lambda value: numbers.checked(-value))
    yield ("-_", "double"), Overload(operator.neg, "(-{0})")


def _time_arithmetic() -> Iterator[tuple[tuple[str, ...], Overload]]:
    add, subtract = operator.add, operator.sub
    yield ("_+_", "timestamp", "duration"), Overload(_over(add, times.timestamp))
    yield ("_+_", "duration", "timestamp"), Overload(_over(add, times.timestamp))
    yield ("_+_", "duration", "duration"), Overload(_over(add, times.duration))
    yield ("_-_", "timestamp", "duration"), Overload(_over(subtract, times.timestamp))
    yield ("_-_", "timestamp", "timestamp"), Overload(_over(subtract, times.duration))
    yield ("_-_", "duration", "duration"), Overload(_over(subtract, times.duration))


def _over(call: Callable[[Any, Any], int], check: Callable[[int], Any]) -> Callable[..., Any]:
    return lambda left, right: check(call(int(left), int(right)))


def _as_uint(call: Callable[[int, int], int]) -> Callable[..., Uint]:
    return lambda left, right: Uint(call(left, right))


def _texts() -> Iterator[tuple[tuple[str, ...], Overload]]:
    for kind in ("string", "bytes", "list", "map"):
        yield ("size", kind), Overload(len, "len({0})")
    yield ("sum", "list"), Overload(_sum)
    yield ("contains", "string", "string"), Overload(operator.contains, "({1} in {0})")
    yield ("startsWith", "string", "string"), Overload(str.startswith, "{0}.startswith({1})")
    yield ("endsWith", "string", "string"), Overload(str.endswith, "{0}.endswith({1})")
    yield ("matches", "string", "string"), Overload(matches)


def _sum(items: list[int]) -> int:
    """Only the total must fit into 64 bits, so that the order of the items does not matter."""
    return numbers.checked(sum(items))


def _conversions() -> Iterator[tuple[tuple[str, ...], Overload]]:
    for kind in _SAME:
        yield ("string", kind), Overload(numbers.text)
        yield (kind, kind), Overload(_identity, "{0}")
    yield ("bytes", "string"), Overload(str.encode)
    yield ("bool", "string"), Overload(numbers.bool_of_text)
    yield ("int", "uint"), Overload(lambda value: numbers.checked(int(value)))
    yield ("int", "double"), Overload(numbers.int_of_double)
    yield ("int", "string"), Overload(numbers.int_of_text)
    yield ("int", "timestamp"), Overload(numbers.int_of_timestamp)
    yield ("uint", "int"), Overload(numbers.checked_uint)
    yield ("uint", "double"), Overload(numbers.uint_of_double)
    yield ("uint", "string"), Overload(numbers.uint_of_text)
    yield ("double", "int"), Overload(float)
    yield ("double", "uint"), Overload(float)
    yield ("double", "string"), Overload(numbers.double_of_text)
    yield ("timestamp", "string"), Overload(times.parse_timestamp)
    yield ("timestamp", "int"), Overload(lambda value: times.timestamp(value * times.SECOND))
    yield ("duration", "string"), Overload(times.parse_duration)
    yield ("duration", "int"), Overload(lambda value: times.duration(value * times.SECOND))


def _identity(value: Any) -> Any:
    return value


def _accessors() -> Iterator[tuple[tuple[str, ...], Overload]]:
    for name, access in times.ACCESSORS.items():
        yield (name, "timestamp"), Overload(access)
        yield (name, "timestamp", "string"), Overload(access)
    for name, measure in times.DURATION_ACCESSORS.items():
        yield (name, "duration"), Overload(measure)


def index_list(items: list[Any], position: Any) -> Any:
    """`items[position]`. Raises EvaluationError outside the list."""
    if position == (whole := int(position)) and 0 <= whole < len(items):
        return items[whole]
    raise EvaluationError(f"index {position} is outside a list of {len(items)}")


def index_map(mapping: dict[Any, Any], key: Any) -> Any:
    """`mapping[key]`. Raises EvaluationError when it is not there."""
    try:
        return mapping[values.key(key)]
    except KeyError:
        raise EvaluationError(f"no such key: {key!r}") from None


def _collections() -> Iterator[tuple[tuple[str, ...], Overload]]:
    for kind in ("int", "uint", "double"):
        yield ("_[_]", "list", kind), Overload(index_list)
    for kind in (*_SAME, "null", "list", "map", "record", "type"):
        yield ("@in", kind, "list"), Overload(values.contains)
        yield ("@in", kind, "map"), Overload(values.contains)
        yield ("_[_]", "map", kind), Overload(index_map)


_OVERLOADS: dict[tuple[str, ...], Overload] = {
    signature: overload
    for group in (
        _orderings,
        _arithmetic,
        _time_arithmetic,
        _texts,
        _conversions,
        _accessors,
        _collections,
    )
    for signature, overload in group()
}
_ANY_KIND: dict[str, Overload] = {
    "_==_": Overload(values.equals),
    "_!=_": Overload(lambda left, right: not values.equals(left, right)),
    "dyn": Overload(_identity, "{0}"),
    "type": Overload(lambda value: numbers.type_name(values.kind_of(value))),
}


def find(function: str, kinds: tuple[str, ...]) -> Overload | None:
    """The overload for these kinds of arguments; None when CEL has none."""
    if function in _ANY_KIND:
        return _ANY_KIND[function]
    return _OVERLOADS.get((function, *kinds))


def call(function: str, arguments: tuple[Any, ...]) -> Any:
    """Apply a function to runtime values. Raises EvaluationError when no overload fits."""
    kinds = tuple(values.kind_of(argument) for argument in arguments)
    found = find(function, kinds)
    if found is None:
        raise EvaluationError(f"no such overload: {function}({', '.join(kinds)})")
    return found.call(*arguments)
