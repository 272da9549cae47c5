"""Handing messages in and following them."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy import tasks
from policy.ingest import limits
from policy.models import AuditEntry, Decision, Delivery, EvaluationRequest
from policy.services.evaluation import evaluate_pending
from tests import factories, messages
from tests.api.conftest import As
from tests.cast import Cast

URL = "/api/deliveries/"
ERN = Path(__file__).resolve().parents[1] / "fixtures" / "ern"


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the workers are told."""
    told: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda: told.append("look"))
    return told


def _post(client: Any, raw: bytes, kind: str = "application/json", query: str = "") -> Any:
    return client.post(URL + query, raw, content_type=kind)


def test_a_message_is_taken_in_and_followed_until_it_is_decided(
    client_as: As, nudges: list[str]
) -> None:
    client = client_as("distributor")
    tracks = [messages.track("A1", isrc="ZZTST2600001"), messages.track("A2", duration_seconds=9)]
    response = _post(client, messages.message(tracks=tracks))
    assert response.status_code == HTTPStatus.ACCEPTED, response.content
    assert nudges == ["look"]
    status = response.json()
    assert status["delivery"]["url"] == response["Location"]
    assert status["progress"] == {
        "total": 2, "queued": 2, "decided": 0, "parked": 0, "finished": False, "effects": {},
    }  # fmt: skip
    assert [track["state"] for track in status["tracks"]] == ["queued", "queued"]
    evaluate_pending(now=timezone.now())
    status = client.get(response["Location"]).json()
    assert status["progress"]["finished"]
    assert status["progress"]["effects"] == {"allow": 1, "review": 1}
    decided = status["tracks"][1]
    assert (decided["title"], decided["state"], decided["effect"]) == (
        "Open Door A2",
        "done",
        "review",
    )
    found = client.get(f"/api/decisions/{decided['decision']}/").json()
    assert found["verdict"]["effect"] == "review"
    listed = client.get(f"/api/tracks/?delivery={status['delivery']['uuid']}").json()
    assert [row["title"] for row in listed["results"]] == ["Open Door A2", "Open Door A1"]


@pytest.mark.parametrize("kind", ["application/xml", "text/xml", "application/xml; charset=utf-8"])
def test_ern_is_taken_under_both_names_of_xml(kind: str, client_as: As) -> None:
    response = _post(client_as("distributor"), (ERN / "ern-432-shares.xml").read_bytes(), kind)
    assert response.status_code == HTTPStatus.ACCEPTED, response.content
    assert response.json()["delivery"]["format"] == "ern/4.3.2"


@pytest.mark.parametrize("name", ["ern-383.xml", "catalogue"])
def test_a_form_brings_a_file_of_either_format(name: str, client_as: As) -> None:
    raw = messages.message() if name == "catalogue" else (ERN / name).read_bytes()
    file = SimpleUploadedFile("spring release.dat", raw)
    response = client_as("distributor").post(URL, {"file": file}, format="multipart")
    assert response.status_code == HTTPStatus.ACCEPTED, response.content
    assert response.json()["delivery"]["file_name"] == "spring release.dat"


@pytest.mark.parametrize("kind", ["application/xml", "application/json"])
def test_a_request_without_a_body_is_told_so(kind: str, client_as: As) -> None:
    response = _post(client_as("distributor"), b"", kind)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["type"] == "urn:stave:problem:no-message"


@pytest.mark.parametrize("form", [{}, {"file": "text, no file"}, {"message": "x"}])
def test_a_form_without_a_file_is_told_what_it_lacks(form: dict[str, str], client_as: As) -> None:
    response = client_as("distributor").post(URL, form, format="multipart")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "in the field `file`" in response.json()["detail"]


def test_the_same_message_again_is_the_same_delivery(client_as: As) -> None:
    client, raw = client_as("distributor"), messages.message()
    first, again = _post(client, raw), _post(client, raw)
    assert again.status_code == HTTPStatus.ACCEPTED
    assert again["Location"] == first["Location"]
    assert AuditEntry.objects.filter(action="delivery_record").count() == 1


def test_a_message_id_with_other_content_is_a_conflict(client_as: As) -> None:
    client = client_as("distributor")
    _post(client, messages.message(id="one"))
    other = [messages.track(title="Another Title")]
    response = _post(client, messages.message(id="one", tracks=other))
    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json()["type"] == "urn:stave:problem:message-conflict"
    assert "give the new message an id of its own" in response.json()["detail"]


def test_every_mistake_comes_back_with_its_place_and_nothing_is_kept(
    client_as: As, nudges: list[str]
) -> None:
    before = Delivery.objects.count(), EvaluationRequest.objects.count()
    raw = (ERN / "many-mistakes.xml").read_bytes()
    response = _post(client_as("distributor"), raw, "application/xml")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    body = response.json()
    assert body["type"] == "urn:stave:problem:message-refused"
    assert len(body["problems"]) > 3
    assert all({"code", "message"} <= problem.keys() for problem in body["problems"])
    assert any(problem.get("line") and problem.get("element") for problem in body["problems"])
    assert any("help" in problem for problem in body["problems"])
    assert (Delivery.objects.count(), EvaluationRequest.objects.count()) == before
    assert nudges == []


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("application/xml", b"\x00\xff\xfe"),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("application/xml", messages.message()),
        ("application/json", b"[" * 100_000),
        ("application/json", b"<a/>"),
        ("application/json", b"\xff\xfe{}"),
    ],
)
def test_what_is_no_message_is_refused_in_words(kind: str, raw: bytes, client_as: As) -> None:
    response = _post(client_as("distributor"), raw, kind)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["problems"][0]["message"]


