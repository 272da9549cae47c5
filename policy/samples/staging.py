"""What planted cases are made of: a single that breaks no rule, and ways to change one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from policy.ingest.delivery import (
    AiLevel,
    DeliveredDetection,
    DeliveredParty,
    Delivery,
    DetectionKind,
)
from policy.samples import names
from policy.samples.making import (
    Maker,
    Sender,
    credits_for,
    delivery,
    fold,
    stream_deal,
    training_deal,
    with_deals,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One delivery to be written, when it comes in, and whether as JSON."""

    delivery: Delivery
    received_at: datetime
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One case before it has files: drafts, and the tracks of the last one that it is about.

    `fires` False means that the rule must stay silent on them.
    """

    rule: str
    note: str
    drafts: tuple[Draft, ...]
    tracks: tuple[str, ...] = ("A1",)
    fires: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """What a case is made with."""

    make: Maker
    sender: Sender
    at: datetime


Case: TypeAlias = Callable[[Stage], Iterator[Plan]]
"""Yields one or more plans that belong together."""


def single(stage: Stage, **changes: Any) -> Delivery:
    """A delivery of one human-made track that breaks no rule, with some of its fields changed."""
    act = stage.make.rng.choice([act for act in names.ACTS if act.language == "en"])
    made = delivery(stage.make, stage.sender, stage.at, act=act, kind="Single")
    release = replace(made.releases[0], tracks=("A1",), title=made.tracks[0].title)
    release = with_deals(release, stream_deal(stage.at), training_deal(stage.at))
    track = replace(made.tracks[0], is_instrumental=False, is_cover=False)
    made = replace(made, tracks=(track,), releases=(release,), profile="SimpleAudioSingle")
    return changed(declared(made, "none"), **changes)


def declared(made: Delivery, level: AiLevel, generated: str = "Programmer") -> Delivery:
    """The delivery with this level on its tracks, their contributors and the release."""
    artist, _, *writers = made.parties
    credits = credits_for(level, artist, writers, generated=generated)
    return changed(made, contains_ai=level, contributors=credits)


def changed(made: Delivery, **changes: Any) -> Delivery:
    """The delivery with every track changed, and its release's AI level to fit."""
    tracks = tuple(replace(track, **changes) for track in made.tracks)
    release = replace(made.releases[0], contains_ai=fold(tracks))
    return replace(made, tracks=tracks, releases=(release,))


def by_the_same(made: Delivery, other: Delivery) -> Delivery:
    """The delivery with the people and the record label of another one."""
    source, track = other.releases[0], other.tracks[0]
    release = replace(
        made.releases[0], artist=source.artist, record_label_name=source.record_label_name
    )
    made = replace(made, parties=other.parties, releases=(release,))
    return changed(
        made,
        display_artist=track.display_artist,
        artists=track.artists,
        contributors=track.contributors,
        shares=track.shares,
    )


def with_party(made: Delivery, party: DeliveredParty) -> Delivery:
    """The delivery with one more party in it."""
    return replace(made, parties=(*made.parties, party))


def drafts_of(stage: Stage, *made: Delivery, as_json: bool = False) -> tuple[Draft, ...]:
    """Deliveries that come in an hour apart, the last one at the stage's time."""
    last = len(made) - 1
    return tuple(
        Draft(one, stage.at - timedelta(hours=last - place), as_json)
        for place, one in enumerate(made)
    )


def detection(
    kind: DetectionKind, detector: str, score: float, party: str | None = None
) -> tuple[DeliveredDetection, ...]:
    """One finding of a detector, as the detections of a track."""
    return (DeliveredDetection(kind, detector, "2.1", score, party),)
