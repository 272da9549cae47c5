"""What the owners of a track answer to a use, from shares, credits and statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.facts.owners import UNKNOWN, OwnerSaid, owners_of, owners_stream
from policy.models import Party, Track
from policy.registry.said import Ask
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ASK = Ask(use="train_generative", at=NOW, known_at=NOW)


def owned(**fields: Any) -> tuple[Track, Party]:
    """A track and the party that has all of its master."""
    track, party = factories.track(**fields), factories.party()
    factories.share(track=track, party=party)
    return track, party


def answers(track: Track, ask: Ask = ASK) -> tuple[OwnerSaid, ...]:
    """What owners answer; the same from a batch and from a stream."""
    found = owners_of(ask, [track.pk])[track.pk]
    assert dict(owners_stream(ask))[track.pk] == found
    return found


def told(track: Track, ask: Ask = ASK) -> list[tuple[str, str, str, str]]:
    """Layer, territory, contract and preference of every answer."""
    return [(o.layer, o.territory, o.contract, o.preference) for o in answers(track, ask)]


def test_an_owner_that_said_nothing_is_told_as_unknown() -> None:
    track, party = owned()
    (found,) = answers(track)
    assert (found.party, found.basis_points, found.consents) == (party.pk, 10_000, ())
    assert told(track) == [("master", "Worldwide", "unknown", "unknown")]


def test_contracts_and_preferences_are_told_apart_with_the_records_that_spoke() -> None:
    track, party = owned()
    deal = factories.consent(grantor=party, track=track)
    signal = factories.consent(grantor=party, decision="denied", source="public_signal")
    (found,) = answers(track)
    assert (found.contract, found.preference) == ("granted", "denied")
    assert found.consents == (deal.pk, signal.pk)


@pytest.mark.parametrize("scope", ["label", "artist", "work", "recording"])
def test_statements_by_key_cover_what_their_key_names(scope: str) -> None:
    album = factories.release(record_label="Nørd & Sons")
    track, party = owned(release=album, iswc="T0000000010", display_artist="Nadir Field")
    keys = {"label": "nord and sons", "artist": "nadir field", "work": "T0000000010"}
    key = keys.get(scope, track.isrc)
    factories.consent(grantor=party, scope=scope, subject_key=key)
    factories.consent(grantor=party, scope=scope, subject_key="another", decision="denied")
    assert told(track) == [("master", "Worldwide", "granted", "unknown")]


def test_what_others_say_of_the_track_is_not_what_its_owner_says() -> None:
    track, _ = owned()
    factories.consent(grantor=factories.party(), track=track)
    assert told(track) == [("master", "Worldwide", "unknown", "unknown")]


def test_a_performer_without_a_share_is_heard_once_it_speaks() -> None:
    track, _ = owned()
    singer = factories.party()
    factories.contributor(track=track, party=singer)
    assert len(told(track)) == 1
    factories.consent(grantor=singer, layer="performer", decision="denied", source="portal")
    assert told(track)[1] == ("performer", "Worldwide", "unknown", "denied")
    assert answers(track)[1].basis_points is None


@pytest.mark.parametrize(("share", "rest"), [(4_000, 6_000), (None, None)])
def test_what_no_known_owner_has_is_told_as_a_silent_owners(
    share: int | None, rest: int | None
) -> None:
    whole, _ = owned()
    track, party = factories.track(), factories.party()
    factories.share(track=track, party=party, basis_points=share)
    factories.consent(grantor=party, track=track)
    assert len(answers(whole)) == 1
    known, missing = answers(track)
    assert (known.party, known.contract) == (party.pk, "granted")
    assert (missing.party, missing.basis_points, missing.contract) == (UNKNOWN, rest, "unknown")


def test_an_artists_own_refusal_is_heard_before_a_contract_that_a_delivery_declares() -> None:
    track, _ = owned()
    likewise, _ = owned()
    singer, other = factories.party(), factories.party()
    for one, artist, assurance in (
        (track, singer, "verified_party"), (likewise, other, "self_declared"),
    ):  # fmt: skip
        factories.contributor(track=one, party=artist)
        said: dict[str, Any] = {"grantor": artist, "layer": "performer", "track": one}
        factories.consent(**said, source="contract", delivery=factories.delivery())
        factories.consent(**said, source="portal", decision="denied", assurance=assurance)
    assert told(track)[1:] == [("performer", "Worldwide", "unknown", "denied")]
    assert told(likewise)[1:] == [("performer", "Worldwide", "granted", "denied")]


def test_a_condition_is_met_by_a_proof_for_the_licensee_or_for_all() -> None:
    track, party = owned()
    grant = factories.consent(grantor=party, track=track, condition="payment")
    licensee = factories.party()
    ask = replace(ASK, licensee=licensee.pk)
    assert not answers(track, ask)[0].condition_met
    factories.consent_proof(consent=grant, licensee=licensee)
    assert answers(track, ask)[0].condition_met
    assert not answers(track, replace(ask, known_at=NOW - DAY))[0].consents
    assert not answers(track, replace(ASK, licensee=factories.party().pk))[0].condition_met


def test_grants_by_delivery_on_all_works_count_from_who_delivers_the_track() -> None:
    track, party = owned()
    foreign = factories.delivery(account=factories.account())
    factories.consent(grantor=party, delivery=foreign)
    assert told(track) == [("master", "Worldwide", "unknown", "unknown")]
    factories.consent(grantor=party, delivery=foreign, decision="denied")
    assert told(track) == [("master", "Worldwide", "denied", "unknown")]


def test_shares_of_other_days_and_removed_tracks_have_no_say() -> None:
    track, party = factories.track(), factories.party()
    factories.share(track=track, party=party, valid_until=NOW.date())
    assert owners_of(ASK, [track.pk, 0]) == {track.pk: ()}
    Track.objects.filter(pk=track.pk).update(removed_at=NOW)
    assert not dict(owners_stream(ASK))


def test_the_number_of_queries_does_not_grow_with_the_batch() -> None:
    def queries(count: int) -> int:
        ids = []
        for _ in range(count):
            track, party = owned()
            factories.contributor(track=track, party=factories.party())
            factories.consent(grantor=party)
            factories.consent(grantor=party, track=track, decision="denied")
            ids.append(track.pk)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            owners_of(ASK, ids)
        return len(seen)

    assert queries(1) == queries(9) <= 11


def test_the_day_of_a_share_is_that_of_utc_whatever_the_zone_of_the_question() -> None:
    track = factories.track()
    factories.share(track=track, party=factories.party(), valid_from=(NOW + DAY).date())
    there = (NOW + timedelta(hours=8)).astimezone(timezone(timedelta(hours=5)))
    assert there.date() == (NOW + DAY).date()
    assert answers(track, replace(ASK, at=there, known_at=there)) == ()
