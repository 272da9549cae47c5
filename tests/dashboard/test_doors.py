"""Every address of the pages is asked the same questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import URLPattern, reverse

from dashboard import urls
from tests.cast import NAMES, Cast
from tests.dashboard.conftest import As

METHODS = ("get", "head", "post", "put", "patch", "delete")
READS = ("get", "head")
EVERYBODY = (*NAMES, None)
OF_SONG = ("analyst", "label", "distributor")
OF_DELIVERY = ("analyst", "distributor")


@dataclass(frozen=True)
class Door:
    """An address: its methods, what it is asked with, and who may see what it shows."""

    name: str
    methods: tuple[str, ...] = READS
    arguments: Callable[[Cast], list[Any]] = lambda cast: []
    seen_by: tuple[str | None, ...] = NAMES
    malformed: tuple[str, ...] = ()  # queries that cannot be
    missing: list[Any] | None = None  # arguments that name nothing
    status: HTTPStatus = HTTPStatus.OK

    def url(self, cast: Cast) -> str:
        return reverse(self.name, args=self.arguments(cast))


def _song(cast: Cast) -> list[Any]:
    return [cast.song.uuid]


def _decision(cast: Cast) -> list[Any]:
    return [cast.song.decisions.get().uuid]


def _delivery(cast: Cast) -> list[Any]:
    return [cast.delivery.uuid]


def _version(cast: Cast) -> list[Any]:
    return ["labelling", "1.0.0"]


def _version_uuid(cast: Cast) -> list[Any]:
    return [cast.song.decisions.get().findings.all()[0].rule.version.uuid]


PLACES = ("?page=next", "?older=7", "?newer=x")
FILTERS = ("?effect=forbid", "?party=me", "?rule=no%20slug", "?q=" + "x" * 201)
NO_ROW = [uuid4()]
FOUND = HTTPStatus.FOUND

DOORS = (
    Door("home", status=FOUND),
    Door("login", (*READS, "post"), seen_by=EVERYBODY),
    Door("logout", ("post",)),
    Door("me"),
    Door("theme", ("post",), seen_by=EVERYBODY),
    Door("decision-list", malformed=(*PLACES, *FILTERS, "?open=x")),
    Door("decision-filter", malformed=FILTERS),
    Door("decision-detail", READS, _decision, OF_SONG, missing=NO_ROW),
    Door("decision-pane", READS, _decision, OF_SONG, missing=NO_ROW),
    Door("decision-evidence", READS, _decision, OF_SONG, missing=NO_ROW),
    Door("track-list", malformed=(*PLACES, "?q=" + "x" * 201)),
    Door("track-detail", READS, _song, OF_SONG, missing=NO_ROW),
    Door("party-list", malformed=("?q=" + "x" * 201,)),
    Door("party-options", malformed=("?party_name=" + "x" * 201,)),
    Door(
        "party-detail", READS, lambda cast: [cast.halcyon.uuid], OF_SONG,
        malformed=PLACES, missing=NO_ROW,
    ),
    Door("delivery-list", (*READS, "post"), malformed=PLACES),
    Door("delivery-detail", READS, _delivery, OF_DELIVERY, missing=NO_ROW),
    Door("delivery-progress", READS, _delivery, OF_DELIVERY, missing=NO_ROW),
    Door("delivery-raw", READS, _delivery, OF_DELIVERY, missing=NO_ROW),
    Door("ruleset-list", malformed=PLACES),
    Door("ruleset-detail", READS, _version_uuid, status=FOUND, missing=NO_ROW),
    Door("ruleset-version", READS, _version, missing=["labelling", "9.9.9"]),
    Door("ruleset-source", READS, _version, missing=["labelling", "9.9.9"]),
)  # fmt: skip
READ = [door for door in DOORS if "get" in door.methods]


def _ids(doors: Any) -> list[str]:
    return [door.name for door in doors]


def test_no_address_is_forgotten_here() -> None:
    patterns: list[URLPattern] = urls.urlpatterns
    assert sorted(str(pattern.name) for pattern in patterns) == sorted(_ids(DOORS))


@pytest.mark.parametrize("door", READ, ids=_ids(READ))
def test_it_works_for_those_who_may_see_it_and_tells_the_others_nothing(
    door: Door, cast: Cast, client_as: As
) -> None:
    for name in EVERYBODY:
        response = client_as(name).get(door.url(cast))
        if door.name == "login" and name is not None:
            assert response.status_code == FOUND, "whoever is signed in goes on"
        elif name in door.seen_by:
            assert response.status_code == door.status, name
        elif name is None:
            assert response.status_code == FOUND
            assert response["Location"] == f"/login/?next={quote(door.url(cast))}"
        else:
            assert response.status_code == HTTPStatus.NOT_FOUND, name
            nowhere = reverse(door.name, args=door.missing)
            assert response.content == client_as(name).get(nowhere).content, "as if there is none"


@pytest.mark.parametrize("door", DOORS, ids=_ids(DOORS))
def test_a_method_that_it_does_not_have_is_refused(door: Door, cast: Cast, client_as: As) -> None:
    for method in set(METHODS) - set(door.methods):
        client = client_as(None if None in door.seen_by else "analyst")
        response = getattr(client, method)(door.url(cast))
        assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED, method


@pytest.mark.parametrize("door", [door for door in DOORS if door.missing], ids=lambda d: d.name)
def test_what_is_not_there_is_404_with_a_way_on(door: Door, cast: Cast, client_as: As) -> None:
    for url in (reverse(door.name, args=door.missing), door.url(cast)[:-2] + "/"):
        response = client_as("analyst").get(url)
        assert response.status_code == HTTPStatus.NOT_FOUND, url
        assert 'href="/"' in response.content.decode()


@pytest.mark.parametrize("door", [door for door in DOORS if door.malformed], ids=lambda d: d.name)
def test_a_question_that_cannot_be_is_400_and_says_what_is_wrong(
    door: Door, cast: Cast, client_as: As
) -> None:
    for query in door.malformed:
        response = client_as("analyst").get(door.url(cast) + query)
        assert response.status_code == HTTPStatus.BAD_REQUEST, query
        assert '<ul class="problems"><li>' in response.content.decode()


@pytest.mark.parametrize(
    "door", [door for door in DOORS if "post" in door.methods], ids=lambda d: d.name
)
def test_a_form_of_another_site_changes_nothing(door: Door, cast: Cast, client_as: As) -> None:
    client = client_as("analyst")
    client.handler.enforce_csrf_checks = True
    response = client.post(door.url(cast), {})
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "can no longer be sent" in response.content.decode()


@pytest.mark.parametrize("door", READ, ids=_ids(READ))
def test_it_names_a_strict_policy_and_needs_nothing_that_it_forbids(
    door: Door, cast: Cast, client_as: As
) -> None:
    response = client_as("analyst" if None not in door.seen_by else None).get(door.url(cast))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    if response["Content-Type"].startswith("text/html"):
        text = response.content.decode()
        for forbidden in (" style=", "<style", "<script>", "javascript:", " onclick="):
            assert forbidden not in text
