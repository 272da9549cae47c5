"""Since when money of a track waits because nobody is known to whom it belongs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policy.models import Track
from tests import factories
from tests.factories import NOW
from tests.facts.money import line, pool, run
from tests.facts.reading import facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def track() -> Track:
    """A track that uses of AI draw on."""
    return factories.track()


def test_what_is_paid_or_held_for_another_reason_does_not_wait(track: Track) -> None:
    ran = run(pool())
    line(ran, track)
    line(ran, track, "share_unknown")
    line(ran, factories.track(), "unmatched")
    assert "unmatched_since" not in facts(track)


def test_the_end_of_the_earliest_period_counts(track: Track) -> None:
    for until in (date(2026, 4, 1), date(2026, 1, 1), date(2026, 7, 1)):
        line(run(pool(period_until=until)), track, "unmatched")
    assert facts(track)["unmatched_since"] == "2026-01-01T00:00:00Z"


def test_a_run_counts_from_when_it_ran_until_it_is_corrected(track: Track) -> None:
    ran = run(pool())
    line(ran, track, "unmatched")
    run(ran.pool, corrects=ran, ran_at=NOW + 2 * DAY)
    told = ["unmatched_since" in facts(track, NOW + days * DAY) for days in (-1, 0, 1, 2)]
    assert told == [False, True, True, False]


def test_what_a_correction_holds_too_waits_as_before(track: Track) -> None:
    first = run(pool())
    again = run(first.pool, corrects=first, ran_at=NOW + DAY)
    line(first, track, "unmatched")
    line(again, track, "unmatched")
    assert facts(track, NOW)["unmatched_since"] == facts(track, NOW + DAY)["unmatched_since"]
