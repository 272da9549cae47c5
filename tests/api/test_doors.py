"""Every address of the API is asked the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, reverse
from rest_framework.test import APIClient

from policy.api import urls
from policy.models import Consent, LedgerAccount, PayoutStatement, Pool, Transaction, Usage
from tests.api.conftest import As
from tests.cast import NAMES, PASSWORD, Cast
from tests.uses import make_uses

METHODS = ("get", "post", "put", "patch", "delete")
EVERYBODY = (*NAMES, None)


@dataclass(frozen=True)
class Door:
    """An address: its methods, what it is asked with, and who may see what it shows."""

    name: str
    methods: tuple[str, ...]
    row: Callable[[Cast], Any] | None = None  # the row that its uuid names
    seen_by: tuple[str | None, ...] = NAMES
    malformed: str = ""  # a query that cannot be

    def url(self, cast: Cast) -> str:
        return reverse(self.name, args=[self.row(cast).uuid] if self.row else [])

    def missing(self) -> str:
        return reverse(self.name, args=[uuid4()])


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, and what Oriole AI did with its works."""
    make_uses(cast)
    return cast


OF_SONG = ("analyst", "label", "distributor")

OF_HALCYON = ("analyst", "label")

DOORS = (
    Door("api-tokens", ("post", "delete"), seen_by=EVERYBODY),
    Door("api-deliveries", ("get", "post"), malformed="?limit=0"),
    Door("api-delivery", ("get",), lambda cast: cast.delivery, ("analyst", "distributor")),
    Door("api-tracks", ("get",), malformed="?limit=many"),
    Door("api-track", ("get",), lambda cast: cast.song, OF_SONG),
    Door("api-decisions", ("get",), malformed="?effect=forbid"),
    Door("api-decision", ("get",), lambda cast: cast.song.decisions.get(), OF_SONG),
    Door("api-consents", ("get", "post"), malformed="?use=dance"),
    Door("api-consent-withdraw", ("post",), lambda cast: Consent.objects.get(licensee=cast.oriole)),
    Door("api-usages", ("get", "post"), malformed="?kind=dance"),
    Door(
        "api-usage", ("get",), lambda cast: Usage.objects.get(reference="run-7"),
        ("analyst", "label", "other_label", "distributor", "licensee"), "?limit=0",
    ),
    Door("api-track-usages", ("get",), lambda cast: cast.song, OF_SONG, "?older=7"),
    Door("api-party-payouts", ("get",), lambda cast: cast.halcyon, OF_HALCYON),
    Door("api-pools", ("get",), malformed="?limit=0"),
    Door("api-pool", ("get",), lambda cast: Pool.objects.get(), ("analyst", "licensee")),
    Door("api-payout-statement", ("get",), lambda cast: PayoutStatement.objects.get(), OF_HALCYON),
    Door("api-ledger-accounts", ("get",), malformed="?currency=euro"),
    Door(
        "api-ledger-account", ("get",), lambda cast: LedgerAccount.objects.get(party=cast.halcyon),
        OF_HALCYON, "?limit=0",
    ),
    Door("api-ledger-transactions", ("get",), malformed="?limit=0"),
    Door(
        "api-ledger-transaction", ("get",), lambda cast: Transaction.objects.order_by("pk")[0],
        OF_HALCYON,
    ),
    Door("api-schema", ("get",), seen_by=EVERYBODY),
)  # fmt: skip
READ = [door for door in DOORS if "get" in door.methods]
OF_ONE = [door for door in READ if door.row]


def _ids(doors: Any) -> list[str]:
    return [door.name for door in doors]


def _patterns() -> Iterator[str]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name and pattern.name != "api-nothing":
            yield pattern.name


def test_no_address_is_forgotten_here() -> None:
    assert sorted(_patterns()) == sorted(_ids(DOORS))


def _call(client: APIClient, method: str, url: str, **rest: Any) -> Any:
    return getattr(client, method)(url, **rest)


