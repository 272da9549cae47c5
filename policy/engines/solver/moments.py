"""The instants that a goal is looked at: one where it asks for none, else one for every change.

Between two days on which a parameter changes, or the rules begin or end, only `now` can differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from policy.engines.rows.times import TIMESTAMP_MAX, TIMESTAMP_MIN, format_timestamp, instant
from policy.engines.rows.values import Timestamp
from policy.engines.solver.answers import Setting
from policy.lang.plan import Parameter

_USUAL_DAY = date(2026, 1, 1)
"""An instant for goals that hold on every day alike: the first day of the shipped rules."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of time with the same parameters; `usual` stands for it, `until` is exclusive."""

    since: Timestamp
    until: Timestamp
    usual: Timestamp

    @property
    def day(self) -> date:
        """The day whose parameters hold."""
        return _day(self.since)

    @property
    def is_instant(self) -> bool:
        """Whether `now` can be nothing else."""
        return self.since + 1 == self.until


def at(as_of: str) -> Moment:
    """The moment of one instant, RFC 3339 text. Raises ValueError for other text."""
    now = instant(datetime.fromisoformat(as_of).astimezone(UTC))
    return Moment(now, Timestamp(now + 1), now)


def moments(setting: Setting, read: Sequence[Parameter]) -> Iterator[Moment]:
    """The stretches in which the rules are in force, the latest first.

    `read` are the parameters that the goal reads.
    """
    plan = setting.plan
    days = {line.valid_from for parameter in read for line in parameter.values}
    days |= {day for day in (plan.effective_from, plan.effective_until) if day}
    edges = [TIMESTAMP_MIN, *map(_start, sorted(days)), TIMESTAMP_MAX + 1]
    for since, until in reversed(list(pairwise(edges))):
        if plan.in_force(_day(since)):
            yield Moment(Timestamp(since), Timestamp(until), _usual(since, until))


def _usual(since: int, until: int) -> Timestamp:
    usual = _start(_USUAL_DAY)
    if since <= usual < until:
        return usual
    return Timestamp(since if since > TIMESTAMP_MIN else until - 1_000_000_000)


def _start(day: date) -> Timestamp:
    return instant(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _day(moment: int) -> date:
    return date.fromisoformat(format_timestamp(moment)[:10])
