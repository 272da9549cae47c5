"""Signing in and out of the API."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from policy.models import AuditEntry
from tests.api.conftest import As
from tests.cast import PASSWORD, Cast

URL = "/api/tokens/"


def _sign_in(client: APIClient, **changes: Any) -> Any:
    return client.post(URL, {"username": "label", "password": PASSWORD} | changes)


def test_a_token_is_told_once_and_kept_as_a_hash(cast: Cast, client_as: As) -> None:
    response = _sign_in(client_as(None))
    assert response.status_code == HTTPStatus.CREATED
    token = response.json()["token"]
    assert token.startswith("stave_")
    row = AuthToken.objects.get()
    assert token not in row.digest
    assert AuditEntry.objects.get(action="token_create").actor == cast["label"]


def test_signing_in_needs_no_csrf_token_and_a_session_does(cast: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert _sign_in(client).status_code == HTTPStatus.CREATED
    client.force_login(cast["distributor"])
    delivered = client.post("/api/deliveries/", b"<x/>", content_type="application/xml")
    assert delivered.status_code == HTTPStatus.FORBIDDEN
    assert "CSRF" in delivered.json()["detail"]


@pytest.mark.parametrize(
    "changes",
    [{"password": "wrong"}, {"username": "nobody"}, {"username": "label ", "password": "x\0y"}],
)
def test_wrong_credentials_are_401_and_say_not_which(
    changes: dict[str, str], cast: Cast, client_as: As
) -> None:
    response = _sign_in(client_as(None), **changes)
    if response.status_code == HTTPStatus.BAD_REQUEST:  # a name or password that nobody can have
        assert response.json()["problems"]
        return
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.json()["detail"] == "Name and password do not belong together."
    assert response.json()["type"] == "urn:stave:problem:wrong-credentials"


def test_a_login_that_was_closed_gets_no_token_and_its_tokens_end(
    cast: Cast, client_as: As
) -> None:
    client = client_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {_sign_in(client).json()['token']}")
    assert client.get("/api/tracks/").status_code == HTTPStatus.OK
    cast["label"].is_active = False
    cast["label"].save()
    assert client.get("/api/tracks/").status_code == HTTPStatus.UNAUTHORIZED
    assert _sign_in(client_as(None)).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("body", [{}, {"username": "label"}, {"username": [], "password": {}}])
def test_what_is_missing_is_named(body: dict[str, Any], cast: Cast, client_as: As) -> None:
    response = client_as(None).post(URL, body)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    fields = {problem["field"] for problem in response.json()["problems"]}
    assert "password" in fields


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"', b"[" * 10_000])
def test_a_body_that_is_no_object_is_400(raw: bytes, cast: Cast, client_as: As) -> None:
    response = client_as(None).post(URL, raw, content_type="application/json")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_longer_than_any_password_is_413(cast: Cast, client_as: As) -> None:
    response = _sign_in(client_as(None), password="x" * 20_000)
    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_signing_out_ends_that_token_only(cast: Cast, client_as: As) -> None:
    first, second = (_sign_in(client_as(None)).json()["token"] for _ in range(2))
    client = client_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {first}")
    assert client.delete(URL).status_code == HTTPStatus.NO_CONTENT
    assert client.delete(URL).status_code == HTTPStatus.UNAUTHORIZED
    client.credentials(HTTP_AUTHORIZATION=f"Token {second}")
    assert client.get("/api/tracks/").status_code == HTTPStatus.OK
    assert AuditEntry.objects.filter(action="token_end").count() == 1


def test_a_session_has_no_token_to_end(cast: Cast, client_as: As) -> None:
    response = client_as("label").delete(URL)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["type"] == "urn:stave:problem:no-token"


def test_an_expired_token_opens_nothing(cast: Cast, client_as: As) -> None:
    client = client_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {_sign_in(client).json()['token']}")
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/tracks/").status_code == HTTPStatus.UNAUTHORIZED


def test_guessing_a_password_is_slowed_down_whatever_the_spelling_or_address(
    cast: Cast, client_as: As
) -> None:
    for number in range(10):
        name = "label" if number % 2 else " LABEL"
        wrong = _sign_in(
            APIClient(REMOTE_ADDR=f"10.0.0.{number}", HTTP_X_FORWARDED_FOR=f"10.1.0.{number}"),
            username=name,
            password="guess",
        )
        assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    response = _sign_in(client_as(None))
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(response["Retry-After"]) > 0
    assert _sign_in(client_as(None), username="analyst").status_code == HTTPStatus.CREATED


def test_the_address_is_what_urls_say() -> None:
    assert reverse("api-tokens") == URL
