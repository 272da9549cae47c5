"""Uses are registered, reported and stopped; the same again is the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from policy.models import Attribution, AuditEntry, Usage
from policy.services.attributions import Drawn
from policy.services.usage_catalogue import CatalogueQuery, query_of, tracks_found, tracks_of
from policy.services.usages import (
    MOST_UNITS,
    UsageRefused,
    is_running,
    running,
    usage_register,
    usage_report,
    usage_stop,
)
from tests import factories
from tests.factories import NOW
from tests.usages import LATER, said

pytestmark = pytest.mark.django_db


def test_the_same_use_again_is_the_same_row_and_another_is_refused() -> None:
    track, labs = factories.track(), factories.party()
    told = said(track, licensee=labs, territories=("FR", "DE"))
    first = usage_register(said=told, actor=factories.user(name="ada"), at=NOW)
    again = usage_register(
        said=said(track, licensee=labs, territories=("DE", "FR")), actor=None, at=LATER
    )
    assert (first.new, again.new, again.usage) == (True, False, first.usage)
    with pytest.raises(UsageRefused) as refused:
        usage_register(
            said=said(factories.track(), licensee=labs, kind="remix"), actor=None, at=NOW
        )
    assert refused.value.mistakes == (
        "`run-1` is on record with kind `train_generative`, not `remix`",
        "`run-1` is on record with territories `['DE', 'FR']`, not nothing",
        "`run-1` is on record with other tracks or weights",
    )
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.actor_name) == ("usage_register", "ada")
    elsewhere = usage_register(said=said(track, licensee=factories.party()), actor=None, at=NOW)
    assert elsewhere.new


def test_all_mistakes_are_told_at_once_and_nothing_is_written() -> None:
    wrong = said(
        kind="trainings", reference=" ", ends_at=LATER, model_version="2", territories=("XX",),
        artificial_units=2, output_track_id=0,
    )  # fmt: skip
    with pytest.raises(UsageRefused) as refused:
        usage_register(said=wrong, actor=None, at=NOW)
    assert [text.split(":")[0] for text in refused.value.mistakes] == [
        "`trainings` is no use of AI",
        "a use needs a reference of its licensee's own, of up to 120 characters",
        "it ends before it begins",
        "the version `2` needs the model that it is a version of",
        "XX are no territories",
        "2 of 0 units cannot be artificial",
        "it names no tracks",
        "1 of the tracks are not in the catalogue",
    ]
    assert not Usage.objects.exists()


def test_what_no_row_could_keep_is_refused() -> None:
    wrong = said(
        factories.track(), model="m" * 201, model_version="v" * 101, attribution_method="a" * 101,
        output_reference="o" * 201, units=MOST_UNITS + 1,
    )  # fmt: skip
    with pytest.raises(UsageRefused) as refused:
        usage_register(said=wrong, actor=None, at=NOW)
    assert [text.split(" (")[0] for text in refused.value.mistakes] == [
        "its model has more than 200 characters",
        "its model version has more than 100 characters",
        "its attribution method has more than 100 characters",
        "its output reference has more than 200 characters",
        "10,000,000,001 units are more than one use has",
        f"the method `{'a' * 101}` gave no weights",
    ]


def test_tracks_are_listed_or_asked_for() -> None:
    both = said(factories.track(), query=CatalogueQuery(account="nowhere", release=uuid4()))
    with pytest.raises(UsageRefused) as refused:
        usage_register(said=both, actor=None, at=NOW)
    assert [text.split(" ")[0] for text in refused.value.mistakes] == ["its", "there", "there"]


def test_what_was_planned_took_place() -> None:
    track, labs = factories.track(), factories.party()
    planned = usage_register(said=said(track, licensee=labs), actor=None, at=NOW).usage
    more = factories.track()
    told = said(track, more, licensee=labs, at=NOW, units=2)
    assert usage_report(said=told, actor=None, at=LATER).new
    planned.refresh_from_db()
    assert (planned.stage, planned.units, planned.starts_at) == ("reported", 2, NOW)
    assert Attribution.objects.filter(usage=planned).count() == 2
    assert not usage_report(said=told, actor=None, at=LATER).new
    with pytest.raises(UsageRefused, match="on record with units `2`, not `3`"):
        usage_report(said=said(track, more, licensee=labs, at=NOW, units=3), actor=None, at=LATER)


def test_a_report_is_of_what_began_and_of_what_was_planned() -> None:
    track, labs = factories.track(), factories.party()
    with pytest.raises(UsageRefused, match="once it has begun"):
        usage_report(said=said(track, licensee=labs), actor=None, at=NOW)
    usage_register(said=said(track, licensee=labs), actor=None, at=NOW)
    other = said(factories.track(), licensee=labs, at=NOW, kind="remix")
    with pytest.raises(UsageRefused) as refused:
        usage_report(said=other, actor=None, at=LATER)
    assert len(refused.value.mistakes) == 2


def test_a_use_is_stopped_once_and_not_when_it_is_over() -> None:
    labs = factories.party()
    usage = usage_register(said=said(factories.track(), licensee=labs), actor=None, at=NOW).usage
    assert usage_stop(usage=usage, why="withdrawn", actor=None, at=NOW)
    assert not usage_stop(usage=usage, why="again", actor=None, at=LATER)
    usage.refresh_from_db()
    assert (usage.stage, usage.ends_at) == ("stopped", NOW)
    runs = said(factories.track(), licensee=labs, at=NOW, reference="runs", ends_at=LATER)
    reported = usage_report(said=runs, actor=None, at=LATER - timedelta(hours=1)).usage
    assert usage_stop(usage=reported, why="withdrawn", actor=None, at=LATER - timedelta(minutes=9))
    reported.refresh_from_db()
    assert (reported.stage, is_running(reported, LATER - timedelta(minutes=9))) == (
        "reported", False,
    )  # fmt: skip
    told = said(factories.track(), licensee=labs, at=NOW, reference="past")
    past = usage_report(said=told, actor=None, at=LATER).usage
    with pytest.raises(UsageRefused, match="`past` is over"):
        usage_stop(usage=past, why="late", actor=None, at=LATER)
    with pytest.raises(UsageRefused, match="was stopped"):
        usage_report(said=said(factories.track(), licensee=labs, at=NOW), actor=None, at=LATER)


@pytest.mark.parametrize(
    ("fields", "runs"),
    [
        ({"stage": "planned"}, True),
        ({"stage": "planned", "ends_at": NOW}, False),
        ({"stage": "planned", "ends_at": LATER}, True),
        ({"stage": "reported"}, False),
        ({"stage": "reported", "ends_at": LATER}, True),
        ({"stage": "stopped", "ends_at": LATER}, False),
    ],
)
def test_what_runs_is_the_same_for_a_row_and_for_rows(fields: dict[str, Any], runs: bool) -> None:
    usage = factories.usage(starts_at=NOW - timedelta(days=1), **fields)
    assert is_running(usage, NOW) is runs
    assert Usage.objects.filter(running(NOW)).exists() is runs


def test_a_query_means_all_that_it_says() -> None:
    album = factories.release(record_label="Halcyon", account=factories.account(key="north"))
    one = factories.track(release=album, display_artist="Ana Lund", isrc="ZZTST2600001")
    two = factories.track(release=album, display_artist="Ana Lund")
    other, gone = factories.track(), factories.track(release=album, removed_at=NOW)
    found = {
        query: set(tracks_found(query))
        for query in (
            CatalogueQuery(),
            CatalogueQuery(record_label="HALCYON"),
            CatalogueQuery(artist="ana lund", account="north"),
            CatalogueQuery(release=album.uuid, isrcs=("ZZTST2600001",)),
            CatalogueQuery(artist="Ana Lund", account="south"),
        )
    }
    assert list(found.values()) == [{one, two, other}, {one, two}, {one, two}, {one}, set()]
    assert all(query_of(query.as_json()) == query for query in found)
    assert gone not in found[CatalogueQuery()]


def test_what_a_use_drew_on_is_what_is_on_record_of_it() -> None:
    track = factories.track()
    usage = factories.usage(query={"all": True})
    assert list(tracks_of(usage)) == [track]
    usage.stage = "reported"
    assert list(tracks_of(usage)) == [track]
    factories.attribution(usage=usage, track=track)
    factories.track()
    assert list(tracks_of(usage)) == [track]
    assert Drawn(track.pk).weight is None


def test_what_took_place_keeps_its_tracks_when_it_is_stopped() -> None:
    track = factories.track()
    told = said(query=CatalogueQuery(), draws=(), at=NOW, ends_at=LATER)
    usage = usage_report(said=told, actor=None, at=NOW).usage
    factories.attribution(usage=usage, track=track)
    factories.track()
    usage_stop(usage=usage, why="asked to", actor=None, at=NOW + timedelta(hours=1))
    usage.refresh_from_db()
    assert list(tracks_of(usage)) == [track]
