"""The list of parties and the page of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policy.models import Obligation, Party
from policy.selectors import party_page
from tests import factories
from tests.cast import Cast
from tests.dashboard.conftest import As
from tests.dashboard.reading import section, words


def _page(client: Client, party: Party, query: str = "") -> Any:
    return client.get(reverse("party-detail", args=[party.uuid]) + query)


def test_parties_are_found_by_the_start_of_their_name(cast: Cast, client_as: As) -> None:
    factories.party_identifier(party=cast.halcyon, value="0000000117742762", valid=False)
    client = client_as("analyst")
    every = words(client.get("/parties/"))
    assert every.index("Brightwater") < every.index("Halcyon") < every.index("Ines Okafor")
    found = words(client.get("/parties/?q=HAL"))
    assert "Halcyon Records ISNI 0000000117742762" in found
    assert "Brightwater" not in found
    assert "No party's name starts so" in words(client.get("/parties/?q=records"))


def test_others_find_the_parties_of_their_tracks(client_as: As) -> None:
    page = words(client_as("label").get("/parties/"))
    assert "Halcyon Records" in page
    assert "Ines Okafor" in page, "a public credit on their song"
    assert "Brightwater" not in page
    assert "No parties yet" in words(client_as("stranger").get("/parties/"))


def test_a_long_list_says_that_there_is_more(
    client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(party_page.list_parties, "__kwdefaults__", {"limit": 2})
    assert "These are the first 2" in words(client_as("analyst").get("/parties/"))


def test_the_page_has_identifiers_tracks_outcomes_and_duties(cast: Cast, client_as: As) -> None:
    factories.party_identifier(party=cast.halcyon, value="0000000117742762", valid=False)
    response = _page(client_as("analyst"), cast.halcyon)
    page = words(response)
    assert "Rights holder" in page
    assert "0000000117742762 check digit is wrong" in page
    assert "0 Block 1 Withhold 0 Review 0 Limit 0 Allow" in section(response, "outcomes")
    assert "Lantern Song" in section(response, "tracks")
    duties = section(response, "duties")
    assert "Notify Lantern Song voice-declared-away" in duties
    assert "by 24 Nov 2026" in duties


def test_what_is_done_is_no_open_duty(cast: Cast, client_as: As) -> None:
    Obligation.objects.filter(party=cast.halcyon).update(state="done")
    assert "Nothing is open" in section(_page(client_as("label"), cast.halcyon), "duties")


def test_a_party_known_from_one_account_only_says_so(cast: Cast, client_as: As) -> None:
    cast.halcyon.scope = cast.northwind
    cast.halcyon.save()
    page = words(_page(client_as("analyst"), cast.halcyon))
    assert "known to Northwind only" in page


def test_what_it_consented_is_for_itself_and_staff(cast: Cast, client_as: As) -> None:
    factories.consent(grantor=cast.halcyon, decision="denied")
    for name in ("analyst", "label"):
        response = _page(client_as(name), cast.halcyon)
        assert "denied Halcyon Records" in section(response, "consents")
    other = words(_page(client_as("distributor"), cast.halcyon))
    assert "not yours to see" in other
    assert "denied" not in other
    assert "Notify" not in other


def test_others_see_of_a_party_only_the_tracks_they_share(cast: Cast, client_as: As) -> None:
    factories.involvement(track=cast.rival, party=cast.halcyon)
    assert "Lantern Cover" in words(_page(client_as("label"), cast.halcyon))
    assert "Lantern Cover" not in words(_page(client_as("distributor"), cast.halcyon))


def test_its_tracks_are_paged(cast: Cast, client_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(party_page, "TRACKS", 2)
    for number in range(4):
        track = factories.track(title=f"Another {number}")
        for kind in ("holder", "record_label"):
            factories.involvement(track=track, party=cast.halcyon, kind=kind)
    client, seen = client_as("analyst"), []
    page = _page(client, cast.halcyon).context["page"].tracks
    while True:
        seen += [row.title for row in page.rows]
        if not page.older:
            break
        page = _page(client, cast.halcyon, f"?older={page.rows[-1].uuid}").context["page"].tracks
        assert page.newer
    assert seen == ["Another 3", "Another 2", "Another 1", "Another 0", "Lantern Song"]
    last = _page(client, cast.halcyon, "?page=last").context["page"].tracks
    assert [row.title for row in last.rows] == ["Another 0", "Lantern Song"]
    newer = _page(client, cast.halcyon, f"?newer={last.rows[0].uuid}").context["page"].tracks
    assert [row.title for row in newer.rows] == ["Another 2", "Another 1"]
    assert newer.newer
    assert newer.older


@pytest.mark.parametrize("name", ["analyst", "label"])
def test_pages_of_parties_take_few_queries(cast: Cast, name: str, client_as: As) -> None:
    client = client_as(name)
    with CaptureQueriesContext(connection) as queries:
        client.get("/parties/?q=h")
    assert len(queries) <= 5
    counts = []
    for number in (0, 12):
        for _ in range(number):
            track = factories.track()
            factories.involvement(track=track, party=cast.halcyon)
            factories.decision(track=track)
            factories.consent(grantor=cast.halcyon)
        with CaptureQueriesContext(connection) as queries:
            _page(client, cast.halcyon)
        counts.append(len(queries))
    assert max(counts) <= 11
    assert counts[0] == counts[1]
