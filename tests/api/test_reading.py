"""Reading tracks and decisions: own works only, filters, pages, and what is hidden inside."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.models import Decision, Track
from policy.services.evaluation import evaluate_pending
from tests import factories
from tests.api.conftest import As
from tests.cast import Cast
from tests.factories import NOW

TITLES = {
    "analyst": ["Lantern Cover", "Lantern Song"],
    "label": ["Lantern Song"],
    "other_label": ["Lantern Cover"],
    "distributor": ["Lantern Song"],
    "stranger": [],
}


def _titles(page: Any) -> list[str]:
    return [row["title"] for row in page.json()["results"]]


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("url", ["/api/tracks/", "/api/decisions/"])
def test_everybody_reads_the_list_of_their_own_works(url: str, name: str, client_as: As) -> None:
    assert _titles(client_as(name).get(url)) == TITLES[name]


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize(
    "url",
    [
        "/api/tracks/?isrc=ZZ-HAL-26-00001",
        "/api/tracks/?q=lantern",
        "/api/decisions/?q=lantern",
        "/api/decisions/?isrc=ZZHAL2600001",
        "/api/decisions/?rule=too-short",
        "/api/decisions/?ruleset=length&effect=review",
        "/api/decisions/?current=true",
    ],
)
def test_no_filter_shows_more_than_that(url: str, name: str, cast: Cast, client_as: As) -> None:
    for track in (cast.song, cast.rival):
        for term in ("lantern", track.isrc.lower()):
            factories.track_term(track=track, term=term)
    assert _titles(client_as(name).get(url)) == TITLES[name]
    counts = client_as(name).get(url).json().get("counts")
    if counts is not None:
        assert counts["total"] == counts["effects"]["review"] == len(TITLES[name])


@pytest.mark.parametrize(
    "query", ["effect=block", "rule=isrc-malformed", "ruleset=identity", "q=nothing", "isrc=ZZ"]
)
def test_a_filter_leaves_out_what_it_does_not_mean(query: str, client_as: As) -> None:
    assert _titles(client_as("analyst").get(f"/api/decisions/?{query}")) == []


def test_asking_for_the_works_of_a_party_shows_only_what_one_sees_oneself(
    cast: Cast, client_as: As
) -> None:
    url = f"/api/decisions/?party={cast.halcyon.uuid}"
    assert _titles(client_as("analyst").get(url)) == ["Lantern Song"]
    assert _titles(client_as("label").get(url)) == ["Lantern Song"]
    assert _titles(client_as("other_label").get(url)) == []


@pytest.mark.parametrize("url", ["/api/tracks/", "/api/decisions/"])
def test_pages_lead_from_end_to_end_and_back(url: str, cast: Cast, client_as: As) -> None:
    for _ in range(3):
        factories.request(track=factories.track(release=cast.song.release))
    evaluate_pending(now=NOW)
    client = client_as("distributor")
    pages, link = [], f"{url}?limit=3"
    while link:
        page = client.get(link).json()
        pages.append([row["uuid"] for row in page["results"]])
        link = page["links"]["next"]
    model = Track if "tracks" in url else Decision
    own = model.objects.filter(account=cast.northwind).order_by("-pk")
    assert [uuid for page in pages for uuid in page] == [str(row.uuid) for row in own]
    assert [len(page) for page in pages] == [3, 1]
    back = client.get(page["links"]["previous"]).json()
    assert [row["uuid"] for row in back["results"]] == pages[0]
    assert back["links"]["previous"] is None
    assert "limit=3" in page["links"]["first"]


@pytest.mark.parametrize("query", ["older={0}&newer={0}", "older=x", "limit=201", "end=middle"])
def test_a_page_that_cannot_be_is_400(query: str, cast: Cast, client_as: As) -> None:
    url = f"/api/decisions/?{query.format(cast.song.uuid)}"
    response = client_as("analyst").get(url)
    assert response.status_code == 400
    assert response.json()["problems"]


@pytest.mark.parametrize("url", ["/api/tracks/", "/api/decisions/", "/api/deliveries/"])
@pytest.mark.parametrize("name", ["analyst", "label", "distributor"])
def test_a_list_takes_the_same_few_queries_for_any_number_of_rows(
    url: str, name: str, cast: Cast, client_as: As
) -> None:
    def queries() -> int:
        client = client_as(name)
        with CaptureQueriesContext(connection) as context:
            assert client.get(url).status_code == 200
        return len(context)

    few = queries()
    for _ in range(5):
        track = factories.track(release=cast.song.release)
        factories.involvement(track=track, party=cast.halcyon)
        factories.request(track=track, delivery=factories.delivery(account=cast.northwind))
    evaluate_pending(now=NOW)
    assert queries() == few <= 8


def test_a_track_tells_its_latest_decision(cast: Cast, client_as: As) -> None:
    found = client_as("label").get(f"/api/tracks/{cast.song.uuid}/").json()
    assert found["title"] == "Lantern Song"
    assert found["effect"] == "review"
    assert found["decision"] == str(cast.song.decisions.get().uuid)
    assert found["deliverer"] == cast.northwind.name


def _decision(client: Any, cast: Cast) -> dict[str, Any]:
    found = client.get(f"/api/decisions/{cast.song.decisions.get().uuid}/")
    body: dict[str, Any] = found.json()
    return body


def test_a_decision_tells_why_with_the_deciding_lines_and_the_values_seen(
    cast: Cast, client_as: As
) -> None:
    found = _decision(client_as("analyst"), cast)
    assert found["verdict"]["headline"] == "In review everywhere"
    [deciding] = found["deciding"]
    assert deciding["finding"]["rule"] == "too-short"
    assert deciding["finding"]["reason"] == '"Lantern Song" lasts 10 s; 30 s is the least.'
    lines = {line["number"]: line for line in deciding["text"]["lines"]}
    [line] = [line for line in lines.values() if line["notes"]]
    assert "track.duration_seconds < params.shortest" in line["text"]
    seen = {fact["expression"]: fact["value"] for note in line["notes"] for fact in note["seen"]}
    assert seen["track.duration_seconds"] == "10"
    assert seen["params.shortest"] == "30"
    assert found["evidence"]["bundle"] == cast.song.decisions.get().bundle.digest
    assert [past["uuid"] for past in found["history"]] == [found["uuid"]]
    facts = {fact["path"]: fact for fact in found["facts"]["values"]}
    assert (facts["track.duration_seconds"]["value"], facts["track.duration_seconds"]["read"]) == (
        "10",
        True,
    )
    assert not found["masked"]
    assert found["masked_note"] == ""


def _shares(found: dict[str, Any]) -> dict[str, str]:
    [table] = [table for table in found["facts"]["lists"] if table["path"] == "track.parties"]
    name, points = table["columns"].index("name"), table["columns"].index("basis_points")
    return {
        row[name]["value"]: row[points]["value"] or row[points]["state"] for row in table["rows"]
    }


def test_a_party_sees_its_own_share_and_that_others_are_hidden(cast: Cast, client_as: As) -> None:
    assert _shares(_decision(client_as("analyst"), cast)) == {
        "Halcyon Records": "7000",
        "Ines Okafor": "3000",
    }
    found = _decision(client_as("label"), cast)
    assert _shares(found) == {"Halcyon Records": "7000", "Ines Okafor": "hidden"}
    assert found["masked"]
    assert "Hidden here: what other parties hold" in found["masked_note"]
    assert "3000" not in str(found)


def test_a_deliverer_sees_no_shares_and_no_catalogue_of_others(cast: Cast, client_as: As) -> None:
    found = _decision(client_as("distributor"), cast)
    assert set(_shares(found).values()) == {"hidden"}
    facts = {fact["path"]: fact["state"] for fact in found["facts"]["values"]}
    assert facts["track.duplicates.same_isrc"] == "hidden"
    assert "7000" not in str(found)
    assert "Lantern Cover" not in str(found)


def test_a_duty_names_its_party_to_that_party_only(cast: Cast, client_as: As) -> None:
    names = {
        name: {duty["party_name"] for duty in _decision(client_as(name), cast)["duties"]}
        for name in ("analyst", "label", "distributor")
    }
    assert names == {
        "analyst": {"Halcyon Records", "Ines Okafor"},
        "label": {"Halcyon Records", ""},
        "distributor": {""},
    }
