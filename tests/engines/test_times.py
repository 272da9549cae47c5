"""Instants and lengths of time, to the nanosecond and to the ends of their ranges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.engines.rows import times
from policy.engines.rows.poison import EvaluationError

_MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(_MOMENTS, st.integers(0, 999))
def test_reading_undoes_writing(moment: datetime, rest: int) -> None:
    value = times.timestamp(times.instant(moment) + rest)
    assert times.parse_timestamp(times.format_timestamp(value)) == value


@given(_MOMENTS, st.integers(-23 * 60, 23 * 60))
def test_offsets_are_taken_off(moment: datetime, minutes: int) -> None:
    sign, whole = "-" if minutes < 0 else "+", abs(minutes)
    text = (
        f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f"{sign}{whole // 60:02d}:{whole % 60:02d}"
    )
    expected = times.instant(moment.replace(microsecond=0)) - minutes * 60 * times.SECOND
    if times.TIMESTAMP_MIN <= expected <= times.TIMESTAMP_MAX:
        assert times.parse_timestamp(text) == expected
    else:
        with pytest.raises(EvaluationError):
            times.parse_timestamp(text)


@given(st.integers(-(2**63), 2**63 - 1))
def test_durations_come_back(nanoseconds: int) -> None:
    assert times.parse_duration(times.format_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("1h1m1s1ms1us1ns", 3_661_001_001_001),
        ("-.5s", -500_000_000),
        ("+1.m", 60 * 10**9),
    ],
)
def test_durations(text: str, nanoseconds: int) -> None:
    assert times.parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "1", "1d", "s", "1 s", "1s-1s", ".s", "1e3s", "315576000001s"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(EvaluationError, match="duration"):
        times.parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z"),
        *("2026-W01-1T00:00:00Z", "20260101T00:00:00.00Z", "2026-01-01 00:00:00Z"),
        *("2026-01-01T00:00:00", "0000-12-31T23:59:59Z", "10000-01-01T00:00:00Z"),
        "2026-01-01T00:00:00+25:00",
    ],
)
def test_what_is_no_timestamp(text: str) -> None:
    with pytest.raises(EvaluationError, match="timestamp"):
        times.parse_timestamp(text)


def test_years_outside_can_come_back_through_their_offset() -> None:
    assert times.parse_timestamp("10000-01-01T00:00:00+01:00") == times.parse_timestamp(
        "9999-12-31T23:00:00Z"
    )
    assert times.parse_timestamp("0000-12-31T23:00:00-01:00") == times.TIMESTAMP_MIN


def test_a_leap_second_is_the_next_minute() -> None:
    assert times.parse_timestamp("2016-12-31T23:59:60Z") == times.parse_timestamp(
        "2017-01-01T00:00:00Z"
    )


@given(_MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_accessors_are_those_of_the_place(moment: datetime, minutes: int) -> None:
    value = times.instant(moment)
    sign, whole = "-" if minutes < 0 else "+", abs(minutes)
    zone = f"{sign}{whole // 60:02d}:{whole % 60:02d}"
    try:
        local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        assert times.ACCESSORS["getFullYear"](value, zone) in (0, 10_000)
        return
    assert times.ACCESSORS["getFullYear"](value, zone) == local.year
    assert times.ACCESSORS["getDayOfYear"](value, zone) == local.timetuple().tm_yday - 1
    assert times.ACCESSORS["getDayOfWeek"](value, zone) == local.isoweekday() % 7
    assert times.ACCESSORS["getMinutes"](value, zone) == local.minute


def test_texts_are_remembered_within_bounds() -> None:
    texts = times.TimestampTexts()
    texts.LIMIT = 2
    for second in range(5):
        assert texts[f"2026-01-01T00:00:0{second}Z"] % (60 * times.SECOND) == second * times.SECOND
    assert len(texts) <= 2


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        times.instant(datetime(2026, 1, 1))  # noqa: DTZ001  the point of the test
