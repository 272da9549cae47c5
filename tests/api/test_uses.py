"""Uses are registered and reported, consents said and withdrawn, money read."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from policy.accounting.statements import decode, write
from policy.models import Attribution, Consent, Job, Usage, UsageCheck
from policy.services import usage_checks
from policy.services.work import work_pending
from tests.api.conftest import As
from tests.cast import Cast
from tests.factories import NOW
from tests.uses import Uses, make_uses

PLAN = {
    "reference": "run-1",
    "kind": "train_generative",
    "model": "Oriole",
    "model_version": "1",
    "starts_at": "2027-01-01T00:00:00Z",
    "query": {},
}


def _register(client: Any, **fields: Any) -> Any:
    body = {name: value for name, value in (PLAN | fields).items() if value is not None}
    return client.post(reverse("api-usages"), body)


def test_a_plan_is_answered_track_by_track(cast: Cast, client_as: As) -> None:
    client = client_as("licensee")
    response = _register(client)
    assert response.status_code == HTTPStatus.CREATED, response.content
    body = response.json()
    assert body["state"] == "answered"
    assert body["usage"]["licensee"]["name"] == "Oriole AI"
    assert sum(body["check_made"]["counts"].values()) == 2
    assert [track["title"] for track in body["tracks"]] == ["Lantern Cover", "Lantern Song"]
    read = client.get(response["Location"]).json()
    assert {name: read[name] for name in read if name != "links"} == {
        name: body[name] for name in body if name != "links"
    }


def test_the_same_again_is_the_same_use(cast: Cast, client_as: As) -> None:
    client = client_as("licensee")
    first, again = _register(client), _register(client)
    assert again.status_code == HTTPStatus.OK
    assert again.json()["usage"]["uuid"] == first.json()["usage"]["uuid"]
    other = _register(client, model_version="2")
    assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert other.json()["type"] == "urn:stave:problem:usage-refused"
    assert other.json()["problems"] == [
        {"message": "`run-1` is on record with model version `1`, not `2`"}
    ]
    assert Usage.objects.count() == 1


def test_a_report_keeps_its_weights_and_what_it_relied_on(cast: Cast, client_as: As) -> None:
    tracks = [
        {"track": str(cast.song.uuid), "weight": "0.5", "confidence": "0.9"},
        {"track": str(cast.rival.uuid), "weight": "0.25"},
    ]
    response = _register(
        client_as("licensee"), kind="generate_output", stage="reported", query=None, units=40,
        starts_at="2026-11-22T13:00:00Z", tracks=tracks, attribution_method="embedding 2",
        output_reference="oriole/1",
    )  # fmt: skip
    assert response.status_code == HTTPStatus.CREATED, response.content
    rows = Attribution.objects.order_by("track").values_list("track", "weight", "confidence")
    assert list(rows) == [(cast.song.pk, 500_000, 900_000), (cast.rival.pk, 250_000, None)]
    assert response.json()["usage"]["stage"] == "reported"


def test_all_mistakes_of_a_use_are_told_with_their_place(cast: Cast, client_as: As) -> None:
    nobody = str(uuid4())
    tracks = [
        {"track": nobody, "weight": "0.5"},
        {"track": str(cast.song.uuid), "weight": "half"},
    ]
    body = _register(client_as("licensee"), query=None, tracks=tracks).json()
    assert [(one["field"], one["message"]) for one in body["problems"]] == [
        ("tracks.0.track", f"There is no track {nobody}."),
        ("tracks.1", "`half` is no weight: write a number from 0 to 1."),
    ]
    heavy = [{"track": str(track.uuid), "weight": "0.7"} for track in (cast.song, cast.rival)]
    refused = _register(client_as("licensee"), query=None, tracks=heavy, territories=["XX1"])
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    messages = " ".join(one["message"] for one in refused.json()["problems"])
    assert "add up to 1.4" in messages
    assert "XX1" in messages
    assert "method" in messages
    both = _register(client_as("licensee"), tracks=heavy)
    assert both.status_code == HTTPStatus.BAD_REQUEST
    assert not Usage.objects.exists()


def test_nobody_registers_a_use_for_another(cast: Cast, client_as: As) -> None:
    for name in ("label", "distributor"):
        response = _register(client_as(name), licensee=str(cast.oriole.uuid))
        assert response.status_code == HTTPStatus.FORBIDDEN, name
    assert _register(client_as("stranger")).status_code == HTTPStatus.FORBIDDEN
    unsaid = _register(client_as("analyst"))
    assert unsaid.json()["type"] == "urn:stave:problem:licensee-needed"
    staff = _register(client_as("analyst"), licensee=str(cast.oriole.uuid))
    assert staff.status_code == HTTPStatus.CREATED


def test_a_large_use_is_left_to_the_workers(
    cast: Cast, client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_checks, "AT_ONCE", 1)
    response = _register(client_as("licensee"))
    assert response.json()["state"] == "waiting"
    assert Job.objects.get().kind == "usage_check"
    work_pending(clock=lambda: NOW)
    assert UsageCheck.objects.get().tracks == 2
    assert client_as("licensee").get(response["Location"]).json()["state"] == "answered"


SAID = {"layer": "master", "uses": ["train_generative", "remix"], "decision": "denied"}


def test_a_party_says_its_consents_in_its_own_name(cast: Cast, client_as: As) -> None:
    body = SAID | {"source": "court_order", "territories": ["DE"]}
    response = client_as("label").post(reverse("api-consents"), body)
    assert response.status_code == HTTPStatus.CREATED, response.content
    rows = response.json()["results"]
    assert [row["use"] for row in rows] == ["train_generative", "remix"]
    assert {(row["source"], row["assurance"]) for row in rows} == {("portal", "verified_party")}
    again = client_as("label").post(reverse("api-consents"), body).json()["results"]
    assert [row["uuid"] for row in again] == [row["uuid"] for row in rows]
    listed = client_as("label").get(reverse("api-consents") + "?use=remix").json()["results"]
    assert [row["grantor"]["name"] for row in listed] == ["Halcyon Records"]
    assert client_as("other_label").get(reverse("api-consents")).json()["results"] == []


def test_all_mistakes_of_a_statement_are_told_with_their_field(cast: Cast, client_as: As) -> None:
    wrong = SAID | {"scope": "work", "subject": "T1", "condition": "credit", "model_version": "2"}
    response = client_as("label").post(reverse("api-consents"), wrong)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    fields = {one["field"] for one in response.json()["problems"]}
    assert fields == {"subject", "condition", "model_version"}
    assert not Consent.objects.exists()
    shapeless = client_as("label").post(reverse("api-consents"), {"uses": ["dance"]})
    assert {one["field"] for one in shapeless.json()["problems"]} >= {"layer", "decision"}
    other = client_as("label").post(
        reverse("api-consents"), SAID | {"grantor": str(cast.brightwater.uuid)}
    )
    assert other.status_code == HTTPStatus.FORBIDDEN


@pytest.fixture
def made(cast: Cast) -> Uses:
    return make_uses(cast)


def test_a_preview_of_a_withdrawal_writes_nothing(cast: Cast, made: Uses, client_as: As) -> None:
    address = reverse("api-consent-withdraw", args=[made.grant.uuid])
    before = Consent.objects.count()
    preview = client_as("label").post(address + "?preview=1")
    assert preview.status_code == HTTPStatus.OK
    body = preview.json()
    assert (body["tracks"], body["redecided"]) == (1, 1)
    assert [use["usage"] for use in body["past"]] == [str(made.training.uuid)]
    assert {(told["name"], told["role"]) for told in body["told"]} >= {
        ("Oriole AI", "licensee"),
        ("Ines Okafor", "owner"),
    }
    assert Consent.objects.count() == before
    assert not Job.objects.exists()


def test_a_withdrawal_is_recorded_and_left_to_the_workers(
    cast: Cast, made: Uses, client_as: As
) -> None:
    address = reverse("api-consent-withdraw", args=[made.grant.uuid])
    for name in ("other_label", "licensee"):
        assert client_as(name).post(address).status_code == HTTPStatus.NOT_FOUND
    response = client_as("label").post(address)
    assert response.status_code == HTTPStatus.CREATED
    assert response.json()["decision"] == "withdrawn"
    assert Consent.objects.get(decision="withdrawn").assurance == "verified_party"
    assert Job.objects.get().kind == "withdrawal"
    again = client_as("label").post(address)
    assert again.json()["problems"][0]["message"].startswith("something later has replaced it")


@pytest.mark.parametrize(
    ("accept", "form"),
    [("application/json", "json"), ("text/csv", "csv"), ("text/tab-separated-values", "dsr")],
)
def test_a_statement_is_given_in_the_format_that_is_accepted(
    accept: str, form: Any, made: Uses, client_as: As
) -> None:
    address = reverse("api-payout-statement", args=[made.statement.uuid])
    response = client_as("label").get(address, headers={"accept": accept})
    assert response["Content-Type"].startswith(accept)
    document = decode(client_as("label").get(address + "?format=json").content)
    assert response.content == write(document, form)
    assert "attachment" in response["Content-Disposition"]


def test_a_format_that_there_is_not_is_a_problem(made: Uses, client_as: As) -> None:
    address = reverse("api-payout-statement", args=[made.statement.uuid])
    response = client_as("label").get(address, headers={"accept": "application/pdf"})
    assert response.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert response.json()["status"] == 406


def test_a_party_reads_its_money(cast: Cast, made: Uses, client_as: As) -> None:
    address = reverse("api-party-payouts", args=[cast.halcyon.uuid])
    body = client_as("label").get(address).json()
    assert [(row["licensee"], row["net"]) for row in body["earned"]] == [
        ("Oriole AI", 63_000_000_000)
    ]
    assert [row["paid"] for row in body["statements"]] == [63_000]
    assert len(body["uses"]) == 2
