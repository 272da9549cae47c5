"""Typed values as texts: what XML Schema and DDEX write for a duration, a date, a share.

A Kind reads one sort of text. Text that is not of its kind raises ValueError, which a reader turns
into a refusal that names the kind and shows an example.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

MAX_SECONDS = 2_000_000_000
"""Longest duration that is read, in seconds (63 years); it fits any database's integer."""

MOST_DECIMALS = 30
"""Decimal places of a percentage. A third printed from a binary number has 15."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T_co]):
    """A sort of value: its name with article, an example, and how to read it."""

    name: str
    example: str
    read: Callable[[str], T_co]


def _duration(text: str) -> int:
    """Seconds of an `xs:duration`, rounded down. Years and months have no length."""
    match = re.fullmatch(
        r"P(?:0+Y)?(?:0+M)?(?:(\d{1,6})D)?"
        r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d*)?S)?)?",
        text,
        re.ASCII,
    )
    if match is None or text.endswith(("P", "T")):
        raise ValueError(text)
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if total > MAX_SECONDS:
        raise ValueError(text)
    return total


@lru_cache(maxsize=4096)
def _days(text: str) -> tuple[date, date]:
    """First and last day of `2026`, `2026-12` or `2026-12-04`; a time zone is left out."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:Z|[+-]\d\d:\d\d)?)?)?", text, re.ASCII)
    if match is None:
        raise ValueError(text)
    year, month, day = match.groups()
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return first, first
    last_month = int(month or 12)
    return first, date(int(year), last_month, monthrange(int(year), last_month)[1])


def _first_day(text: str) -> date:
    return _days(text)[0]


def _day_after(text: str) -> date | None:
    """The day after the last one meant; None at the end of the calendar, which means for ever."""
    last = _days(text)[1]
    return None if last == date.max else last + timedelta(days=1)


def _instant(text: str) -> datetime:
    """An `xs:dateTime` in UTC. One without time zone is read as UTC, `24:00:00` as the next day."""
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(text)
    day, ends, zone = text.partition("T24:00:00")
    read = datetime.fromisoformat(f"{day}T00:00:00{zone}" if ends else text)
    try:
        read += timedelta(days=1 if ends else 0)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def _when(text: str) -> datetime:
    """An instant, or a day, which begins in UTC."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return start_of(date.fromisoformat(text))
    return _instant(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "1", "false", "0"):
        raise ValueError(text)
    return text in ("true", "1")


def _percentage(text: str) -> Decimal:
    """An `xs:decimal` of 0 to 1000: a claim above 100 % is wrong, but it is a claim."""
    places = f"{{0,{MOST_DECIMALS}}}"
    if not re.fullmatch(rf"\+?(?:\d{{1,9}}(?:\.\d{places})?|\.\d\d{places})", text, re.ASCII):
        raise ValueError(text)
    read = Decimal(text)
    if read > 1000:
        raise ValueError(text)
    return read


def _year(text: str) -> int:
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


DURATION = Kind("a duration", "PT3M21S", _duration)
DATE = Kind("a date", "2026-12-04", _first_day)
LAST_DATE = Kind("a date", "2026-12-04", _day_after)
INSTANT = Kind("a date and time", "2026-12-04T09:00:00Z", _instant)
WHEN = Kind("a date or a date and time", "2026-12-04T09:00:00Z", _when)
BOOLEAN = Kind("`true` or `false`", "true", _boolean)
PERCENTAGE = Kind("a percentage", "33.33", _percentage)
YEAR = Kind("a year", "2026", _year)


def start_of(day: date) -> datetime:
    """The first instant of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def basis_points(percentage: Decimal) -> int:
    """Hundredths of a percent, rounded half to even: 33.335 becomes 3334."""
    return int((percentage * 100).quantize(Decimal(1), ROUND_HALF_EVEN))
