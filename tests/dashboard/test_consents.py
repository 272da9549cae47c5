"""A party allows, refuses and withdraws on pages."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policy.models import AuditEntry, Consent, Job
from tests import uses
from tests.cast import Cast
from tests.dashboard.conftest import As
from tests.dashboard.reading import section, words
from tests.uses import Uses, make_uses

REFUSAL = {
    "decision": "denied",
    "uses": ["train_generative", "fine_tune"],
    "layer": "master",
    "scope": "catalogue",
}


@pytest.fixture
def made(cast: Cast) -> Uses:
    return make_uses(cast)


def _say(client: Any, cast: Cast, **fields: Any) -> Any:
    return client.post(reverse("consent-new", args=[cast.halcyon.uuid]), REFUSAL | fields)


def test_a_party_refuses_in_its_own_name(cast: Cast, client_as: As) -> None:
    client = client_as("label")
    response = _say(client, cast)
    assert response["Location"] == reverse("party-consents", args=[cast.halcyon.uuid])
    rows = Consent.objects.filter(grantor=cast.halcyon)
    assert sorted(row.use for row in rows) == ["fine_tune", "train_generative"]
    for row in rows:
        assert (row.decision, row.source, row.assurance) == ("denied", "portal", "verified_party")
        assert row.recorded_by == cast["label"]
    assert AuditEntry.objects.filter(action="consent_say").count() == 2
    page = words(client.get(response["Location"]))
    assert "Recorded. The tracks that it concerns are decided anew." in page
    assert "Fine tune Denied All works of the grantor Master anyone Everywhere" in page


def test_a_grant_says_to_whom_where_until_when_and_by_what_document(
    cast: Cast, made: Uses, client_as: As
) -> None:
    document = SimpleUploadedFile("deal.pdf", b"deal")
    response = _say(
        client_as("label"), cast, decision="granted", uses=["remix"], scope="track",
        subject=str(cast.song.uuid), licensee=str(cast.oriole.uuid), model="Oriole",
        territories="de, se", valid_from="2027-01-01", last_day="2027-12-31",
        condition="payment", terms="By contract.", evidence=document,
    )  # fmt: skip
    row = Consent.objects.get(use="remix")
    assert response["Location"] == reverse("consent-detail", args=[row.uuid])
    assert (row.track, row.licensee, row.territories) == (cast.song, cast.oriole, ["DE", "SE"])
    assert row.valid_until is not None
    assert row.valid_until.isoformat() == "2028-01-01T00:00:00+00:00", "the last day is included"
    assert row.evidence_digest == hashlib.sha256(b"deal").hexdigest()
    page = words(client_as("label").get(response["Location"]))
    assert "Oriole AI, model Oriole only" in page
    assert "deal.pdf" in page


def test_all_mistakes_are_told_at_once_and_nothing_is_recorded(cast: Cast, client_as: As) -> None:
    client = client_as("label")
    response = _say(
        client, cast, scope="recording", subject="no isrc", territories="Germany",
        model_version="2", valid_from="2027-02-01", last_day="2027-01-01",
    )  # fmt: skip
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = response.content.decode()
    for field in ("subject", "territories", "model_version", "last_day"):
        assert f'<a href="#id_{field}">' in page, field
    assert 'value="no isrc"' in page, "what was typed stays"
    nothing = client.post(reverse("consent-new", args=[cast.halcyon.uuid]), {})
    assert nothing.status_code == HTTPStatus.BAD_REQUEST
    assert "Choose at least one use." in nothing.content.decode()
    assert not Consent.objects.filter(grantor=cast.halcyon).exists()


def test_a_track_of_others_cannot_be_spoken_about(cast: Cast, client_as: As) -> None:
    response = _say(client_as("label"), cast, scope="track", subject=str(cast.rival.uuid))
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Name a track of the catalogue." in response.content.decode()


def test_who_does_not_act_for_the_party_cannot_say_anything(cast: Cast, client_as: As) -> None:
    for name in ("other_label", "distributor", "licensee", "stranger"):
        assert _say(client_as(name), cast).status_code == HTTPStatus.NOT_FOUND
    assert not Consent.objects.filter(grantor=cast.halcyon).exists()


def test_a_withdrawal_is_looked_at_before_it_is_done(cast: Cast, made: Uses, client_as: As) -> None:
    client = client_as("label")
    address = reverse("consent-withdraw", args=[made.grant.uuid])
    page = client.get(address)
    assert "Tracks covered 1" in section(page, "stops")
    assert "Train generative by Oriole AI 1 Oct 2026" in section(page, "stays")
    assert "Ines Okafor owner" in section(page, "told")
    assert made.plan.reference not in words(page), "a plan is the licensee's"
    assert not Job.objects.exists()
    response = client.post(address)
    withdrawn = Consent.objects.get(decision="withdrawn")
    assert (withdrawn.replaces, withdrawn.assurance) == (made.grant, "verified_party")
    assert response["Location"] == reverse("consent-detail", args=[withdrawn.uuid])
    assert Job.objects.get().kind == "withdrawal"
    assert "nothing to withdraw" in words(client.get(address))
    again = client.post(address)
    assert again.status_code == HTTPStatus.CONFLICT
    assert "Nothing was withdrawn" in again.content.decode()


def test_others_cannot_withdraw(cast: Cast, made: Uses, client_as: As) -> None:
    address = reverse("consent-withdraw", args=[made.grant.uuid])
    for name in ("other_label", "licensee", "stranger"):
        assert client_as(name).post(address).status_code == HTTPStatus.NOT_FOUND
    assert not Job.objects.exists()


def test_the_registry_is_read_as_of_any_day(cast: Cast, made: Uses, client_as: As) -> None:
    client, address = client_as("label"), reverse("party-consents", args=[cast.halcyon.uuid])
    assert "Train generative Granted Payment" in words(client.get(address))
    before = words(client.get(address + "?on=2026-09-01"))
    assert "Nothing like that was said" in before
    assert "In force at the end of 1 Sep 2026" in before
    unknown = words(client.get(address + "?known=2026-10-15"))
    assert "Nothing like that was said" in unknown, "it was recorded later"
    assert "Train generative" in words(client.get(address + "?every=on"))


def test_the_track_tells_by_whom_it_was_used(cast: Cast, made: Uses, client_as: As) -> None:
    address = reverse("track-detail", args=[cast.song.uuid])
    told = section(client_as("label").get(address), "used")
    assert "Generate output Oriole AI Oriole 2 oriole/8831" in told
    assert "song-31" not in told, "the reference is the licensee's"
    uses.usage(cast.oriole, "other")
    assert "song-31" in section(client_as("analyst").get(address), "used")
