"""Recording, AI, contributors, release, deliverer, relations and duplicates of a track."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from policy.facts.ai import fold
from policy.models import Track
from tests import factories
from tests.factories import NOW
from tests.facts.reading import facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ISRC = "ZZTST2699999"


def test_the_recording_as_delivered() -> None:
    release = factories.release(release_date=date(2026, 12, 4), genre="Folk")
    track = factories.track(release=release, title="Open Door", isrc=ISRC, is_cover=False)
    found = facts(track)
    told = {key: found[key] for key in ("title", "title_key", "isrc", "genre", "is_cover")}
    assert told == {
        "title": "Open Door",
        "title_key": "open door",
        "isrc": ISRC,
        "genre": "Folk",
        "is_cover": False,
    }
    assert found["release_date"] == "2026-12-04T00:00:00Z"
    assert (found["first_delivered_at"], found["deliveries"]) == ("2026-11-22T12:00:00Z", 1)


def test_what_was_not_delivered_is_absent() -> None:
    track = factories.track(isrc="", isrc_well_formed=False, duration_seconds=None)
    absent = {"isrc", "iswc", "duration_seconds", "genre", "language", "version_title"}
    absent |= {"is_instrumental", "is_cover", "is_explicit", "release_date"}
    found = facts(track)
    assert not absent & found.keys()
    assert found["isrc_well_formed"] is False
    assert not {"icpn", "record_label"} & found["release"].keys()
    assert "dpid" not in found["deliverer"]


# --- AI and contributors -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "folded"),
    [
        (["all", "all"], "all"),
        (["none"], "none"),
        (["all", "none"], "partly"),
        (["partly", "partly"], "partly"),
        (["all", "undeclared"], "undeclared"),
    ],
)
def test_what_recordings_add_up_to(levels: list[str], folded: str) -> None:
    assert fold(levels) == folded


def test_declared_and_folded_levels() -> None:
    release = factories.release(contains_ai="none")
    track = factories.track(release=release, contains_ai="all")
    factories.track(release=release, contains_ai="none")
    gone = factories.track(release=release, contains_ai="undeclared", removed_at=NOW)
    ai = facts(track)["ai"]
    assert (ai["declared"], ai["release_declared"], ai["release_fold"]) == ("all", "none", "partly")
    assert facts(gone)["ai"]["declared"] == "undeclared"


def test_credits_are_counted_once_whatever_their_facets() -> None:
    track, singer = factories.track(), factories.party(name="Nadir Field")
    for facet in ("composition", "lyrics"):
        factories.contributor(
            track=track, party=singer, role="ComposerLyricist", facet=facet, ai="partly"
        )
    factories.contributor(track=track, party=singer, ai="none")
    factories.contributor(track=track, party=factories.party(), role="Mixer", ai="all")
    factories.contributor(track=track, special="generative_ai", role="StudioProducer", ai="all")
    factories.contributor(track=track, special="generative_ai", role="Programmer", ai="all")
    ai = facts(track)["ai"]
    assert ai["contributors_all"] == 3
    assert ai["contributors_partly"] == 1
    assert ai["special_contributors"] == 2
    assert ai["human_contributors"] == 2


def test_contributors_are_told_in_their_order() -> None:
    track, singer = factories.track(), factories.party(name="Nadir Field")
    factories.contributor(track=track, party=singer, ai="none")
    factories.contributor(
        track=track, special="generative_ai", role="Mixer", facet="other", ai="all"
    )
    assert facts(track)["contributors"] == [
        {
            "name": "Nadir Field",
            "role": "LeadVocalist",
            "facet": "vocals",
            "ai": "none",
            "special": "no",
        },
        {"role": "Mixer", "facet": "other", "ai": "all", "special": "generative_ai"},
    ]


def test_the_loudest_of_the_latest_findings() -> None:
    track = factories.track()
    for detector, score, days in (("a 1", 990_000, 3), ("a 1", 200_000, 1), ("b 1", 700_000, 2)):
        factories.detection(
            track=track, detector=detector, score=score, detected_at=NOW - days * DAY
        )
    factories.detection(track=track, kind="voice_match", score=1_000_000)
    ai = facts(track)["ai"]
    assert (ai["detector"], ai["detector_score"]) == ("b 1", 0.7)
    assert "detector" not in facts(factories.track())["ai"]


# --- Release and deliverer ---------------------------------------------------------------------


def test_what_else_stands_on_the_release() -> None:
    release = factories.release(icpn="4006381333931", icpn_valid=True, record_label="Label")
    track = factories.track(release=release, isrc=ISRC, contains_ai="none", duration_seconds=29)
    factories.track(release=release, isrc=ISRC, duration_seconds=30)
    factories.track(release=release, duration_seconds=40)
    factories.track(release=release, duration_seconds=41)
    factories.track(release=release, duration_seconds=None)
    factories.track(release=release, isrc=ISRC, removed_at=NOW)
    assert facts(track)["release"] == {
        "title": release.title,
        "type": "Album",
        "icpn": "4006381333931",
        "icpn_valid": True,
        "record_label": "Label",
        "tracks": 5,
        "tracks_undeclared": 4,
        "isrc_repeats": 1,
        "short_tracks": 2,
    }


def test_two_tracks_without_isrc_do_not_repeat_one() -> None:
    release = factories.release()
    track, _ = (factories.track(release=release, isrc="") for _ in range(2))
    assert facts(track)["release"]["isrc_repeats"] == 0


def test_what_the_deliverer_did_of_late() -> None:
    account = factories.account(name="North", dpid="PADPIDA2013020802I")
    release = factories.release(account=account)

    def came(before: timedelta, **fields: Any) -> Track:
        return factories.track(release=release, first_delivered_at=NOW - before, **fields)

    track = came(timedelta(0))
    came(DAY - timedelta(seconds=1), contains_ai="all")
    came(DAY, contains_ai="partly")
    came(7 * DAY, contains_ai="all")
    came(30 * DAY + timedelta(hours=5))
    came(-DAY)
    factories.track(first_delivered_at=NOW)
    assert facts(track)["deliverer"] == {
        "name": "North",
        "dpid": "PADPIDA2013020802I",
        "tracks_last_day": 2,
        "tracks_last_week": 3,
        "ai_tracks_last_week": 2,
        "days_active": 30,
    }
    assert facts(track, NOW - 40 * DAY)["deliverer"]["days_active"] == 0


# --- Relations ---------------------------------------------------------------------------------


def test_relations_to_what_is_here_and_what_is_not() -> None:
    track, label = factories.track(), factories.party()
    factories.share(track=track, party=label)
    same, other = factories.track(), factories.track()
    factories.share(track=same, party=label, basis_points=1)
    factories.share(track=other, party=factories.party())
    factories.share(track=other, party=label, layer="publishing")
    gone = factories.track(removed_at=NOW)
    for row in (same, other, gone):
        factories.relation(track=track, isrc=row.isrc)
    factories.relation(track=track, kind="IsCoverOf")
    found = facts(track)["relations"]
    assert found[0] == {"kind": "IsCoverOf", "in_catalogue": False, "same_master_owner": False}
    assert [(one["isrc"], one["in_catalogue"], one["same_master_owner"]) for one in found[1:]] == [
        (same.isrc, True, True),
        (other.isrc, True, False),
        (gone.isrc, False, False),
    ]


def test_a_record_label_owns_what_it_puts_out() -> None:
    track, own, other = factories.track(), factories.track(), factories.track()
    label = factories.party()
    for mine in (track, own):
        factories.involvement(track=mine, party=label, kind="record_label")
    factories.involvement(track=other, party=factories.party(), kind="record_label")
    factories.involvement(track=other, party=label, kind="contributor")
    for row in (own, other):
        factories.relation(track=track, isrc=row.isrc)
    assert [one["same_master_owner"] for one in facts(track)["relations"]] == [True, False]


def test_a_track_is_no_relation_of_itself() -> None:
    victim = factories.track(isrc=ISRC)
    factories.share(track=victim, party=factories.party())
    copy = factories.track(isrc=ISRC)
    factories.share(track=copy, party=factories.party())
    factories.relation(track=copy, isrc=ISRC)
    assert facts(copy)["relations"] == [
        {"kind": "IsSpedUpOf", "isrc": ISRC, "in_catalogue": True, "same_master_owner": False}
    ]


# --- Duplicates --------------------------------------------------------------------------------

NOTHING = {
    "same_isrc": 0,
    "same_isrc_other_title": 0,
    "same_isrc_other_artist": 0,
    "same_isrc_other_deliverer": 0,
    "same_title_artist": 0,
    "same_title_artist_duration": 0,
}


def test_a_track_alone_has_no_duplicates() -> None:
    assert facts(factories.track())["duplicates"] == NOTHING
    bare: dict[str, Any] = {"isrc": "", "title": "", "display_artist": ""}
    assert [facts(factories.track(**bare))["duplicates"] for _ in range(2)] == [NOTHING] * 2


def test_tracks_with_the_same_isrc() -> None:
    release = factories.release()
    track = factories.track(release=release, isrc=ISRC, title="Open", duration_seconds=100)
    factories.track(release=release, isrc=ISRC, title="Open", duration_seconds=103)
    factories.track(release=release, isrc=ISRC, title="Shut", duration_seconds=None)
    factories.track(isrc=ISRC, title="Open", display_artist="Someone", duration_seconds=90)
    factories.track(isrc=ISRC, title="Open", removed_at=NOW)
    assert facts(track)["duplicates"] == NOTHING | {
        "same_isrc": 3,
        "same_isrc_other_title": 1,
        "same_isrc_other_artist": 1,
        "same_isrc_other_deliverer": 1,
        "same_isrc_duration_gap": 10,
    }


def test_tracks_with_the_same_names() -> None:
    names: dict[str, Any] = {"title": "Open", "display_artist": "Nadir Field"}
    track = factories.track(**names, duration_seconds=100)
    factories.track(**names, duration_seconds=102)
    factories.track(**names, duration_seconds=103)
    factories.track(**names, duration_seconds=None)
    factories.track(**names, isrc="", duration_seconds=98)
    factories.track(**names, isrc=track.isrc, duration_seconds=100)
    factories.track(title="Open", display_artist="Someone")
    found = facts(track)["duplicates"]
    assert (found["same_title_artist"], found["same_title_artist_duration"]) == (4, 2)
    assert found["same_isrc"] == 1


@pytest.mark.parametrize("seed", range(5))
def test_counting_by_what_differs_is_counting_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    releases = [factories.release() for _ in range(2)]
    tracks = [
        factories.track(
            release=draw.choice(releases),
            isrc=draw.choice(["", "ZZTST2600001", "ZZTST2600002"]),
            title=draw.choice(["", "Open", "Shut"]),
            display_artist=draw.choice(["Nadir", "Mirna"]),
            duration_seconds=draw.choice([None, 100, 101, 103, 200]),
            removed_at=draw.choice([None, None, None, NOW]),
        )
        for _ in range(30)
    ]
    for track in tracks:
        assert facts(track)["duplicates"] == one_by_one(track, tracks)


def one_by_one(track: Track, tracks: list[Track]) -> dict[str, int]:
    """The same facts, told from the list of all tracks."""

    def gap(other: Track) -> int | None:
        lengths = (other.duration_seconds, track.duration_seconds)
        return None if None in lengths else abs((lengths[0] or 0) - (lengths[1] or 0))

    others = [one for one in tracks if one is not track and one.removed_at is None]
    same = [one for one in others if track.isrc and one.isrc == track.isrc]
    names = (track.title_key, track.artist_key)
    named = [
        one
        for one in others
        if all(names) and (one.title_key, one.artist_key) == names and one not in same
    ]
    gaps = [found for one in same if (found := gap(one)) is not None]
    near = [one for one in named if (found := gap(one)) is not None and found <= 2]
    expected = {
        "same_isrc": len(same),
        "same_isrc_other_title": sum(one.title_key != track.title_key for one in same),
        "same_isrc_other_artist": sum(one.artist_key != track.artist_key for one in same),
        "same_isrc_other_deliverer": sum(one.account_id != track.account_id for one in same),
        "same_title_artist": len(named),
        "same_title_artist_duration": len(near),
    }
    return expected | ({"same_isrc_duration_gap": max(gaps)} if gaps else {})


def test_a_thousand_copies_are_counted() -> None:
    release = factories.release()
    track = factories.track(release=release, isrc=ISRC)
    copies = [
        Track(
            release=release,
            account=release.account,
            reference=f"C{number}",
            isrc=ISRC,
            title=track.title,
            title_key=track.title_key,
            display_artist=track.display_artist,
            artist_key=track.artist_key,
            first_delivered_at=NOW,
            last_delivered_at=NOW,
        )
        for number in range(1000)
    ]
    Track.objects.bulk_create(copies)
    assert facts(track)["duplicates"]["same_isrc"] == 1000
