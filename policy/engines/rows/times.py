"""Timestamps and durations as whole nanoseconds: reading, writing, taking apart.

CEL's limits hold: timestamps lie in the years 1 to 9999, durations within 10,000 years, and
what arithmetic makes of them must fit 64 bits of nanoseconds where the result is a duration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import INT_MAX, INT_MIN, Duration, Timestamp

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  arithmetic only, always meant as UTC
_CYCLE = 146_097 * 86400 * SECOND
TIMESTAMP_MIN = -62135596800 * SECOND
TIMESTAMP_MAX = 253402300800 * SECOND - 1
DURATION_LIMIT = 315_576_000_000 * SECOND
"""10,000 years of 365.25 days, the bound that protocol buffers set for a Duration."""

_TIMESTAMP = re.compile(
    r"\s*([+-]?\d{1,6})-(\d{1,2})-(\d{1,2})[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?"
    r"(?:[Zz]|([+-])(\d{1,2}):?(\d{2})?)\s*",
    re.ASCII,
)
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|ms|s|m|h))+)", re.ASCII)
_DURATION_PART = re.compile(r"(\d*)\.?(\d*)(ns|us|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1, "us": 1000, "ms": 10**6, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}


def instant(moment: datetime) -> Timestamp:
    """A timezone-aware datetime as the engine takes it. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return Timestamp(_nanoseconds(moment - _EPOCH))


def _nanoseconds(span: timedelta) -> int:
    return (span.days * 86400 + span.seconds) * SECOND + span.microseconds * 1000


def parse_timestamp(text: str) -> Timestamp:
    """RFC 3339 text as an instant; digits beyond nanoseconds are dropped.

    Raises EvaluationError for anything else, and outside the years 1 to 9999.
    """
    if len(text) == 20 and text[10] == "T" and text[13] == ":" and text[7] == "-":
        try:
            return instant(datetime.fromisoformat(text))
        except ValueError:
            pass  # decided below
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise EvaluationError(f"{text!r} is no RFC 3339 timestamp")
    return _assemble(text, found)


def _assemble(text: str, found: re.Match[str]) -> Timestamp:
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    fraction, sign, ahead, minutes = found.group(7, 8, 9, 10)
    offset = (int(ahead or 0) * 60 + int(minutes or 0)) * (-60 if sign == "-" else 60)
    if not (second <= 60 and abs(offset) <= 86400 and int(minutes or 0) < 60):
        raise EvaluationError(f"{text!r} is no RFC 3339 timestamp")
    # Years 0 and 10000 can come back into range through an offset: the calendar repeats after 400.
    cycles = 1 if year <= 0 else -1 if year >= 10000 else 0
    try:
        moment = datetime(year + 400 * cycles, month, day, hour, minute)  # noqa: DTZ001  as above
    except ValueError:
        raise EvaluationError(f"{text!r} is no RFC 3339 timestamp") from None
    whole = _nanoseconds(moment - _NAIVE_EPOCH) - cycles * _CYCLE
    nanos = int((fraction or "")[:9].ljust(9, "0"))
    return timestamp(whole + (second - offset) * SECOND + nanos)


def timestamp(nanoseconds: int) -> Timestamp:
    """The instant. Raises EvaluationError outside the years 1 to 9999."""
    if TIMESTAMP_MIN <= nanoseconds <= TIMESTAMP_MAX:
        return Timestamp(nanoseconds)
    raise EvaluationError("timestamp overflow: outside the years 1 to 9999")


def parse_duration(text: str) -> Duration:
    """CEL's duration text (`1h30m`, `-1.5s`). Raises EvaluationError for anything else."""
    if _DURATION.fullmatch(text) is None:
        raise EvaluationError(f"{text!r} is no duration")
    total = 0
    for whole, fraction, unit in _DURATION_PART.findall(text):
        size = _UNITS[unit]
        total += int(whole or 0) * size
        total += int(fraction or 0) * size // 10 ** len(fraction)
    return _bounded(-total if text.startswith("-") else total)


def _bounded(nanoseconds: int) -> Duration:
    if -DURATION_LIMIT <= nanoseconds <= DURATION_LIMIT:
        return Duration(nanoseconds)
    raise EvaluationError("duration overflow: beyond 10,000 years")


