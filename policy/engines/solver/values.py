"""Representative values: at least one for every region into which constants cut a type.

A region is a set of values that no condition tells apart: below, at and above each constant, and
for texts each constant and any other text.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from string import ascii_lowercase
from typing import Any

from policy.engines.rows.times import DURATION_LIMIT, SECOND, TIMESTAMP_MAX, TIMESTAMP_MIN
from policy.engines.rows.values import INT_MAX, INT_MIN, Duration, Timestamp

_WHOLE: dict[str, tuple[Callable[[int], int], int, int, int]] = {
    "int": (int, 1, INT_MIN, INT_MAX),
    "timestamp": (Timestamp, SECOND, TIMESTAMP_MIN, TIMESTAMP_MAX),
    "duration": (Duration, SECOND, -DURATION_LIMIT, DURATION_LIMIT),
}
"""Of types counted in whole numbers: what makes a value, a step for people, least and most."""

ORDERED = frozenset({*_WHOLE, "double"})


def spread(kind: str, constants: Iterable[Any], count: int = 1) -> list[Any]:
    """Values of an ordered type: each constant, and `count` in every gap between them.

    With as many values in a gap as places are compared with each other, every order of them comes
    up. Gaps that hold fewer values are given whole.
    """
    marks = sorted(set(constants))
    if kind == "double":
        return _doubles([float(mark) for mark in marks], count)
    make, unit, least, most = _WHOLE[kind]
    return [make(value) for value in _wholes([int(m) for m in marks], count, unit, least, most)]


def _wholes(marks: Sequence[int], count: int, unit: int, least: int, most: int) -> Iterator[int]:
    if not marks:
        yield from range(0, count * unit, unit)
        return
    step = unit if marks[0] - least >= unit * count else 1
    yield from (marks[0] - step * at for at in range(count, 0, -1) if marks[0] - step * at >= least)
    for low, high in pairwise([*marks, most + 1]):
        yield low
        step = unit if high - low > unit * count else 1
        yield from range(low + step, min(high, low + step * count + 1), step)


def _doubles(marks: Sequence[float], count: int) -> list[float]:
    if not marks:
        return [float(at) for at in range(count)]
    first, last = marks[0], marks[-1]
    # Scores are shares of one: what is below or above 0.9 had better be one too.
    below = between(0.0, first, count) if 0 < first <= 1 else []
    above = between(last, 1.0, count) if 0 <= last < 1 else []
    found = below if len(below) == count else _beyond(first, -1.0, count)[::-1]
    for low, high in pairwise(marks):
        found += [low, *between(low, high, count)]
    found += [last, *(above if len(above) == count else _beyond(last, 1.0, count))]
    return [value for value in found if math.isfinite(value)]


def _beyond(mark: float, step: float, count: int) -> list[float]:
    """So many doubles on one side, whole steps away where that makes a difference."""
    found = [mark + step * at for at in range(1, count + 1)]
    if len({mark, *found}) > count:
        return found
    found = [mark]
    for _ in range(count):
        found.append(math.nextafter(found[-1], step * math.inf))
    return found[1:]


def between(low: float, high: float, count: int) -> list[float]:
    """So many doubles in a gap, with few digits; fewer when the gap holds no more."""
    found: list[float] = []
    for at in range(1, count + 1):
        value = low + (high - low) * (at / (count + 1))
        short = next((r for d in range(1, 17) if low < (r := round(value, d)) < high), value)
        found.append(short if short not in found else value)
    return [value for value in dict.fromkeys(found) if low < value < high]


def fresh(taken: Iterable[str], count: int, length: int | None = None) -> list[str]:
    """So many texts that are none of the taken ones; of a length, fewer when there are no more."""
    known, found = set(taken), list[str]()
    for text in _texts(length):
        if len(found) == count:
            break
        if text not in known:
            found.append(text)
    return found


def _texts(length: int | None) -> Iterator[str]:
    if length is None:
        yield from (f"other{at or ''}" for at in range(10_000))
    elif length <= 0:
        yield from [""] if length == 0 else []
    else:
        for last in ascii_lowercase:
            yield "x" * (length - 1) + last


_MOST = sys.float_info.max

LADDER: dict[str, tuple[Any, ...]] = {
    "int": tuple(
        sorted({0, 1, -1, *(s * 10**e for e in range(1, 19, 3) for s in (1, -1)), INT_MIN, INT_MAX})
    ),
    "double": (
        -_MOST, -1e150, -1e40, -1e15, -1e6, -1000.0, -1.0,
        0.0, 1.0, 1000.0, 1e6, 1e15, 1e40, 1e150, _MOST,
    ),
    "timestamp": (TIMESTAMP_MIN, 0, 2 * 10**18, TIMESTAMP_MAX),
    "duration": (-DURATION_LIMIT, -(10**15), 0, 10**15, DURATION_LIMIT),
}  # fmt: skip
"""Where turning points are looked for in between, from one end of the type to the other."""


_TURNS = 5
"""Turns in one gap of the ladder; a difference that grows or falls has two at most, and two more
where it begins and ends to have a value."""


def turning_points(
    sign: Callable[[Any], int | None], kind: str, near: Iterable[Any]
) -> list[Any] | None:
    """Values at which `sign` (of a difference that grows or falls) turns, and those beside them.

    `sign` is None where the difference has no value, as where it leaves the numbers: that is a turn
    as well. None when it has a value nowhere on the ladder: where it has one is not known then.
    """
    make = float if kind == "double" else _WHOLE[kind][0]
    ladder = [make(value) for value in sorted({*LADDER[kind], *near})]
    signs = [(value, sign(value)) for value in ladder]
    if all(each is None for _, each in signs):
        return None
    found: list[Any] = []
    for (low, below), (high, above) in pairwise(signs):
        found += _turns(sign, low, below, high, above)
    return list(dict.fromkeys(make(value) for value in found))


def _turns(
    sign: Callable[[Any], int | None], low: Any, below: int | None, high: Any, above: int | None
) -> Iterator[Any]:
    """The last value before each turn and the first after it."""
    make = type(low)
    for _ in range(_TURNS):
        left, right, after = low, high, above
        if below == above:
            return
        while (middle := _middle(left, right)) is not None:
            found = sign(make(middle))
            left, right, after = (middle, right, after) if found == below else (left, middle, found)
        yield from (left, right)
        low, below = right, after


def _middle(low: Any, high: Any) -> Any:
    """A value strictly between; None when there is none."""
    if isinstance(low, float):
        middle = low + (high - low) / 2
        return middle if low < middle < high else None
    return (int(low) + int(high)) // 2 if int(high) - int(low) > 1 else None
