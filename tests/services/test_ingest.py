"""A message comes in whole or not at all, once, and the latest word stands."""

from __future__ import annotations

import hashlib
import itertools
import json
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from policy.ingest.refusals import MessageRefused
from policy.models import (
    Account,
    AuditEntry,
    Consent,
    Contributor,
    Delivery,
    Detection,
    EvaluationRequest,
    Involvement,
    Party,
    Relation,
    Release,
    Share,
    Track,
    TrackTerm,
)
from policy.services.ingest import MessageConflict, delivery_record
from tests import factories
from tests.factories import NOW
from tests.messages import LABEL, SINGER, consent, deliver, message, purge, release, track
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


# --- Again, late, refused ----------------------------------------------------------------------


def test_the_same_message_again_is_the_same_delivery(account: Account) -> None:
    first = deliver(raw := message(id="m1"), account=account)
    again = deliver(raw, account=account, at=NOW + DAY)
    assert again.repeated
    assert again.delivery == first.delivery
    assert (again.tracks, again.requests) == (first.tracks, first.requests)
    assert Delivery.objects.count() == EvaluationRequest.objects.count() == 1
    assert Track.objects.get().deliveries == 1


def test_a_repeated_message_has_its_warnings_again(account: Account) -> None:
    raw = message(tracks=[track(isrc="ZZ-1")])
    first, again = deliver(raw, account=account), deliver(raw, account=account)
    assert first.warnings == again.warnings
    assert [warning.code for warning in again.warnings] == ["isrc-syntax"]


def test_a_message_id_with_other_content_is_refused(account: Account) -> None:
    deliver(message(id="m1"), account=account)
    with pytest.raises(MessageConflict, match="`m1` was delivered before, on 2026-11-22 at 12:00"):
        deliver(message(id="m1", tracks=[track(title="Other")]), account=account)
    assert Track.objects.get().title == "Open Door A1"


def test_accounts_have_message_ids_and_releases_of_their_own(account: Account) -> None:
    deliver(message(id="m1"), account=account)
    other = deliver(message(id="m1", tracks=[track(title="Other")]), account=factories.account())
    assert not other.repeated
    assert Release.objects.count() == Track.objects.count() == 2


def test_the_latest_message_of_a_release_stands(account: Account) -> None:
    deliver(message(), account=account)
    later = message(
        created_at=NOW + HOUR,
        tracks=[track(title="Closed Door", contributors=[], contains_ai="all")],
        releases=[release(title="Closed Doors")],
    )
    recorded = deliver(later, account=account, at=NOW + DAY)
    [row] = Track.objects.select_related("release")
    assert (row.title, row.contains_ai, row.release.title) == ("Closed Door", "all", "Closed Doors")
    assert (row.deliveries, row.delivery) == (2, recorded.delivery)
    assert (row.first_delivered_at, row.last_delivered_at) == (NOW, NOW + DAY)
    assert not Contributor.objects.exists()
    assert Share.objects.count() == 1
    assert not TrackTerm.objects.filter(term=b"open").exists()


def test_an_older_message_that_comes_late_is_kept_and_changes_nothing(account: Account) -> None:
    deliver(message(created_at=NOW, tracks=[track(title="New")]), account=account)
    parties = Party.objects.count()
    old = message(
        created_at=NOW - HOUR,
        tracks=[track(title="Old", artists=[], contributors=[])],
        parties=[LABEL, SINGER, {"reference": "x", "name": "Nobody Else"}],
    )
    late = deliver(old, account=account, at=NOW + DAY)
    assert late.superseded
    assert (late.tracks, late.requests) == ((), ())
    assert late.delivery.superseded
    assert Delivery.objects.count() == 2
    assert Track.objects.get().title == "New"
    assert Party.objects.count() == parties
    assert deliver(old, account=account, at=NOW + DAY).repeated


def test_of_two_messages_made_at_once_the_one_that_comes_later_stands(account: Account) -> None:
    deliver(message(tracks=[track(title="First")]), account=account)
    deliver(message(tracks=[track(title="Second")]), account=account)
    assert Track.objects.get().title == "Second"


