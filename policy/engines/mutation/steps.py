"""One step away: the values that stand next to a value, and the members that a list can lose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import TypeVar

from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.times import (
    SECOND,
    duration,
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
    timestamp,
)
from policy.engines.rows.values import INT_MAX, INT_MIN

_T = TypeVar("_T")

_DAY = 86400 * SECOND
_COARSEST = Decimal("0.01")
"""A number with a point is stepped by its last written place, but never by more than this."""

MOST_MEMBERS = 8
"""Of a longer list only the first, the middle and the last member are taken away: the others would
ask for the same test again."""


def next_ints(value: int) -> Iterator[int]:
    """One less and one more, within 64 bits."""
    yield from (near for near in (value - 1, value + 1) if INT_MIN <= near <= INT_MAX)


def next_doubles(value: float) -> Iterator[float]:
    """0.85 gives 0.84 and 0.86, 0.9 gives 0.89 and 0.91."""
    exact = Decimal(repr(value))
    places = exact.as_tuple().exponent
    last = Decimal(1).scaleb(places) if isinstance(places, int) else _COARSEST
    step = min(last, _COARSEST)
    yield from (float(exact - step), float(exact + step))


def next_times(text: str, kind: str) -> Iterator[str]:
    """A `timestamp` or `duration` a second earlier and later; a whole day where it is whole days.

    Nothing for a text that is none.
    """
    parse = parse_timestamp if kind == "timestamp" else parse_duration
    try:
        value = int(parse(text))
    except EvaluationError:
        return
    step = SECOND if value % _DAY or not value else _DAY
    for near in (value - step, value + step):
        with suppress(EvaluationError):  # CEL's calendar ends there
            yield _written(near, kind)


def _written(value: int, kind: str) -> str:
    """The text of nanoseconds. Raises EvaluationError outside of CEL's limits."""
    if kind == "timestamp":
        return format_timestamp(timestamp(value))
    return format_duration(duration(value))


def neighbours(word: str, known: Sequence[str]) -> Iterator[str]:
    """The words before and after one in a list that closes to a ring, each once."""
    if word in known:
        at = known.index(word)
        near = (known[at - 1], known[(at + 1) % len(known)])
        yield from (other for other in dict.fromkeys(near) if other != word)


def without_one(members: Sequence[_T]) -> Iterator[tuple[int, tuple[_T, ...]]]:
    """The list less one member, with the member's position; see MOST_MEMBERS."""
    count = len(members)
    places = range(count) if count <= MOST_MEMBERS else (0, count // 2, count - 1)
    for at in places:
        yield at, (*members[:at], *members[at + 1 :])
