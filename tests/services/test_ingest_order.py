"""A message counts once, and the latest word on a release stands."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from policy.ingest.refusals import MessageRefused
from policy.models import (
    Account,
    Consent,
    Contributor,
    Delivery,
    EvaluationRequest,
    Involvement,
    Party,
    Release,
    Share,
    Track,
    TrackTerm,
)
from policy.services.ingest import MessageConflict
from tests import factories
from tests.factories import NOW
from tests.messages import LABEL, SINGER, consent, deliver, message, purge, release, track

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ern"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def account() -> Account:
    """A distributor with a party of its own."""
    return factories.account(key="north", party=factories.party(name="North"))


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

    monkeypatch.setattr("policy.services.storing.consents_store", fail)
    with pytest.raises(RuntimeError):
        deliver(message(), account=account)
    assert not Delivery.objects.exists()
    assert not Party.objects.exclude(name="North").exists()


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
