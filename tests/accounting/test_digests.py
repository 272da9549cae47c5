"""Digests of transactions: any change of what was posted is another digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from policy.accounting.digests import GENESIS, Head, Posted, digest

HEAD = Head(
    UUID(int=1), "accrual", "run 1", "Pool", date(2026, 11, 30), "", None,
    datetime(2026, 12, 1, 12, tzinfo=UTC),
)  # fmt: skip
POSTED = (Posted(1, "pool", "autumn", None, "EUR", -5), Posted(2, "payable", "p", 7, "EUR", 5))


def test_a_digest_never_changes() -> None:
    """What was posted yesterday must prove tomorrow: this text is what every row's digest is of."""
    assert digest(GENESIS, HEAD, POSTED) == (
        "814e10cd4aa3bf769263266af3c1b31859f73300703e6ed0d9c4d7b746b779da"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"uuid": UUID(int=2)}, {"kind": "penalty"}, {"key": "run 2"}, {"reason": "pool"},
        {"value_date": date(2026, 12, 1)}, {"reverses": "ab"}, {"actor": 3},
        {"at": HEAD.at + timedelta(microseconds=1)}, {"key": "run 1P", "reason": "ool"},
    ],
)  # fmt: skip
def test_another_head_is_another_digest(change: dict[str, Any]) -> None:
    assert digest(GENESIS, replace(HEAD, **change), POSTED) != digest(GENESIS, HEAD, POSTED)


@pytest.mark.parametrize(
    "change",
    [
        {"account": 3}, {"kind": "hold"}, {"key": "q"}, {"party": 8}, {"party": None},
        {"currency": "USD"}, {"amount": 6},
    ],
)  # fmt: skip
def test_other_postings_are_another_digest(change: dict[str, Any]) -> None:
    other = POSTED[0], replace(POSTED[1], **change)
    assert digest(GENESIS, HEAD, other) != digest(GENESIS, HEAD, POSTED)


def test_the_digest_before_is_part_of_it() -> None:
    assert digest("a", HEAD, POSTED) != digest(GENESIS, HEAD, POSTED)


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    there = replace(HEAD, at=HEAD.at.astimezone(timezone(timedelta(hours=2))))
    assert digest(GENESIS, there, POSTED) == digest(GENESIS, HEAD, POSTED)
