"""Durations, dates, instants, percentages: what is read, and what is not of its kind."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.ingest.roles import FACETS, facets
from policy.ingest.values import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    LAST_DATE,
    PERCENTAGE,
    WHEN,
    YEAR,
    Kind,
    basis_points,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (DURATION, "PT3M21S", 201),
        (DURATION, "PT4M23.983S", 263),
        (DURATION, "PT0H0M31S", 31),
        (DURATION, "P0Y0M1DT1S", 86401),
        (DURATION, "PT90M", 5400),
        (DATE, "2026-12-04", date(2026, 12, 4)),
        (DATE, "2026-12-04+02:00", date(2026, 12, 4)),
        (DATE, "2026-12", date(2026, 12, 1)),
        (DATE, "2026", date(2026, 1, 1)),
        (LAST_DATE, "2026-12-31", date(2027, 1, 1)),
        (LAST_DATE, "2028-02", date(2028, 3, 1)),
        (LAST_DATE, "2026", date(2027, 1, 1)),
        (LAST_DATE, "9999-12-31", None),
        (INSTANT, "2026-12-04T09:00:00Z", datetime(2026, 12, 4, 9, tzinfo=UTC)),
        (INSTANT, "2026-12-04T09:00:00", datetime(2026, 12, 4, 9, tzinfo=UTC)),
        (INSTANT, "2026-12-04T09:00:00.5+09:00", datetime(2026, 12, 4, 0, 0, 0, 500000, UTC)),
        (INSTANT, "2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        (INSTANT, "2026-12-31T24:00:00+01:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        (WHEN, "2026-12-04", datetime(2026, 12, 4, tzinfo=UTC)),
        (WHEN, "2026-12-04T09:00:00+01:00", datetime(2026, 12, 4, 8, tzinfo=UTC)),
        (BOOLEAN, "true", True),
        (BOOLEAN, "0", False),
        (PERCENTAGE, "33.335", Decimal("33.335")),
        (PERCENTAGE, "1000", Decimal(1000)),
        (PERCENTAGE, "33.333333333333336", Decimal("33.333333333333336")),
        (PERCENTAGE, "33.", Decimal(33)),
        (PERCENTAGE, "+.5", Decimal("0.5")),
        (YEAR, "2026", 2026),
    ],
)
def test_texts_of_a_kind_are_read(kind: Kind[object], text: str, value: object) -> None:
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((DURATION, text) for text in ("", "P", "PT", "PT5", "3:21", "P1Y", "-PT1S", "PT٣M")),
        (DURATION, "PT999999999S" + "9"),
        (DURATION, "P999999D"),
        *((DATE, text) for text in ("", "26-12-04", "2026-13", "2026-02-29", "0000", "today")),
        *((INSTANT, text) for text in ("2026-12-04", "2026-12-04T24:01:00", "2026-12-04 09:00:00")),
        (INSTANT, "0001-01-01T00:00:00+14:00"),
        (INSTANT, "9999-12-31T23:59:59-14:00"),
        (INSTANT, "9999-12-31T24:00:00Z"),
        (PERCENTAGE, "."),
        (PERCENTAGE, "33." + "3" * 31),
        (WHEN, "2026-02-30"),
        *((BOOLEAN, text) for text in ("True", "yes", "")),
        *((PERCENTAGE, text) for text in ("-1", "1e3", "1000.01", "NaN", "", "33,3", "1_0")),
        *((YEAR, text) for text in ("26", "20260", "٢٠٢٦")),
    ],
)
def test_other_texts_are_not(kind: Kind[object], text: str) -> None:
    with suppress(ValueError):
        pytest.fail(f"{text!r} was read as {kind.read(text)!r}")


@given(st.integers(0, 10**7))
def test_durations_written_in_seconds_come_back(seconds: int) -> None:
    assert DURATION.read(f"PT{seconds}S") == seconds
    assert DURATION.read(f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S") == seconds


@given(st.dates(max_value=date(9999, 12, 30)))
def test_the_last_day_ends_where_the_next_begins(last: date) -> None:
    assert LAST_DATE.read(last.isoformat()) == last + timedelta(days=1)
    assert DATE.read(last.isoformat()) == last


@pytest.mark.parametrize(
    ("percentage", "points"), [("33.335", 3334), ("33.325", 3332), ("100", 10000), ("0.005", 0)]
)
def test_basis_points_are_rounded_half_to_even(percentage: str, points: int) -> None:
    assert basis_points(Decimal(percentage)) == points


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("LeadVocalist", ("vocals",)),
        ("Programmer", ("instrumentation",)),
        ("Composer", ("composition",)),
        ("ComposerLyricist", ("composition", "lyrics")),
        ("Lyricist", ("lyrics",)),
        ("StudioProducer", ("production",)),
        ("MasteringEngineer", ("post_production",)),
        ("CoverDesigner", ("other",)),
        ("", ("other",)),
    ],
)
def test_roles_belong_to_parts_of_the_music(role: str, expected: tuple[str, ...]) -> None:
    assert facets(role) == expected


def test_only_the_composer_lyricist_has_two_parts() -> None:
    assert [role for role, found in FACETS.items() if len(found) > 1] == ["ComposerLyricist"]