def test_a_message_may_be_late_for_one_release_only(account: Account) -> None:
    other = "4012345678901"
    deliver(message(created_at=NOW), account=account)
    both = message(
        created_at=NOW - HOUR,
        tracks=[track("A1", title="Old"), track("A2")],
        releases=[release("A1"), release("A2", icpn=other, title="Other Doors")],
    )
    recorded = deliver(both, account=account)
    assert not recorded.superseded
    assert [row.reference for row in recorded.tracks] == ["A2"]
    assert [warning.code for warning in recorded.warnings] == ["release-superseded"]
    assert set(Track.objects.values_list("title", flat=True)) == {"Open Door A1", "Open Door A2"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"<nothing",
        b"\x00\x01\x02",
        message(tracks=[track(contains_ai="some")]),
        message(tracks=[track("A1")], releases=[release("A9")]),
    ],
)
def test_a_refused_message_leaves_nothing_behind(account: Account, raw: bytes) -> None:
    with pytest.raises(MessageRefused):
        deliver(raw, account=account)
    for model in (Delivery, Release, Track, EvaluationRequest, Consent, Involvement):
        assert not model.objects.exists()


def test_two_releases_of_a_message_with_one_identity_are_refused(account: Account) -> None:
    raw = message(
        tracks=[track("A1"), track("A2")],
        releases=[release("A1", reference="R1"), release("A2", reference="R2", title="Again")],
    )
    with pytest.raises(MessageRefused, match="have the same identifier"):
        deliver(raw, account=account)
    assert not Delivery.objects.exists()


