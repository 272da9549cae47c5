"""The list of tracks and the page of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.cast import Cast
from tests.dashboard.conftest import As
from tests.dashboard.reading import section, words


def _page(client: Client, cast: Cast) -> Any:
    return client.get(reverse("track-detail", args=[cast.song.uuid]))


def test_the_list_shows_each_track_with_its_latest_outcome(client_as: As) -> None:
    page = words(client_as("analyst").get("/tracks/"))
    assert "Lantern Song Nadir Field ZZHAL2600001 Lanterns none Withhold" in page
    assert "Lantern Cover Mirna" in page
    assert "Lantern Cover" not in words(client_as("label").get("/tracks/"))


@pytest.mark.parametrize(
    ("text", "found"), [("lant", True), ("ZZ-HAL-26-00001", True), ("antern", False)]
)
def test_tracks_are_found_by_the_start_of_words(text: str, found: bool, client_as: As) -> None:
    page = words(client_as("analyst").get("/tracks/", {"q": text}))
    assert ("Lantern Song" in page) is found
    assert ("No track has these words" in page) is not found


def test_the_page_says_what_the_recording_is(cast: Cast, client_as: As) -> None:
    cast.song.isrc_well_formed = False
    cast.song.is_cover = True
    cast.song.save()
    cast.song.release.icpn = "4006381333932"
    cast.song.release.save()
    response = _page(client_as("analyst"), cast)
    page = words(response)
    assert "Lantern Song Withhold" in page
    assert "not an ISRC by its form" in page
    assert "Playing time 3:00" in section(response, "identity")
    assert "Declared cover" in section(response, "identity")
    assert "4006381333932 check digit" in section(response, "release")


def test_contributors_stand_with_role_part_and_ai(cast: Cast, client_as: As) -> None:
    factories.contributor(track=cast.song, role="LeadVocalist", ai="all")
    people = section(_page(client_as("analyst"), cast), "people")
    assert "Ines Okafor Lead vocalist vocals partly" in people
    assert "Generative AI Lead vocalist vocals all" in people


def test_shares_are_added_up_where_one_sum_says_it_all(cast: Cast, client_as: As) -> None:
    shares = section(_page(client_as("analyst"), cast), "shares")
    assert "Master 100 % Halcyon Records 70 % Ines Okafor 30 %" in shares
    factories.share(track=cast.song, party=cast.writer, basis_points=1_550)
    assert "Master 115.5 %" in section(_page(client_as("analyst"), cast), "shares")
    factories.share(track=cast.song, party=cast.writer, basis_points=None)
    shares = section(_page(client_as("analyst"), cast), "shares")
    assert "Master Halcyon Records 70 %" in shares
    assert "unknown" in shares


def test_a_party_sees_its_own_share_only(cast: Cast, client_as: As) -> None:
    response = _page(client_as("label"), cast)
    shares = section(response, "shares")
    assert "Halcyon Records 70 %" in shares
    assert "Ines Okafor hidden" in shares
    assert "30 %" not in shares
    assert "100 %" not in shares, "the sum would tell the rest"
    assert "Hidden here" in words(response)


def test_consents_in_force_are_a_matrix_and_the_others_are_history(
    cast: Cast, client_as: As
) -> None:
    now = timezone.now()
    old = factories.consent(
        track=cast.song, grantor=cast.halcyon, decision="granted",
        valid_from=now - timedelta(days=9), recorded_at=now - timedelta(days=9),
    )  # fmt: skip
    factories.consent(
        track=cast.song, grantor=cast.halcyon, decision="withdrawn", replaces=old,
        valid_from=now - timedelta(days=1), recorded_at=now - timedelta(days=1),
        territories=["DE"],
    )  # fmt: skip
    factories.consent(
        release=cast.song.release, grantor=cast.writer, use="voice_clone", layer="likeness",
        decision="denied", valid_from=now - timedelta(days=1),
    )  # fmt: skip
    factories.consent(
        grantor=cast.writer, use="remix", valid_from=now - timedelta(days=1),
        valid_until=now - timedelta(hours=1),
    )  # fmt: skip
    table = section(_page(client_as("analyst"), cast), "consents")
    force, _, before = table.partition("Not in force (2)")
    assert "Use Master Likeness" in force
    assert "withdrawn Halcyon Records, track Lantern Song, self declared, Germany, from" in force
    assert "denied Ines Okafor, release Lanterns, self declared, everywhere" in force
    assert "Train generative, master: granted" in before
    assert "Remix, master: granted" in before, "it has run out"
    own = section(_page(client_as("label"), cast), "consents")
    assert "withdrawn Halcyon Records, track Lantern Song, self declared, Germany" in own
    assert "denied by another party" in own
    assert "Okafor" not in own


def test_detections_name_a_voice_only_to_who_may_know(cast: Cast, client_as: As) -> None:
    factories.detection(track=cast.song, kind="voice_match", score=970_000, party=cast.writer)
    everything = section(_page(client_as("analyst"), cast), "detections")
    assert "Voice match earmark 1.0" in everything
    assert "Ines Okafor" in everything
    assert "0.97" in everything
    own = section(_page(client_as("label"), cast), "detections")
    assert "another party's voice" in own
    assert "Okafor" not in own


def test_deliveries_link_only_for_those_who_have_their_page(cast: Cast, client_as: As) -> None:
    link = reverse("delivery-detail", args=[cast.delivery.uuid])
    assert link in _page(client_as("distributor"), cast).content.decode()
    seen = _page(client_as("label"), cast).content.decode()
    assert cast.delivery.message_id in seen
    assert link not in seen


def test_a_track_that_was_taken_away_says_so(cast: Cast, client_as: As) -> None:
    cast.song.removed_at = factories.NOW
    cast.song.save()
    assert "Taken away on 22 Nov 2026" in words(_page(client_as("analyst"), cast))


@pytest.mark.parametrize("name", ["analyst", "label"])
def test_a_track_takes_few_queries_whatever_hangs_on_it(
    cast: Cast, name: str, client_as: As
) -> None:
    client, counts = client_as(name), []
    for number in (0, 12):
        for _ in range(number):
            party = factories.party()
            factories.involvement(track=cast.song, party=party)
            factories.contributor(track=cast.song, party=party)
            factories.share(track=cast.song, party=party, basis_points=1)
            factories.consent(track=cast.song, grantor=party)
            factories.detection(track=cast.song, party=party)
            factories.decision(track=cast.song)
        with CaptureQueriesContext(connection) as queries:
            _page(client, cast)
        counts.append(len(queries))
    assert max(counts) <= 15
    assert counts[1] - counts[0] <= 1


def test_the_list_takes_few_queries(client_as: As) -> None:
    client = client_as("label")
    with CaptureQueriesContext(connection) as queries:
        client.get("/tracks/?q=lantern")
    assert len(queries) <= 5
