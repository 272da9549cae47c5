"""Fact documents: shaped as declared, the same for the same facts, and honest about what failed."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from policy.facts import Subject, collect, collect_each, collecting
from policy.facts.batch import Batch
from policy.models import Account, Share, Track
from policy.samples.generator import generate
from tests import factories
from tests.factories import NOW
from tests.facts.schema import problems
from tests.messages import consent, deliver, message, release, track

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def documents(tracks: list[Track] | None = None, at: Any = NOW) -> list[dict[str, Any]]:
    """The decoded documents of tracks (of all)."""
    rows = Track.objects.order_by("pk") if tracks is None else tracks
    found = collect([row.pk for row in rows], as_of=at)
    return [json.loads(found[row.pk].document) for row in rows]


@pytest.fixture
def catalogue() -> None:
    """A small catalogue in which every group of facts has something to say."""
    account = factories.account(key="north", dpid="PADPIDA2013020802I")
    full = track(
        "A1",
        isrc="ZZTST2600001",
        iswcs=["T-034.524.680-1"],
        version_title="Live",
        genre="Folk",
        language="en",
        is_instrumental=False,
        is_cover=True,
        is_explicit=False,
        contains_ai="partly",
        relations=[{"kind": "IsCoverOf", "isrc": "ZZTST2600002"}, {"kind": "ContainsSamplesFrom"}],
        consents=[consent(territories=["DE"], valid_until=(NOW + DAY).isoformat())],
        detections=[
            {"kind": "ai_audio", "detector": "earmark", "version": "2", "score": 1},
            {"kind": "voice_match", "detector": "voiceprint", "score": 0.5, "party": "singer"},
        ],
        shares=[
            {"party": "label", "layer": "master", "percentage": 50},
            {"party": "singer", "layer": "performer"},
            {"party": "singer", "layer": "master", "percentage": 50, "territories": ["DE"]},
        ],
    )
    bare = {"reference": "A2", "title": "Bare"}
    shelf = release("A1", "A2", release_date="2026-12-04", consents=[consent(use="data_mining")])
    deliver(message(tracks=[full, bare], releases=[shelf]), account=account)
    twin = track("A1", isrc="ZZTST2600002")
    deliver(message(tracks=[twin]), account=factories.account(key="south"))


# --- Shape -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
def test_documents_are_shaped_as_the_schema_declares() -> None:
    for document in documents():
        assert problems(document) == []
        assert "unknown" not in document


def test_documents_of_the_sample_catalogue_are_shaped_as_declared() -> None:
    accounts: dict[str, Account] = {}
    for file in generate(deliveries=25).files:
        dpid = file.sender.dpid
        accounts[dpid] = accounts.get(dpid) or factories.account(name=file.sender.name, dpid=dpid)
        deliver(file.raw, account=accounts[dpid], at=file.received_at, file_name=file.name)
    found = documents()
    assert len(found) > 100
    assert [wrong for document in found for wrong in problems(document)] == []


def test_the_check_of_shapes_finds_what_is_wrong() -> None:
    factories.track()
    [document] = documents()
    document["track"]["ai"]["declared"] = "some"
    document["track"]["deliveries"] = 1.0
    document["track"]["first_delivered_at"] = "today"
    del document["track"]["title"], document["track"]["release"]["tracks"]
    document["track"]["colour"] = "red"
    assert sorted(wrong.split(":")[0] for wrong in problems(document)) == [
        "track.ai.declared",
        "track.colour",
        "track.deliveries",
        "track.first_delivered_at",
        "track.release.tracks",
        "track.title",
    ]


def test_a_track_that_does_not_exist_is_left_out() -> None:
    row = factories.track()
    assert list(collect([row.pk, row.pk + 1], as_of=NOW)) == [row.pk]
    assert collect([], as_of=NOW) == {}


# --- The same for the same ---------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
def test_equal_facts_have_equal_bytes() -> None:
    ids = list(Track.objects.values_list("pk", flat=True))
    first, again = collect(ids, as_of=NOW), collect(ids[::-1], as_of=NOW)
    assert {pk: first[pk] for pk in ids} == {pk: again[pk] for pk in ids}
    alone = {pk: collect([pk], as_of=NOW)[pk] for pk in ids}
    assert alone == first
    for collected in first.values():
        assert collected.digest == hashlib.sha256(collected.document).hexdigest()
        canonical = json.dumps(
            json.loads(collected.document),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        assert collected.document.decode() == canonical


@pytest.mark.usefixtures("catalogue")
def test_a_moment_later_nothing_is_different() -> None:
    ids = list(Track.objects.values_list("pk", flat=True))
    later = NOW + timedelta(hours=1)
    assert collect(ids, as_of=NOW) == collect(ids, as_of=later)
    assert collect(ids, as_of=NOW) != collect(ids, as_of=NOW + 2 * DAY)  # a consent has ended


@pytest.mark.usefixtures("catalogue")
def test_instants_of_one_batch_do_not_mix() -> None:
    ids = list(Track.objects.values_list("pk", flat=True))
    instants = [NOW - DAY, NOW, NOW + timedelta(hours=5), NOW + 2 * DAY, NOW + 9 * DAY]
    subjects = [Subject(pk, at) for at in instants for pk in ids]
    together = collect_each(subjects)
    for at in instants:
        alone = collect(ids, as_of=at)
        assert {pk: together[Subject(pk, at)] for pk in ids} == alone


# --- Sources -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
def test_every_fact_says_where_it_comes_from() -> None:
    row = Track.objects.select_related("delivery", "account").get(
        reference="A1", version_title="Live"
    )
    [document] = documents([row])
    assert row.delivery is not None
    here = f"delivery:{row.delivery.uuid}"
    sources = document["sources"]
    assert sources["track"] == sources["track.contributors"] == sources["track.shares"] == [here]
    assert sources["track.deliverer"] == [f"account:{row.account.uuid}"]
    detections = {f"detection:{one.uuid}" for one in row.detections.all()}
    assert set(sources["track.detections"]) == detections
    assert set(sources["track.ai"]) & detections
    consents = {f"consent:{one.uuid}" for one in (*row.consents.all(), *row.release.consents.all())}
    assert set(sources["track.consents"]) == consents
    assert len(consents) == 2
    other = Track.objects.get(isrc="ZZTST2600002")
    assert sources["track.relations"] == [here, f"track:{other.uuid}"]


# --- Failures ----------------------------------------------------------------------------------


def failing(name: str, error: Exception, only: int | None = None) -> tuple[Any, ...]:
    """The groups, of which one fails (for one track)."""

    def fail(group: Any) -> Any:
        def provide(batch: Batch) -> Any:
            if only is None or only in batch.ids:
                raise error
            return group.provide(batch)

        return replace(group, provide=provide)

    return tuple(fail(group) if group.name == name else group for group in collecting.GROUPS)


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("duplicates", ["track.duplicates"]),
        ("shares", ["track.parties", "track.shares"]),
        ("ai", ["track.ai"]),
    ],
)
@pytest.mark.parametrize("error", [DatabaseError("gone"), ValueError("odd")])
def test_a_group_that_fails_is_unknown(
    name: str,
    unknown: list[str],
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = factories.track()
    monkeypatch.setattr(collecting, "GROUPS", failing(name, error))
    with caplog.at_level(logging.ERROR):
        collected = collect([row.pk], as_of=NOW)[row.pk]
    document = json.loads(collected.document)
    assert document["unknown"] == unknown == list(collected.unknown)
    assert problems(document) == []
    assert not set(unknown) & document["sources"].keys()
    assert f"`{name}`" in caplog.text
    assert str(error) in caplog.text


def test_facts_of_the_recording_itself_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    row = factories.track()
    monkeypatch.setattr(collecting, "GROUPS", failing("recording", ValueError("odd")))
    document = json.loads(collect([row.pk], as_of=NOW)[row.pk].document)
    assert "track.title" in document["unknown"]
    assert "track.isrc" in document["unknown"]  # an optional fact is unknown too, not absent
    assert problems(document) == []


def test_one_odd_row_costs_only_its_own_track(caplog: pytest.LogCaptureFixture) -> None:
    odd, fine = factories.track(), factories.track()
    holder = factories.party()
    for row in (odd, fine):
        factories.share(track=row, party=holder)
    Share.objects.filter(track=odd).update(territories=17)
    with caplog.at_level(logging.ERROR):
        found = collect([odd.pk, fine.pk], as_of=NOW)
    assert found[odd.pk].unknown == ("track.parties", "track.shares")
    assert found[fine.pk].unknown == ()
    assert f"unknown for track {odd.pk}" in caplog.text


def test_a_group_that_fails_for_all_gives_up_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [factories.track().pk for _ in range(9)]
    monkeypatch.setattr(collecting, "GROUPS", failing("ai", ValueError("odd")))
    with caplog.at_level(logging.ERROR):
        found = collect(ids, as_of=NOW)
    assert {found[pk].unknown for pk in ids} == {("track.ai",)}
    assert len(caplog.records) == 4


def test_a_failed_query_does_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    row = factories.track()

    def query_nonsense(batch: Batch) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nonsense FROM nowhere")

    groups = tuple(
        replace(group, provide=query_nonsense) if group.name == "consents" else group
        for group in collecting.GROUPS
    )
    monkeypatch.setattr(collecting, "GROUPS", groups)
    assert collect([row.pk], as_of=NOW)[row.pk].unknown == ("track.consents",)


# --- Queries -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
def test_queries_grow_neither_with_tracks_nor_with_instants() -> None:
    singer = factories.party()
    for _ in range(50):
        row = factories.track(isrc="ZZTST2600002")
        factories.contributor(track=row, party=singer)
        factories.share(track=row, party=singer)
        factories.relation(track=row, isrc="ZZTST2600001")
        factories.detection(track=row, party=singer, kind="voice_match")
        factories.involvement(track=row, party=singer, kind="contributor")
        factories.consent(grantor=singer, track=row)
    ids = list(Track.objects.order_by("pk").values_list("pk", flat=True))
    counts = []
    for number in (5, 50):
        subjects = [(pk, NOW + place * DAY) for place, pk in enumerate(ids[:number])]
        with CaptureQueriesContext(connection) as queries:
            found = collect_each(subjects)
        assert len(found) == number
        selects = [one for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]]
        counts.append(len(selects))
    assert counts[0] == counts[1] <= 22
