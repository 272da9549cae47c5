"""Planted cases for the duplicates ruleset: identifiers, copies, short tracks and floods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from policy.ingest.delivery import Delivery
from policy.ingest.identifiers import identify
from policy.samples import names
from policy.samples.making import NEWCOMER, SENDERS, Maker, delivery, fold
from policy.samples.staging import (
    Case,
    Draft,
    Plan,
    Stage,
    by_the_same,
    changed,
    declared,
    drafts_of,
    single,
)


def _isrc_on_other_recording(stage: Stage) -> Iterator[Plan]:
    first, second = single(stage), single(stage)
    drafts = drafts_of(stage, first, changed(second, isrc=first.tracks[0].isrc))
    yield Plan("isrc-on-other-recording", "an ISRC given to a second, other recording", drafts)


def _isrc_twice_on_release(stage: Stage) -> Iterator[Plan]:
    made = declared(delivery(stage.make, stage.sender, stage.at, kind="EP"), "none")
    first, second, *rest = made.tracks
    made = replace(made, tracks=(first, replace(second, isrc=first.isrc), *rest))
    note = "two tracks of an EP with one ISRC"
    yield Plan("isrc-twice-on-release", note, drafts_of(stage, made), ("A1", "A2"))


def _isrc_malformed(stage: Stage) -> Iterator[Plan]:
    made = single(stage, isrc=identify("isrc", "ZZ-12-345"))
    yield Plan("isrc-malformed", "an ISRC that is too short", drafts_of(stage, made))
    yield Plan("isrc-malformed", "no ISRC", drafts_of(stage, single(stage, isrc=None)))


def _same_recording_two_deliverers(stage: Stage) -> Iterator[Plan]:
    first = single(stage)
    other = next(sender for sender in SENDERS if sender != stage.sender)
    again = replace(first, sender=other.ref, message_id=stage.make.message(other, stage.at))
    note = "one recording from two distributors"
    yield Plan("same-recording-two-deliverers", note, drafts_of(stage, first, again))


def _same_title_artist_duration(stage: Stage) -> Iterator[Plan]:
    first, second = single(stage), single(stage)
    source = first.tracks[0]
    same = changed(
        by_the_same(second, first),
        title=source.title,
        version_title=source.version_title,
        duration_seconds=(source.duration_seconds or 0) + 1,
    )
    note = "the same song under a new ISRC"
    yield Plan("same-title-artist-duration", note, drafts_of(stage, first, same))


def _short_track_album(stage: Stage) -> Iterator[Plan]:
    made = declared(delivery(stage.make, stage.sender, stage.at, kind="Album"), "none")
    album = _loops(stage.make, made, 12, range(31, 39))
    note = "twelve tracks of 31 to 38 seconds"
    yield Plan("short-track-album", note, drafts_of(stage, album), album.releases[0].tracks)


def _loops(make: Maker, made: Delivery, count: int, seconds: range) -> Delivery:
    """An album of `count` near-identical tracks: functional audio in a series."""
    series, first = make.rng.choice(names.NOISE), make.rng.randint(1, 400)
    label = make.label()
    pattern = made.tracks[0]
    tracks = tuple(
        replace(
            pattern,
            reference=f"A{number}",
            title=f"{series} {first + number:04}",
            version_title=None,
            isrc=make.isrc(label),
            iswcs=(),
            duration_seconds=make.rng.choice(seconds),
            is_instrumental=True,
            language=None,
            audio_hash=None,
        )
        for number in range(1, count + 1)
    )
    release = replace(
        made.releases[0],
        title=f"{series}, Vol. {first}",
        type="Album",
        tracks=tuple(track.reference for track in tracks),
        contains_ai=fold(tracks),
    )
    return replace(made, tracks=tracks, releases=(release,), profile="Audio")


def flood(make: Maker, until: datetime) -> Iterator[Plan]:
    """A newcomer's first two days: eight albums of twenty generated loops each day, one an hour.

    Only the last album is claimed: it is the one that comes in when the limits are passed.
    """
    drafts: list[Draft] = []
    for hours in (*range(33, 25, -1), *range(9, 1, -1)):
        stage = Stage(make, NEWCOMER, until - timedelta(hours=hours))
        album = _declared_loops(stage)
        drafts += drafts_of(stage, album)
    tracks = album.releases[0].tracks
    note = "160 generated loops a day by a newcomer, two days in a row"
    for rule in ("upload-burst", "upload-flood"):
        # The deliveries are the same, planted for two rules: they are written once.
        yield Plan(rule, note, tuple(drafts), tracks)


def _declared_loops(stage: Stage) -> Delivery:
    album = declared(delivery(stage.make, stage.sender, stage.at, kind="Album"), "all")
    return _loops(stage.make, album, 20, range(95, 150))


CASES: tuple[Case, ...] = (
    _isrc_on_other_recording,
    _isrc_twice_on_release,
    _isrc_malformed,
    _same_recording_two_deliverers,
    _same_title_artist_duration,
    _short_track_album,
)