def test_a_failure_on_the_way_leaves_nothing_behind(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("policy.services.ingest.consents_store", fail)
    with pytest.raises(RuntimeError):
        deliver(message(), account=account)
    assert not Delivery.objects.exists()
    assert not Party.objects.exclude(name="North").exists()


# --- Tracks of a release -----------------------------------------------------------------------


def ids() -> dict[str, int]:
    """Ids of the tracks that are there, by title."""
    return dict(Track.objects.filter(removed_at=None).values_list("title", "pk"))


def test_a_renumbered_release_keeps_its_tracks(account: Account) -> None:
    one, two = (
        {"title": "One", "isrc": "ZZTST2600001"},
        {"title": "Two", "isrc": "ZZTST2600002"},
    )
    deliver(message(tracks=[track("A1", **one), track("A2", **two)]), account=account)
    before = ids()
    raw = message(tracks=[track("A1", **two), track("A2", **one), track("A3", title="Three")])
    recorded = deliver(raw, account=account)
    assert {title: ids()[title] for title in before} == before
    assert [row.reference for row in recorded.tracks] == ["A1", "A2", "A3"]
    assert dict(Track.objects.values_list("title", "reference")) == {
        "Two": "A1",
        "One": "A2",
        "Three": "A3",
    }


def test_an_isrc_may_be_corrected_in_its_place(account: Account) -> None:
    deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    before = ids()
    deliver(message(tracks=[track(isrc="ZZTST2600002")]), account=account)
    assert ids() == before


def test_an_isrc_may_come_later_and_with_another_title(account: Account) -> None:
    deliver(message(tracks=[track(title="Untitled")]), account=account)
    deliver(message(tracks=[track(title="Titled", isrc="ZZTST2600001")]), account=account)
    assert list(ids()) == ["Titled"]
    assert Track.objects.count() == 1


def test_another_recording_in_the_place_is_another_track(account: Account) -> None:
    deliver(message(tracks=[track(title="One", isrc="ZZTST2600001")]), account=account)
    deliver(message(tracks=[track(title="Two", isrc="ZZTST2600002")]), account=account)
    assert list(ids()) == ["Two"]
    assert Track.objects.get(title="One").removed_at == NOW


def test_a_track_that_left_keeps_its_row_and_may_come_back(account: Account) -> None:
    one, two = track("A1", isrc="ZZTST2600001"), track("A2", isrc="ZZTST2600002")
    deliver(message(tracks=[one, two]), account=account)
    gone = Track.objects.get(reference="A2")
    recorded = deliver(message(tracks=[one]), account=account, at=NOW + HOUR)
    gone.refresh_from_db()
    assert gone.removed_at == NOW + HOUR
    assert gone.pk not in {request.track_id for request in recorded.requests}
    back = deliver(message(tracks=[one, two]), account=account, at=NOW + DAY)
    found = Track.objects.get(pk=gone.pk)
    assert found.removed_at is None
    assert found.deliveries == 2
    assert found in back.tracks


def test_two_tracks_of_a_release_with_one_isrc_are_two(account: Account) -> None:
    twins = [track("A1", isrc="ZZTST2600001"), track("A2", isrc="ZZTST2600001")]
    deliver(message(tracks=twins), account=account)
    before = dict(Track.objects.values_list("reference", "pk"))
    assert len(before) == 2
    deliver(message(tracks=twins[::-1]), account=account)
    assert dict(Track.objects.values_list("reference", "pk")) == before


def test_a_recording_on_two_releases_is_two_tracks(account: Account) -> None:
    raw = message(
        tracks=[track(isrc="ZZTST2600001")],
        releases=[release(), release(icpn="4012345678901", title="Single")],
    )
    recorded = deliver(raw, account=account)
    assert len(recorded.tracks) == 2
    assert {row.isrc for row in recorded.tracks} == {"ZZTST2600001"}


def test_a_release_is_found_by_any_of_its_identifiers(account: Account) -> None:
    grid = "A12425GABC1234002M"
    deliver(message(releases=[release(icpn="", grid=grid)]), account=account)
    deliver(message(releases=[release(grid=grid)]), account=account)  # an ICPN came
    deliver(message(), account=account)  # the ICPN alone
    assert Release.objects.count() == Track.objects.count() == 1


def test_a_release_without_identifiers_is_known_by_its_names(account: Account) -> None:
    for title in ("Open Doors", "OPEN DOORS", "Closed Doors"):
        deliver(message(releases=[release(icpn="", title=title)]), account=account)
    assert Release.objects.count() == 2


# --- Purges ------------------------------------------------------------------------------------


def test_a_purge_takes_a_release_and_its_tracks_away(account: Account) -> None:
    deliver(message(tracks=[track("A1"), track("A2")]), account=account)
    recorded = deliver(purge(created_at=NOW + HOUR), account=account, at=NOW + HOUR)
    assert recorded.delivery.kind == "purge"
    assert len(recorded.tracks) == 2
    assert recorded.requests == ()
    assert Release.objects.get().purged_at == NOW + HOUR
    assert set(Track.objects.values_list("removed_at", flat=True)) == {NOW + HOUR}


def test_a_message_after_a_purge_brings_the_release_back(account: Account) -> None:
    first = deliver(message(), account=account)
    deliver(purge(created_at=NOW + HOUR), account=account, at=NOW + HOUR)
    late = deliver(message(created_at=NOW + HOUR / 2), account=account, at=NOW + DAY)
    assert late.superseded
    again = deliver(message(created_at=NOW + DAY), account=account, at=NOW + DAY)
    assert again.tracks == first.tracks
    assert Release.objects.get().purged_at is None
    assert Track.objects.get().removed_at is None


def test_a_purge_of_what_was_never_here_is_kept_with_a_warning(account: Account) -> None:
    recorded = deliver(purge(), account=account)
    assert [warning.code for warning in recorded.warnings] == ["purge-unknown-release"]
    assert recorded.tracks == ()
    assert Delivery.objects.get().warnings[0]["code"] == "purge-unknown-release"


def test_a_purge_may_overtake_what_it_purges(account: Account) -> None:
    deliver(purge(created_at=NOW + HOUR), account=account)
    assert deliver(message(), account=account).superseded
    assert not Track.objects.exists()
    deliver(message(created_at=NOW + DAY), account=account)
    assert Release.objects.get().purged_at is None
    assert Track.objects.exists()


def test_an_older_purge_that_comes_late_changes_nothing(account: Account) -> None:
    deliver(message(), account=account)
    assert deliver(purge(created_at=NOW - HOUR), account=account).superseded
    assert Track.objects.get().removed_at is None


def test_nobody_purges_what_another_account_delivered(account: Account) -> None:
    deliver(message(), account=account)
    deliver(purge(created_at=NOW + HOUR), account=factories.account())
    assert Track.objects.get().removed_at is None


# --- Neighbours --------------------------------------------------------------------------------


def causes(requests: tuple[EvaluationRequest, ...]) -> dict[int, str]:
    """Why each track is evaluated."""
    return {request.track_id: request.cause for request in requests}


def test_tracks_that_look_alike_are_evaluated_again(account: Account) -> None:
    same_isrc = factories.track(isrc="ZZTST2600001", title="Something")
    same_names = factories.track(title="open door a1", display_artist="nadir field")
    related = factories.track()
    factories.relation(track=related, isrc="ZZTST2600001")
    stranger = factories.track()
    recorded = deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    [row] = recorded.tracks
    assert causes(recorded.requests) == {
        row.pk: "delivery",
        same_isrc.pk: "neighbour",
        same_names.pk: "neighbour",
        related.pk: "neighbour",
    }
    assert stranger.pk not in causes(recorded.requests)


def test_neighbours_of_before_and_after_a_change_are_evaluated_again(account: Account) -> None:
    deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    old, new = factories.track(isrc="ZZTST2600001"), factories.track(isrc="ZZTST2600002")
    recorded = deliver(message(tracks=[track(isrc="ZZTST2600002")]), account=account)
    assert {old.pk, new.pk} <= causes(recorded.requests).keys()


def test_a_message_that_changes_nothing_of_it_leaves_neighbours_alone(account: Account) -> None:
    factories.track(isrc="ZZTST2600001")
    deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    again = deliver(message(tracks=[track(isrc="ZZTST2600001", genre="Folk")]), account=account)
    assert len(again.requests) == 1


def test_neighbours_of_a_purged_track_are_evaluated_again(account: Account) -> None:
    deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    twin = factories.track(isrc="ZZTST2600001")
    recorded = deliver(purge(created_at=NOW + HOUR), account=account)
    assert causes(recorded.requests) == {twin.pk: "neighbour"}


def test_neighbours_are_bounded(account: Account) -> None:
    shelf = factories.release()
    for _ in range(60):
        factories.track(release=shelf, isrc="ZZTST2600001")
    recorded = deliver(message(tracks=[track(isrc="ZZTST2600001")]), account=account)
    assert len(recorded.requests) == 51
    newest = Track.objects.filter(release=shelf).order_by("-pk").first()
    assert newest is not None
    assert newest.pk in causes(recorded.requests)


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


# --- Order -------------------------------------------------------------------------------------

STORY = (
    [track("A1", title="One", isrc="ZZTST2600001"), track("A2", title="Two")],
    [track("A1", title="Two"), track("A2", title="One", isrc="ZZTST2600001"), track("A3")],
    [track("A1", title="One, again", isrc="ZZTST2600001", consents=[consent()])],
    None,  # a purge
)


def state() -> dict[str, Any]:
    """What is there of the one release and its tracks, and what may be done with them."""
    tracks = Track.objects.filter(removed_at=None).order_by("reference")
    shelf = Release.objects.get()
    at = NOW + 9 * DAY
    consents = Consent.objects.filter(decision="granted", valid_from__lte=at, replaced_by=None)
    return {
        "tracks": list(tracks.values_list("reference", "title", "isrc", "contributors__role")),
        "shares": sorted(tracks.values_list("reference", "shares__basis_points")),
        "made": shelf.message_created_at,
        "purged": shelf.purged_at is not None,
        "granted": consents.exclude(valid_until__lte=at).count(),
    }


@pytest.mark.parametrize("length", [3, 4])
def test_messages_may_come_in_any_order(length: int) -> None:
    messages = [
        purge(created_at=NOW + place * HOUR)
        if tracks is None
        else message(created_at=NOW + place * HOUR, tracks=tracks)
        for place, tracks in enumerate(STORY[:length])
    ]
    found = []
    for order in itertools.permutations(range(length)):
        with transaction.atomic():
            sender = factories.account()
            for arrival, place in enumerate(order):
                deliver(messages[place], account=sender, at=NOW + DAY + arrival * HOUR)
            found.append(state())
            transaction.set_rollback(True)
    assert all(one == found[0] for one in found)
    assert len(found[0]["tracks"]) == (1 if length == 3 else 0)