def duration(nanoseconds: int) -> Duration:
    """What arithmetic made. Raises EvaluationError beyond 64 bits of nanoseconds (292 years)."""
    if INT_MIN <= nanoseconds <= INT_MAX:
        return Duration(nanoseconds)
    raise EvaluationError("duration overflow: beyond 292 years")


def format_timestamp(value: int) -> str:
    """RFC 3339 in UTC with 0, 3, 6 or 9 digits of fraction."""
    seconds, nanos = divmod(value, SECOND)
    moment = _NAIVE_EPOCH + timedelta(seconds=seconds)
    # isoformat pads the year to four digits on every platform; strftime does not.
    return f"{moment.isoformat()}{_fraction(nanos)}Z"


def format_duration(value: int) -> str:
    """Seconds with an `s` and 0, 3, 6 or 9 digits of fraction."""
    seconds, nanos = divmod(abs(value), SECOND)
    return f"{'-' if value < 0 else ''}{seconds}{_fraction(nanos)}s"


def _fraction(nanos: int) -> str:
    if not nanos:
        return ""
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return "." + digits


class TimestampTexts(dict[str, Timestamp]):
    """RFC 3339 text to instant, remembering the texts seen: tracks of a batch share many.

    Bounded: it starts afresh when full, so that a worker's memory stays flat.
    """

    LIMIT = 16_384

    def __missing__(self, text: str) -> Timestamp:
        made = parse_timestamp(text)
        if len(self) >= self.LIMIT:
            self.clear()
        self[text] = made
        return made


_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})", re.ASCII)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    found = _OFFSET.fullmatch(name)
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=minutes % 1440 * (-1 if found[1] == "-" else 1)))
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise EvaluationError(f"{name!r} is no time zone") from None


def _local(value: int, zone: str) -> tuple[datetime, int]:
    """The date and time at a place, and the years to add to it: Python's own end at 1 and 9999."""
    moment = _EPOCH + timedelta(seconds=value // SECOND)
    if zone in ("", "UTC"):
        return moment, 0
    place = _zone(zone)
    try:
        return moment.astimezone(place), 0
    except OverflowError:  # the calendar, and with it summer time, repeats after 400 years
        years = 400 if moment.year == 1 else -400
        return moment.replace(year=moment.year + years).astimezone(place), -years


def _year(value: int, zone: str = "") -> int:
    moment, years = _local(value, zone)
    return moment.year + years


def _accessor(take: Callable[[datetime], int]) -> Callable[..., int]:
    def access(value: int, zone: str = "") -> int:
        return take(_local(value, zone)[0])

    return access


def _milliseconds(value: int, _zone_name: str = "") -> int:
    return value // 1_000_000 % 1000


ACCESSORS: dict[str, Callable[..., int]] = {
    "getFullYear": _year,
    "getMonth": _accessor(lambda moment: moment.month - 1),
    "getDate": _accessor(lambda moment: moment.day),
    "getDayOfMonth": _accessor(lambda moment: moment.day - 1),
    "getDayOfWeek": _accessor(lambda moment: moment.isoweekday() % 7),
    "getDayOfYear": _accessor(lambda moment: moment.timetuple().tm_yday - 1),
    "getHours": _accessor(lambda moment: moment.hour),
    "getMinutes": _accessor(lambda moment: moment.minute),
    "getSeconds": _accessor(lambda moment: moment.second),
    "getMilliseconds": _milliseconds,
}
"""CEL's accessors of a timestamp, with the zone as an optional second argument."""


def _whole(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def _rest(value: int, *_: Any) -> int:
    return _whole(value, 1_000_000) - _whole(value, SECOND) * 1000


DURATION_ACCESSORS: dict[str, Callable[[int], int]] = {
    "getHours": lambda value: _whole(value, 3600 * SECOND),
    "getMinutes": lambda value: _whole(value, 60 * SECOND),
    "getSeconds": lambda value: _whole(value, SECOND),
    "getMilliseconds": _rest,
}
"""CEL's accessors of a duration: the whole length in that unit, but milliseconds of the second."""
