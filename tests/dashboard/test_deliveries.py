"""The pages of deliveries: who may see what, and what they say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from policy import tasks
from policy.models import Account, EvaluationRequest
from policy.services.evaluation import evaluate_pending
from tests import factories, messages
from tests.cast import NAMES, Cast
from tests.dashboard.conftest import As
from tests.dashboard.delivering import (
    SAMPLES,
    URL,
    hand_in,
    nothing_was_kept,
    text,
    waiting_cast,
)
from tests.factories import NOW

OF_ONE = ("delivery-detail", "delivery-progress", "delivery-raw")
DELIVERERS = ("analyst", "distributor")


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the workers are told."""
    told: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda: told.append("look"))
    return told


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast under small rules; Northwind's delivery of the song still waits."""
    return waiting_cast(tmp_path)


@pytest.mark.parametrize("door", OF_ONE)
@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_is_seen_by_its_deliverer_and_staff_only(
    door: str, name: str, cast: Cast, client_as: As
) -> None:
    client = client_as(name)
    response = client.get(reverse(door, args=[cast.delivery.uuid]))
    assert response.status_code == (200 if name in DELIVERERS else 404)
    assert client.get(reverse(door, args=[uuid4()])).status_code == 404
    assert client.get(reverse(door, args=[uuid4()]).replace("-", "x")).status_code == 404


@pytest.mark.parametrize("door", [*OF_ONE, "delivery-list"])
def test_nobody_is_sent_to_sign_in(door: str, cast: Cast, client_as: As) -> None:
    url = reverse(door, args=[cast.delivery.uuid] if door in OF_ONE else [])
    response = client_as(None).get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={url}"


def test_nobody_delivers(client_as: As) -> None:
    response = hand_in(client_as(None), messages.message())
    assert response.status_code == 302
    assert nothing_was_kept()


@pytest.mark.parametrize("door", OF_ONE)
def test_a_delivery_is_only_read(door: str, cast: Cast, client_as: As) -> None:
    client = client_as("analyst")
    url = reverse(door, args=[cast.delivery.uuid])
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(URL).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_the_list_shows_own_deliveries_only(name: str, cast: Cast, client_as: As) -> None:
    other = factories.delivery(account=cast.southgate)
    seen = text(client_as(name).get(URL))
    assert (cast.delivery.message_id in seen) == (name in DELIVERERS)
    assert (other.message_id in seen) == (name in ("analyst", "other_label"))


def test_a_login_that_delivers_nothing_is_told_so(client_as: As) -> None:
    response = client_as("label").get(URL)
    assert "This login delivers nothing" in text(response)
    assert b'type="file"' not in response.content


@pytest.mark.parametrize("query", ["?older=yesterday", "?page=3", "?newer=1"])
def test_a_wrong_address_is_explained(query: str, client_as: As) -> None:
    response = client_as("analyst").get(URL + query)
    assert response.status_code == 400
    assert "asks for something that cannot be" in text(response)


def test_an_unknown_parameter_is_dropped(client_as: As) -> None:
    response = client_as("analyst").get(URL + "?page=last&colour=red")
    assert response["Location"] == URL + "?page=last"


def test_a_row_sums_up_a_delivery(cast: Cast, client_as: As) -> None:
    tracks = [messages.track("A1", isrc="nonsense"), messages.track("A2", duration_seconds=9)]
    messages.deliver(messages.message(id="sum-up", tracks=tracks), account=cast.northwind)
    client = client_as("distributor")
    assert "sum-up Catalogue 1 Northwind 2 tracks Queued" in text(client.get(URL))
    evaluate_pending(now=NOW)
    row = "sum-up Catalogue 1 Northwind 2 tracks Decided Review: 1 Limit: 1"
    assert f"{row} 1 warning" in text(client.get(URL))
    messages.deliver(messages.purge(id="gone"), account=cast.northwind)
    assert "gone Purge" in text(client.get(URL))


def test_tracks_of_others_that_were_looked_at_again_are_not_part_of_it(
    cast: Cast, client_as: As
) -> None:
    factories.request(track=cast.rival, delivery=cast.delivery, cause="neighbour")
    client = client_as("distributor")
    assert "1 track Queued" in text(client.get(URL))
    page = text(client.get(f"{URL}{cast.delivery.uuid}/"))
    assert "0 of 1 decided" in page
    assert cast.rival.title not in page


def test_what_could_not_be_evaluated_says_why(cast: Cast, client_as: As) -> None:
    EvaluationRequest.objects.update(state="parked", error="5 workers died")
    client = client_as("distributor")
    assert "1 not evaluated" in text(client.get(URL))
    page = client.get(f"{URL}{cast.delivery.uuid}/")
    assert "5 workers died" in text(page)
    assert b"hx-trigger" not in page.content


