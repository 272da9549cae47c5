"""A message comes in whole or not at all, and what it says is kept."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.ingest.refusals import MessageRefused
from policy.models import (
    Account,
    AuditEntry,
    Delivery,
    Detection,
    EvaluationRequest,
    Involvement,
    Party,
    Relation,
    Track,
    TrackTerm,
)
from policy.services.ingest import delivery_record
from tests import factories
from tests.factories import NOW
from tests.messages import LABEL, SINGER, deliver, message, release, track
from tests.shared import shared_or_skip

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ern"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def account() -> Account:
    """A distributor with a party of its own."""
    return factories.account(key="north", party=factories.party(name="North"))


# --- What is kept ------------------------------------------------------------------------------


def test_a_message_becomes_rows(account: Account) -> None:
    raw = message(
        id="m1",
        tracks=[
            track(
                "A1",
                title="Öppna Dörren (Live)",
                isrc="ZZ-TST-26-00001",
                iswcs=["T-034.524.680-1"],
                genre="Electronic",
                is_cover=True,
                contains_ai="partly",
                contributors=[
                    {"party": "singer", "role": "ComposerLyricist", "ai": "none"},
                    {"special": "generative_ai", "role": "StudioProducer"},
                ],
                relations=[{"kind": "IsCoverOf", "isrc": "ZZTST2600009"}],
                detections=[
                    {
                        "kind": "voice_match",
                        "detector": "voiceprint",
                        "version": "2.1",
                        "score": 0.875,
                        "party": "singer",
                    }
                ],
                shares=[
                    {"party": "label", "layer": "master", "percentage": 66.67},
                    {"party": "singer", "layer": "master", "excluded_territories": ["US"]},
                ],
            )
        ],
    )
    recorded = deliver(raw, account=account, at=NOW + HOUR)

    delivery = recorded.delivery
    assert zlib.decompress(delivery.raw) == raw
    assert delivery.digest == hashlib.sha256(raw).hexdigest()
    assert (delivery.format, delivery.kind, delivery.file_name) == (
        "catalogue/1",
        "new_release",
        "message.json",
    )
    [row] = Track.objects.all()
    assert recorded.tracks == (row,)
    assert (row.isrc, row.isrc_well_formed, row.iswc) == ("ZZTST2600001", True, "T-034.524.680-1")
    assert (row.title_key, row.artist_key) == ("oppna dorren", "nadir field")
    assert (row.genre, row.is_cover, row.is_explicit, row.contains_ai) == (
        "Electronic",
        True,
        None,
        "partly",
    )
    assert row.first_delivered_at == row.last_delivered_at == NOW + HOUR
    assert row.delivery == row.release.delivery == delivery
    assert row.release.icpn_valid
    assert [(c.role, c.facet, c.special, c.ai) for c in row.contributors.all()] == [
        ("ComposerLyricist", "composition", "no", "none"),
        ("ComposerLyricist", "lyrics", "no", "none"),
        ("StudioProducer", "production", "generative_ai", "all"),
    ]
    assert [(s.basis_points, s.excluded_territories) for s in row.shares.order_by("pk")] == [
        (6667, []),
        (None, ["US"]),
    ]
    found = Detection.objects.get()
    assert (found.detector, found.score, found.party) == (
        "voiceprint 2.1",
        875_000,
        Party.objects.get(name="Nadir Field"),
    )
    assert found.detected_at == NOW  # when the message was made, for want of a better
    assert Relation.objects.get().isrc == "ZZTST2600009"
    terms = {bytes(term.term).decode() for term in TrackTerm.objects.all()}
    assert terms == {
        *("oppna", "dorren", "live", "nadir", "field", "zztst2600001", "4006381333931"),
    }


def test_who_has_to_do_with_a_track(account: Account) -> None:
    deliver(message(), account=account)
    found = {(one.party.name, one.kind) for one in Involvement.objects.select_related("party")}
    assert found == {
        ("Example Label", "holder"),
        ("Example Label", "record_label"),
        ("Nadir Field", "contributor"),
        ("North", "deliverer"),
    }


def test_a_display_artist_is_involved_without_a_credit(account: Account) -> None:
    deliver(message(tracks=[track(contributors=[])]), account=account)
    assert Involvement.objects.filter(party__name="Nadir Field", kind="contributor").exists()


def test_one_request_a_track_as_of_the_arrival(account: Account) -> None:
    recorded = deliver(message(tracks=[track("A1"), track("A2")]), account=account, at=NOW + HOUR)
    rows = EvaluationRequest.objects.order_by("pk")
    assert [(row.track, row.cause, row.as_of, row.state) for row in rows] == [
        (one, "delivery", NOW + HOUR, "queued") for one in recorded.tracks
    ]
    assert recorded.requests == tuple(rows)


def test_only_what_a_person_delivers_is_in_the_audit_log(account: Account) -> None:
    deliver(message(), account=account)
    assert not AuditEntry.objects.exists()
    actor = factories.user(name="ada")
    recorded = deliver(message(), account=account, actor=actor)
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action) == ("ada", "delivery_record")
    assert entry.object_uuid == recorded.delivery.uuid


# --- Size --------------------------------------------------------------------------------------


def sized(number: int, icpn: str, title: str) -> bytes:
    """A message with so many tracks."""
    tracks = [
        track(f"A{n}", title=f"{title} {n}", isrc=f"ZZTST26{number * 1000 + n:05}")
        for n in range(number)
    ]
    releases = [release(*(one["reference"] for one in tracks), icpn=icpn)]
    return message(tracks=tracks, releases=releases)


@pytest.mark.parametrize("again", [False, True])
def test_queries_do_not_grow_with_the_tracks(account: Account, again: bool) -> None:
    deliver(message(), account=account)  # the parties are known from here on
    counts = []
    for number, icpn in ((1, "4012345678901"), (120, "4012345123456")):
        if again:
            deliver(sized(number, icpn, "Before"), account=account)
        with CaptureQueriesContext(connection) as queries:
            deliver(sized(number, icpn, "Door"), account=account)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= (30 if again else 22)


def test_texts_of_the_longest_kind_fit(account: Account) -> None:
    # `\ufdfa` is one character that normalises to eighteen.
    raw = message(
        tracks=[track(title="\ufdfa" * 500, display_artist="\ufdfa" * 500)],
        releases=[
            release(
                icpn="", ids=[{"scheme": "proprietary", "value": "x" * 100, "namespace": "y" * 100}]
            )
        ],
        parties=[LABEL | {"name": "\ufdfa" * 300}, SINGER],
    )
    deliver(raw, account=account, file_name="folder/message.json")
    assert len(Track.objects.get().title_key) == 500
    assert Delivery.objects.get().file_name == "message.json"


# --- Samples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["ern-383.xml", "ern-42.xml", "ern-432-shares.xml", "purge-432.xml"]
)
def test_ern_goes_in(account: Account, name: str) -> None:
    raw = (FIXTURES / name).read_bytes()
    recorded = deliver(raw, account=account, file_name=name)
    assert recorded.delivery.format.startswith("ern/")
    assert bool(recorded.tracks) == (name != "purge-432.xml")


def test_every_shared_sample_goes_in_but_the_invalid_one(account: Account) -> None:
    refused = []
    files = sorted(shared_or_skip("samples").glob("ern-*/*.xml"))
    assert files
    for place, file in enumerate(files):
        try:
            deliver(
                file.read_bytes(),
                account=account,
                file_name=file.name,
                at=NOW + timedelta(seconds=place),
            )
        except MessageRefused as refusal:
            refused.append((file.name, str(refusal)))
    assert [name for name, _ in refused] == ["12-invalid-value.xml"]
    assert "12-invalid-value.xml:38:156: error[value-not-allowed]" in refused[0][1]
    assert Delivery.objects.count() == len(files) - 1


def test_a_format_can_be_said(account: Account) -> None:
    raw = b" \n" + message()
    assert deliver(raw, account=account, format="json").delivery.format == "catalogue/1"
    with pytest.raises(MessageRefused):
        delivery_record(
            raw=json.dumps({}).encode(),
            account=account,
            file_name="x.json",
            received_at=NOW,
            format="ern",
        )