@pytest.mark.parametrize("door", READ, ids=_ids(READ))
@pytest.mark.parametrize("name", EVERYBODY)
def test_it_works_for_those_who_may_see_it_and_tells_the_others_nothing(
    door: Door, name: str | None, cast: Cast, client_as: As
) -> None:
    response = client_as(name).get(door.url(cast))
    if name in door.seen_by:
        assert response.status_code == HTTPStatus.OK
    elif name is None:
        assert response.status_code == HTTPStatus.UNAUTHORIZED
        assert response["WWW-Authenticate"] == "Token"
        _is_problem(response)
    else:
        assert response.status_code == HTTPStatus.NOT_FOUND
        _is_problem(response)
        assert response.content == client_as(name).get(door.missing()).content, (
            "as if there is none"
        )


@pytest.mark.parametrize("door", DOORS, ids=_ids(DOORS))
def test_a_method_that_it_does_not_have_is_refused(door: Door, cast: Cast, client_as: As) -> None:
    for method in set(METHODS) - set(door.methods):
        response = _call(client_as("analyst"), method, door.url(cast))
        assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED, method
        allowed = set(response["Allow"].lower().split(", ")) - {"head", "options"}
        assert allowed == set(door.methods)
        if door.name != "api-schema":
            _is_problem(response)


@pytest.mark.parametrize("door", OF_ONE, ids=_ids(OF_ONE))
def test_what_is_not_there_is_404(door: Door, cast: Cast, client_as: As) -> None:
    _is_problem(client_as("analyst").get(door.missing()), HTTPStatus.NOT_FOUND)
    malformed = door.url(cast).rstrip("/")[:-1] + "/"
    _is_problem(client_as("analyst").get(malformed), HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("door", [door for door in DOORS if door.malformed], ids=lambda d: d.name)
def test_a_question_that_cannot_be_is_400_with_its_field(
    door: Door, cast: Cast, client_as: As
) -> None:
    body = _is_problem(
        client_as("analyst").get(door.url(cast) + door.malformed), HTTPStatus.BAD_REQUEST
    )
    assert body["problems"][0]["field"] == door.malformed[1:].partition("=")[0]


@pytest.mark.parametrize("door", READ, ids=_ids(READ))
def test_a_token_opens_it_as_a_session_does(door: Door, cast: Cast, client_as: As) -> None:
    token = client_as(None).post(
        reverse("api-tokens"), {"username": "analyst", "password": PASSWORD}
    )
    client = client_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.json()['token']}")
    assert client.get(door.url(cast)).status_code == HTTPStatus.OK


@pytest.mark.parametrize("door", READ, ids=_ids(READ))
@pytest.mark.parametrize(
    "header",
    ["Token", "Token wrong", "Token a b", "Token \xff\xfe", "Token a\0b", "Token " + "x" * 9999],
)
def test_a_token_that_is_none_opens_nothing(
    door: Door, header: str, cast: Cast, client_as: As
) -> None:
    if None in door.seen_by:
        return
    client = client_as(None)
    client.credentials(HTTP_AUTHORIZATION=header)
    _is_problem(client.get(door.url(cast)), HTTPStatus.UNAUTHORIZED)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/api/", "/api/nothing/", "/api/tracks/7/", "/api/tracks/x/y/"])
def test_an_address_that_leads_nowhere_is_a_problem_too(
    method: str, path: str, cast: Cast, client_as: As
) -> None:
    for name in ("analyst", None):
        _is_problem(_call(client_as(name), method, path), HTTPStatus.NOT_FOUND)


def _is_problem(response: Any, status: HTTPStatus | None = None) -> dict[str, Any]:
    """Check that a response is an RFC 9457 document, and return it."""
    assert response["Content-Type"] == "application/problem+json", response.content[:300]
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code == (status or response.status_code)
    assert body["title"] == HTTPStatus(response.status_code).phrase
    assert body["detail"]
    assert body["type"] == "about:blank" or body["type"].startswith("urn:stave:problem:")
    return body