def test_a_delivery_that_waits_long_says_that_nothing_is_lost(cast: Cast, client_as: As) -> None:
    page = f"{URL}{cast.delivery.uuid}/"
    assert "Nothing is lost" in text(client_as("distributor").get(page))
    fresh = factories.delivery(account=cast.northwind, received_at=timezone.now())
    factories.request(track=cast.song, delivery=fresh)
    page = f"{URL}{fresh.uuid}/"
    assert "This page follows by itself" in text(client_as("distributor").get(page))


def test_warnings_stand_with_their_place(cast: Cast, client_as: As) -> None:
    raw = (SAMPLES / "02-none.xml").read_bytes().replace(b"<ISRC>ZZ", b"<ISRC>")
    made = messages.deliver(raw, account=cast.northwind)
    page = text(client_as("distributor").get(f"{URL}{made.delivery.uuid}/"))
    (warning,) = made.warnings
    assert warning.line
    assert f"Line {warning.line}" in page
    for said in (warning.element, warning.code):
        assert said in page


def test_a_purge_names_what_it_took_away(cast: Cast, client_as: As) -> None:
    messages.deliver(messages.message(), account=cast.northwind)
    later = NOW + timedelta(hours=1)
    made = messages.deliver(
        messages.purge(created_at=later), account=cast.northwind, at=later
    ).delivery
    page = text(client_as("distributor").get(f"{URL}{made.uuid}/"))
    assert "Taken out of the catalogue Open Doors" in page
    assert "Nothing to decide" in page


def test_an_overtaken_message_says_that_it_changed_nothing(cast: Cast, client_as: As) -> None:
    messages.deliver(messages.message(created_at=NOW), account=cast.northwind)
    old = messages.message(created_at=NOW - timedelta(days=1))
    made = messages.deliver(old, account=cast.northwind).delivery
    client = client_as("distributor")
    assert "changed nothing" in text(client.get(f"{URL}{made.uuid}/"))
    assert "Overtaken" in text(client.get(URL))


def test_pages_follow_each_other(cast: Cast, client_as: As) -> None:
    made = [factories.delivery(account=cast.northwind) for _ in range(59)]
    client = client_as("distributor")
    newest = client.get(URL).context["found"]
    assert newest.rows[0].message_id == made[-1].message_id
    assert (len(newest.rows), newest.newer, newest.older) == (50, False, True)
    older = client.get(f"{URL}?older={newest.rows[-1].uuid}").context["found"]
    assert (len(older.rows), older.newer, older.older) == (10, True, False)
    assert older.rows[-1].message_id == cast.delivery.message_id
    assert client.get(f"{URL}?newer={older.rows[0].uuid}").context["found"].rows == newest.rows
    last = client.get(f"{URL}?page=last").context["found"]
    assert last.rows[-1] == older.rows[-1]
    foreign = factories.delivery(account=cast.southgate)
    assert "Nothing on this page" in text(client.get(f"{URL}?older={foreign.uuid}"))


@pytest.mark.parametrize("name", DELIVERERS)
def test_the_number_of_queries_is_constant(
    name: str, cast: Cast, client_as: As, django_assert_max_num_queries: Any
) -> None:
    client = client_as(name)
    made = [factories.delivery(account=cast.northwind) for _ in range(30)]
    for delivery in made:
        factories.request(track=cast.song, delivery=delivery)
    for _ in range(60):
        release = factories.release(account=cast.northwind)
        factories.request(track=factories.track(release=release), delivery=cast.delivery)
    own = 2 + (name != "analyst")  # session, login, and what it acts for
    with django_assert_max_num_queries(own + 3):
        assert client.get(URL).status_code == 200
    with django_assert_max_num_queries(own + 5):
        assert client.get(f"{URL}{cast.delivery.uuid}/").status_code == 200
    with django_assert_max_num_queries(own + 3):
        assert client.get(f"{URL}{cast.delivery.uuid}/progress/").status_code == 200
    with django_assert_max_num_queries(own + 1):
        assert client.get(f"{URL}{cast.delivery.uuid}/raw/").status_code == 200


def test_every_account_can_be_chosen_by_its_key_when_there_are_many(
    cast: Cast, client_as: As
) -> None:
    Account.objects.bulk_create(
        Account(key=f"many-{number}", name=f"A{number:04}", created_at=NOW) for number in range(320)
    )
    page = client_as("analyst").get(URL).content
    assert b'<input id="id_account" name="account" list="accounts"' in page
    response = hand_in(client_as("analyst"), messages.message(), account="southgate")
    assert response.status_code == 302
