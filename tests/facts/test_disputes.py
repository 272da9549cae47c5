"""The dispute over a track's rights that has been open for longest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOW
from tests.facts.money import dispute
from tests.facts.reading import facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_a_track_without_a_dispute_has_none() -> None:
    assert "dispute" not in facts(factories.track())


def test_an_open_dispute_is_told_without_its_party() -> None:
    track = factories.track()
    dispute(track=track, kind="shares", layer="publishing", territory="DE", finding_at=NOW - DAY)
    assert facts(track)["dispute"] == {
        "kind": "shares",
        "layer": "publishing",
        "territory": "DE",
        "opened_at": "2026-11-22T12:00:00Z",
        "finding_at": "2026-11-21T12:00:00Z",
        "answered": False,
    }


def test_the_oldest_open_one_counts() -> None:
    track, other = factories.track(), factories.track()
    dispute(track=other, kind="other", opened_at=NOW - 9 * DAY)
    for days, kind in ((1, "consent"), (3, "shares"), (2, "ownership")):
        dispute(track=track, kind=kind, opened_at=NOW - days * DAY)
    assert facts(track)["dispute"]["kind"] == "shares"


def test_it_is_as_it_was_at_the_instant() -> None:
    track = factories.track()
    dispute(
        track=track,
        opened_at=NOW,
        answered_at=NOW + DAY,
        closed_at=NOW + 2 * DAY,
        outcome="settled",
    )
    second = timedelta(seconds=1)
    assert "dispute" not in facts(track, NOW - second)
    assert facts(track, NOW)["dispute"]["answered"] is False
    assert facts(track, NOW + DAY)["dispute"]["answered"] is True
    assert "dispute" in facts(track, NOW + 2 * DAY - second)
    assert "dispute" not in facts(track, NOW + 2 * DAY)
