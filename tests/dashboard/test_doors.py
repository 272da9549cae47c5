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
from policy.models import Consent, LedgerAccount, PayoutStatement, Pool, Transaction, Usage
from tests.cast import NAMES, Cast
from tests.dashboard.conftest import As
from tests.uses import make_uses

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


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, and what Oriole AI did with its works."""
    make_uses(cast)
    return cast


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


def _halcyon(cast: Cast) -> list[Any]:
    return [cast.halcyon.uuid]


def _consent(cast: Cast) -> list[Any]:
    return [Consent.objects.get(grantor=cast.halcyon, decision="granted").uuid]


def _usage(cast: Cast) -> list[Any]:
    return [Usage.objects.get(reference="run-7").uuid]


def _pool(cast: Cast) -> list[Any]:
    return [Pool.objects.get().uuid]


def _account(cast: Cast) -> list[Any]:
    return [LedgerAccount.objects.get(party=cast.halcyon).uuid]


def _transaction(cast: Cast) -> list[Any]:
    return [Transaction.objects.order_by("pk")[0].uuid]


def _statement(cast: Cast) -> list[Any]:
    return [PayoutStatement.objects.get().uuid]


PLACES = ("?page=next", "?older=7", "?newer=x")
FILTERS = ("?effect=forbid", "?party=me", "?rule=no%20slug", "?q=" + "x" * 201)
NO_ROW = [uuid4()]
FOUND = HTTPStatus.FOUND
OF_HALCYON = ("analyst", "label")
OF_USE = ("analyst", "label", "other_label", "distributor", "licensee")

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
    Door("party-money", READS, _halcyon, OF_HALCYON, missing=NO_ROW),
    Door(
        "party-consents", READS, _halcyon, OF_HALCYON,
        malformed=(*PLACES, "?on=today", "?known=x", "?use=dance"), missing=NO_ROW,
    ),
    Door("consent-new", (*READS, "post"), _halcyon, OF_HALCYON, missing=NO_ROW),
    Door("consent-detail", READS, _consent, OF_HALCYON, missing=NO_ROW),
    Door("consent-withdraw", (*READS, "post"), _consent, OF_HALCYON, missing=NO_ROW),
    Door("usage-list", malformed=(*PLACES, "?kind=dance", "?stage=x", "?licensee=7", "?track=7")),
    Door("usage-detail", READS, _usage, OF_USE, malformed=PLACES, missing=NO_ROW),
    Door("pool-list", malformed=PLACES),
    Door("pool-detail", READS, _pool, ("analyst", "licensee"), missing=NO_ROW),
    Door("payout-list", malformed=(*PLACES, "?party=7")),
    Door("payout-detail", READS, _statement, OF_HALCYON, missing=NO_ROW),
    Door(
        "payout-file", READS, lambda cast: [*_statement(cast), "csv"], OF_HALCYON,
        missing=[*NO_ROW, "csv"],
    ),
    Door("ledger-list", malformed=(*PLACES, "?kind=x", "?currency=euro", "?party=7")),
    Door("ledger-account", READS, _account, OF_HALCYON, malformed=PLACES, missing=NO_ROW),
    Door("ledger-transactions", malformed=PLACES),
    # The writer's part is posted too, but nobody of the cast acts for the writer.
    Door("ledger-transaction", READS, _transaction, OF_HALCYON, missing=NO_ROW),
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
