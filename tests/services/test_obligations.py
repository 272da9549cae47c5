"""Whom a duty binds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policy.lang.words import PARTIES
from policy.services.obligations import NOBODY, Bound, Holding

DAY = date(2026, 11, 22)
BOUND = Bound(
    deliverers={1: 10, 2: None},
    holdings={
        1: (
            Holding(21, "master", None, None),
            Holding(20, "master", None, None),
            Holding(20, "publishing", None, None),
            Holding(22, "performer", None, DAY),
            Holding(23, "performer", DAY + timedelta(days=1), None),
            Holding(24, "likeness", DAY, DAY + timedelta(days=1)),
        )
    },
    voices={1: (30, 24)},
)


@pytest.mark.parametrize(
    ("of", "parties"),
    [
        ("deliverer", (10,)),
        ("master_owner", (20, 21)),
        ("publisher", (20,)),
        ("performer", NOBODY),
        ("voice_owner", (24, 30)),
        ("rights_holders", (20, 21, 24)),
        ("service", NOBODY),
        ("licensee", NOBODY),
    ],
)
def test_each_word_means_its_parties_on_the_day_each_once(
    of: str, parties: tuple[int | None, ...]
) -> None:
    assert BOUND.parties(of, 1, DAY) == parties


def test_every_word_of_the_language_is_known_here() -> None:
    assert all(BOUND.parties(of, 1, DAY) for of in PARTIES)


@pytest.mark.parametrize("of", sorted(PARTIES))
def test_where_nobody_is_on_record_the_duty_still_stands(of: str) -> None:
    assert BOUND.parties(of, 2, DAY) == NOBODY
