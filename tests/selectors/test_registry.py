"""The registry on a day as known on a day, of a track and of a party a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.models import Track
from policy.selectors.decision_search import Place
from policy.selectors.masking import Reader
from policy.selectors.registry import consents_in_force, consents_of_party
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
STAFF = Reader(everything=True)


def uses(track: Track, day: int = 0, known: int = 0) -> list[str]:
    """Uses of what was in force on a day after NOW, as known on a day."""
    at, known_at = NOW + day * DAY, NOW + known * DAY
    return [row.use for row in consents_in_force(track, STAFF, at=at, known_at=known_at)]


def test_what_was_in_force_on_a_day_as_known_on_a_day() -> None:
    track = factories.track()
    grant = factories.consent(track=track, valid_from=NOW + DAY, use="remix")
    factories.consent(
        track=track, replaces=grant, decision="withdrawn", use="cover", valid_from=NOW + 2 * DAY,
        recorded_at=NOW + 2 * DAY,
    )  # fmt: skip
    told = {(day, known): uses(track, day, known) for day in (0, 1, 2) for known in (1, 2)}
    assert told == {
        (0, 1): [], (1, 1): ["remix"], (2, 1): ["remix"],
        (0, 2): [], (1, 2): [], (2, 2): ["cover"],
    }  # fmt: skip


def test_a_track_is_covered_by_row_by_name_and_by_what_its_parties_say_of_all_works() -> None:
    album, party = factories.release(record_label="NØRD"), factories.party()
    track = factories.track(release=album, isrc="ZZTST2600001", iswc="T0000000010")
    stranger = factories.party()
    factories.involvement(track=track, party=party)
    named: dict[str, dict[str, Any]] = {
        "remix": {"track": track},
        "cover": {"release": album},
        "fine_tune": {"scope": "recording", "subject_key": "ZZTST2600001"},
        "data_mining": {"scope": "work", "subject_key": "T0000000010"},
        "voice_clone": {"scope": "artist", "subject_key": "nadir field"},
        "style_prompt": {"scope": "label", "subject_key": "nord"},
        "recommendation": {},
    }
    for use, fields in named.items():
        factories.consent(grantor=party, use=use, **fields)
        if "track" not in fields and "release" not in fields:
            factories.consent(grantor=stranger, use="train_generative", **fields)
    rows = consents_in_force(track, STAFF, at=NOW, known_at=NOW)
    assert {row.use: row.scope for row in rows} == {
        "remix": f"track {track.title}", "cover": f"release {album.title}",
        "fine_tune": "recording ZZTST2600001", "data_mining": "work T0000000010",
        "voice_clone": "artist nadir field", "style_prompt": "record label nord",
        "recommendation": "all works",
    }  # fmt: skip


def test_a_statement_of_another_party_is_hidden_but_for_what_it_decides() -> None:
    track, licensee = factories.track(), factories.party(name="Songsmith")
    label = factories.party(name="Label")
    factories.consent(track=track, grantor=label, licensee=licensee, condition="payment")
    (row,) = consents_in_force(track, Reader(everything=False), at=NOW, known_at=NOW)
    assert (row.decision, row.hidden, row.licensee_name, row.condition) == ("granted", True, "", "")
    own = Reader(everything=False, names=frozenset({"Label"}))
    (row,) = consents_in_force(track, own, at=NOW, known_at=NOW)
    assert (row.licensee_name, row.condition) == ("Songsmith", "payment")


def test_a_party_has_pages_newest_first() -> None:
    party = factories.party()
    rows = [factories.consent(grantor=party) for _ in range(5)]
    factories.consent(grantor=party, valid_until=NOW)
    factories.consent(grantor=factories.party())

    def page(place: Place) -> tuple[list[int], bool, bool]:
        found = consents_of_party(party, STAFF, place, at=NOW, known_at=NOW, size=2)
        uuids = [row.uuid for row in rows]
        return [uuids.index(row.uuid) for row in found.rows if row.uuid], found.newer, found.older

    assert page(Place()) == ([4, 3], False, True)
    assert page(Place("older", rows[3].uuid)) == ([2, 1], True, True)
    assert page(Place("last")) == ([1, 0], True, False)


def test_look_ups_take_few_queries() -> None:
    track, party = factories.track(), factories.party()
    for _ in range(9):
        factories.consent(track=track, grantor=party)
    row = Track.objects.select_related("release").get(pk=track.pk)
    with CaptureQueriesContext(connection) as seen:
        consents_in_force(row, STAFF, at=NOW, known_at=NOW)
        consents_of_party(party, STAFF, Place(), at=NOW, known_at=NOW)
    assert len(seen) == 3
