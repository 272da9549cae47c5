"""Which delivered track is which row, and which others are evaluated again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from policy.models import (
    Account,
    EvaluationRequest,
    Release,
    Track,
)
from tests import factories
from tests.factories import NOW
from tests.messages import deliver, message, purge, release, track

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ern"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def account() -> Account:
    """A distributor with a party of its own."""
    return factories.account(key="north", party=factories.party(name="North"))


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