@pytest.mark.parametrize("form", [False, True])
def test_a_message_that_is_too_big_is_not_read_to_its_end(
    form: bool, client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MESSAGE_BYTES", 1000)
    client, raw = client_as("distributor"), b"x" * 1001
    if form:
        file = SimpleUploadedFile("big.xml", raw)
        response = client.post(URL, {"file": file}, format="multipart")
    else:
        response = _post(client, raw, "application/xml")
    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert response.json()["type"] == "urn:stave:problem:message-too-big"


@pytest.mark.parametrize("kind", ["text/csv", "application/zip", "application/octet-stream"])
def test_another_type_is_415(kind: str, client_as: As) -> None:
    response = _post(client_as("distributor"), b"a,b", kind)
    assert response.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["label", "stranger"])
def test_a_login_without_an_account_delivers_nothing(name: str, client_as: As) -> None:
    response = _post(client_as(name), messages.message())
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["type"] == "urn:stave:problem:no-account"


def test_nobody_delivers_for_an_account_of_others(client_as: As) -> None:
    response = _post(client_as("distributor"), messages.message(), query="?account=southgate")
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert not Delivery.objects.filter(account__key="southgate").exists()


def test_a_login_with_several_accounts_says_which(cast: Cast, client_as: As) -> None:
    factories.membership(user=cast["distributor"], account=cast.southgate)
    client, raw = client_as("distributor"), messages.message()
    unsaid = _post(client, raw)
    assert unsaid.status_code == HTTPStatus.BAD_REQUEST
    assert unsaid.json()["type"] == "urn:stave:problem:account-needed"
    said = _post(client, raw, query="?account=southgate")
    assert said.status_code == HTTPStatus.ACCEPTED
    assert said.json()["delivery"]["account"] == "southgate"


def test_staff_delivers_for_any_account(client_as: As) -> None:
    response = _post(client_as("analyst"), messages.message(), query="?account=northwind")
    assert response.status_code == HTTPStatus.ACCEPTED


def test_others_see_neither_the_delivery_nor_its_neighbours(cast: Cast, client_as: As) -> None:
    """A delivery has tracks of others evaluated again; its status does not tell of them."""
    raw = messages.message(tracks=[messages.track("A1", isrc=cast.song.isrc)])
    response = _post(client_as("other_label"), raw)
    assert EvaluationRequest.objects.filter(track=cast.song, cause="neighbour").exists()
    assert [row["title"] for row in response.json()["tracks"]] == ["Open Door A1"]
    assert response.json()["progress"]["total"] == 1
    for name in ("distributor", "label", "stranger"):
        assert client_as(name).get(response["Location"]).status_code == HTTPStatus.NOT_FOUND
    listed = client_as("other_label").get(URL).json()["results"]
    assert [row["account"] for row in listed] == ["southgate"]


def test_the_list_is_walked_page_by_page_in_both_directions(cast: Cast, client_as: As) -> None:
    for _ in range(4):
        factories.delivery(account=cast.northwind)
    client, seen, url = client_as("distributor"), [], URL + "?limit=2"
    while url:
        page = client.get(url).json()
        seen.append([row["uuid"] for row in page["results"]])
        url = page["links"]["next"]
    rows = Delivery.objects.filter(account=cast.northwind).order_by("-pk")
    assert [uuid for page in seen for uuid in page] == [str(row.uuid) for row in rows]
    assert [len(page) for page in seen] == [2, 2, 1]
    back = client.get(page["links"]["previous"]).json()
    assert [row["uuid"] for row in back["results"]] == seen[1]
    last = client.get(page["links"]["last"]).json()
    assert [row["uuid"] for row in last["results"]] == [str(row.uuid) for row in rows][-2:]
    assert last["links"]["next"] is None


def test_a_track_that_cannot_be_evaluated_is_said_to_be_parked(cast: Cast, client_as: As) -> None:
    EvaluationRequest.objects.filter(delivery=cast.delivery).update(
        state="parked", error="KeyError: 'x'", decision=None
    )
    status = client_as("distributor").get(f"{URL}{cast.delivery.uuid}/").json()
    assert status["progress"]["parked"] == 1
    assert status["tracks"][0]["state"] == "parked"
    assert Decision.objects.exists()


@given(raw=st.binary(max_size=60), kind=st.sampled_from(["application/xml", "application/json"]))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_bytes_make_the_door_fall(raw: bytes, kind: str, client_as: As) -> None:
    response = _post(client_as("distributor"), raw, kind)
    assert response.status_code == (HTTPStatus.UNPROCESSABLE_ENTITY if raw else 400)
