"""How long duties have, and when they are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from policy.lang.deadlines import due, time_allowed


@pytest.mark.parametrize(
    ("within", "allowed"),
    [("", None), ("P14D", timedelta(days=14)), ("PT48H", timedelta(hours=48))],
)
def test_the_time_allowed(within: str, allowed: timedelta | None) -> None:
    assert time_allowed(within) == allowed


@pytest.mark.parametrize("within", ["14 days", "P", "PT", "P1M", "-P1D"])
def test_another_text_is_no_time(within: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        time_allowed(within)


@pytest.mark.parametrize(
    ("as_of", "within", "instant"),
    [
        ("2026-10-01T00:00:00Z", "P14D", datetime(2026, 10, 15, tzinfo=UTC)),
        ("2026-10-24T23:30:00+02:00", "P1D", datetime(2026, 10, 25, 21, 30, tzinfo=UTC)),
        ("2028-02-28T12:00:00Z", "P1D", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ("2026-03-28T12:00:00Z", "PT48H", datetime(2026, 3, 30, 12, tzinfo=UTC)),
        ("2026-10-01T00:00:00Z", "", None),
    ],
)
def test_when_a_duty_is_due(as_of: str, within: str, instant: datetime | None) -> None:
    assert due(as_of, within) == instant
