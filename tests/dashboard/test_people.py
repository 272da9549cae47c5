"""Signing in and out, who somebody is, their theme, and where they land."""

from __future__ import annotations

from http import HTTPStatus

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dashboard import limits
from tests.cast import PASSWORD, Cast
from tests.dashboard.conftest import As


def _try(client: Client, name: str, password: str, **headers: str) -> int:
    response = client.post("/login/", {"username": name, "password": password}, headers=headers)
    return response.status_code


def test_signing_in_leads_to_where_one_was_going(cast: Cast) -> None:
    client = Client()
    page = client.get(reverse("track-list"), follow=True)
    assert page.redirect_chain == [("/login/?next=/tracks/", FOUND)]
    form = {"username": "analyst", "password": PASSWORD, "next": "/tracks/"}
    assert client.post("/login/", form)["Location"] == "/tracks/"
    assert client.get("/tracks/").status_code == HTTPStatus.OK


FOUND = HTTPStatus.FOUND


def test_signing_in_never_leads_away(cast: Cast) -> None:
    form = {"username": "analyst", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post("/login/", form)["Location"] == "/"


def test_a_wrong_password_and_a_wrong_name_look_the_same(cast: Cast) -> None:
    pages = []
    for name in ("analyst", "nobody"):
        form = {"username": name, "password": "wrong"}
        response = Client().post("/login/", form)
        assert response.status_code == HTTPStatus.BAD_REQUEST
        pages.append(response.content.decode().replace(f'value="{name}"', ""))
    text = [page.partition("<form")[0] for page in pages]
    assert text[0] == text[1]
    assert "do not match" in text[0]


@time_machine.travel("2026-11-22T12:00:00Z", tick=False)
def test_too_many_failures_pause_signing_in_and_say_for_how_long(cast: Cast) -> None:
    client = Client()
    for _ in range(limits.FAILURES_PER_NAME):
        assert _try(client, "analyst", "wrong") == HTTPStatus.BAD_REQUEST
    form = {"username": "analyst", "password": PASSWORD}
    response = client.post("/login/", form)
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert response["Retry-After"] == "301"
    assert "paused here for 6 minutes" in response.content.decode()
    assert "sessionid" not in response.cookies, "the right password does not open it either"
    assert _try(client, "label", PASSWORD) == FOUND, "another name is not held up"
    with time_machine.travel("2026-11-22T12:05:00Z", tick=False):
        assert _try(Client(), "analyst", PASSWORD) == FOUND, "the next window is a new one"


@time_machine.travel("2026-11-22T12:00:00Z", tick=False)
def test_many_names_from_one_address_are_paused_together(cast: Cast) -> None:
    for number in range(limits.FAILURES_PER_ADDRESS):
        assert _try(Client(), f"guess-{number}", "wrong") == HTTPStatus.BAD_REQUEST
    assert _try(Client(), "analyst", PASSWORD) == HTTPStatus.TOO_MANY_REQUESTS
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert _try(elsewhere, "analyst", PASSWORD) == FOUND


@pytest.mark.parametrize("trusted", [True, False])
def test_an_address_in_a_header_counts_only_behind_a_trusted_proxy(
    trusted: bool, cast: Cast, settings: object
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if trusted else None  # type: ignore[attr-defined]  # pytest-django's settings
    for number in range(limits.FAILURES_PER_NAME):
        _try(Client(), "analyst", "wrong", **{"X-Forwarded-For": f"203.0.113.9, 192.0.2.{number}"})
    status = _try(Client(), "analyst", PASSWORD, **{"X-Forwarded-For": "192.0.2.99"})
    assert status == (FOUND if trusted else HTTPStatus.TOO_MANY_REQUESTS)


def test_signing_out_ends_the_session(client_as: As) -> None:
    client = client_as("analyst")
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/me/").status_code == FOUND


def test_staff_land_on_the_decisions_and_a_rights_holder_on_own_works(
    cast: Cast, client_as: As
) -> None:
    places = {name: client_as(name).get("/")["Location"] for name in cast.users}
    assert places == {
        "analyst": "/decisions/",
        "label": f"/parties/{cast.halcyon.uuid}/",
        "other_label": f"/parties/{cast.brightwater.uuid}/",
        "distributor": f"/parties/{cast.northwind.party.uuid}/",  # type: ignore[union-attr]  # the cast gives it one
        "licensee": f"/parties/{cast.oriole.uuid}/",
        "stranger": "/decisions/",
    }


def test_me_says_what_a_login_sees(cast: Cast, client_as: As) -> None:
    def page(name: str) -> str:
        return client_as(name).get("/me/").content.decode()

    assert "every track, party and decision" in page("analyst")
    assert "Halcyon Records" in page("label")
    assert "Tracks delivered by Northwind" in page("distributor")
    assert "Nothing yet" in page("stranger")


def test_a_theme_is_kept_and_leads_back(client_as: As) -> None:
    client = client_as("analyst")
    assert 'data-theme="auto"' in client.get("/me/").content.decode()
    response = client.post("/theme/", {"theme": "dark", "next": "/tracks/?q=a"})
    assert response["Location"] == "/tracks/?q=a"
    assert client.cookies["theme"]["httponly"]
    assert 'data-theme="dark"' in client.get("/me/").content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_a_theme_never_leads_away_and_nonsense_is_auto(back: str, client_as: As) -> None:
    client = client_as("analyst")
    response = client.post("/theme/", {"theme": "<pink>", "next": back})
    assert response["Location"] == "/"
    assert client.cookies["theme"].value == "auto"
    client.cookies["theme"] = "<pink>"
    assert 'data-theme="auto"' in client.get("/me/").content.decode()
