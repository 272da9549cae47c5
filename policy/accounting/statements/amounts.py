"""Integers as decimal text, and days of a period."""

from __future__ import annotations

from datetime import date, timedelta

FINER = 6
"""Digits by which amounts of lines are finer than the minor unit."""


def decimal(value: int, digits: int) -> str:
    """`value` units of the last of `digits` decimal places: decimal(-5, 2) is -0.05."""
    if not digits:
        return str(value)
    whole, part = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{digits}d}"


def last_day(period_until: str) -> str:
    """The day before an exclusive one, both ISO 8601."""
    return (date.fromisoformat(period_until) - timedelta(days=1)).isoformat()
