"""The sample catalogue: some hundred deliveries of an invented industry, the same for one seed.

    samples = generate(seed=1, deliveries=200, until=now)
    for file in samples.files: deliver(file.name, file.raw, file.received_at)

Files are in the order in which they come in, over the four months before `until`. Most are
ordinary; `samples.planted` says of the others which rule they are for. All names and numbers are
invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from policy.ingest.delivery import DeliveredDetection, Delivery, PartyRef, PurgedRelease
from policy.samples.catalogue_writer import write_catalogue
from policy.samples.ern_writer import write_ern
from policy.samples.making import SENDERS, Maker, Sender, delivery, for_catalogue
from policy.samples.planted import plans
from policy.samples.staging import Draft, Plan

SEED = 20261122
DELIVERIES = 200
UNTIL = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""Defaults: with these the catalogue is the same to the byte."""

DAYS = 120
"""Over how many days ordinary deliveries are spread."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One delivery: file name, bytes (ERN 4.3.2 or JSON), who sends it and when it arrives."""

    name: str
    raw: bytes
    sender: PartyRef
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PlantedCase:
    """What a file was planted for: a rule that must fire on these tracks of it, or must not.

    `tracks` are references in the delivery and `isrcs` their ISRCs, empty for a track without one.
    """

    ruleset: str
    rule: str
    fires: bool
    file: str
    tracks: tuple[str, ...]
    isrcs: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Samples:
    """The files in order of arrival, and the manifest of what is planted in them."""

    files: tuple[SampleFile, ...]
    planted: tuple[PlantedCase, ...]


def generate(*, seed: int = SEED, deliveries: int = DELIVERIES, until: datetime = UNTIL) -> Samples:
    """Make the catalogue: `deliveries` ordinary ones and all planted cases, up to an instant."""
    make = Maker(Random(seed))
    until = until.replace(microsecond=0)
    drafts = list(_ordinary(make, deliveries, until))
    cases = list(plans(make, until))
    planted = (draft for _, plan in cases for draft in plan.drafts)
    ordered = sorted(dict.fromkeys([*drafts, *planted]), key=lambda draft: draft.received_at)
    files = {draft: _file(draft, place) for place, draft in enumerate(ordered, start=1)}
    return Samples(tuple(files.values()), tuple(_case(*case, files) for case in cases))


def _case(ruleset: str, plan: Plan, files: Mapping[Draft, SampleFile]) -> PlantedCase:
    last = plan.drafts[-1]
    by_reference = {track.reference: track for track in last.delivery.tracks}
    isrcs = (by_reference[reference].isrc for reference in plan.tracks)
    return PlantedCase(
        ruleset=ruleset,
        rule=plan.rule,
        fires=plan.fires,
        file=files[last].name,
        tracks=plan.tracks,
        isrcs=tuple(isrc.value if isrc else "" for isrc in isrcs),
        note=plan.note,
    )


def _ordinary(make: Maker, count: int, until: datetime) -> Iterator[Draft]:
    """Ordinary deliveries over the months, shared among the distributors by number of tracks."""
    given: Counter[Sender] = Counter()
    purge_at = count // 2
    for number in range(count):
        sender = min(make.rng.sample(SENDERS, 3), key=lambda one: given[one])
        at = _moment(make, until, number, count)
        made = delivery(make, sender, at)
        given[sender] += len(made.tracks)
        as_json = number % 12 == 5
        yield Draft(_with_detection(make, made) if as_json else made, at, as_json)
        if number == purge_at:
            yield Draft(_purge(make, sender, made, at), at + timedelta(hours=7))


def _moment(make: Maker, until: datetime, number: int, count: int) -> datetime:
    """Deliveries grow denser towards the end, and come at office hours."""
    share = (number / max(count, 1)) ** 0.7
    day = until - timedelta(days=DAYS * (1 - share) + 1)
    return day.replace(
        hour=make.rng.randint(6, 20), minute=make.rng.randint(0, 59), second=0, microsecond=0
    )


def _with_detection(make: Maker, made: Delivery) -> Delivery:
    """What a detector said, in agreement with the declaration."""
    sure = {"all": (0.91, 0.99), "partly": (0.35, 0.85), "none": (0.01, 0.3)}
    tracks = []
    for track in made.tracks:
        low, high = sure.get(track.contains_ai, (0.02, 0.5))
        score = round(make.rng.uniform(low, high), 3)
        found = DeliveredDetection("ai_audio", "earmark", "2.1", score)
        tracks.append(replace(track, detections=(found,)))
    return replace(made, tracks=tuple(tracks))


def _purge(make: Maker, sender: Sender, made: Delivery, at: datetime) -> Delivery:
    """The release was sent by mistake."""
    release = made.releases[0]
    ids = (release.icpn,) if release.icpn else ()
    return replace(
        made,
        message_id=make.message(sender, at),
        created_at=at + timedelta(hours=6),
        kind="purge",
        profile="",
        releases=(),
        tracks=(),
        parties=(),
        purges=(PurgedRelease(ids, release.title, release.artist),),
    )


def _file(draft: Draft, place: int) -> SampleFile:
    made = for_catalogue(draft.delivery) if draft.as_json else draft.delivery
    raw = write_catalogue(made) if draft.as_json else write_ern(made)
    name = f"{place:04}-{made.message_id}.{'json' if draft.as_json else 'xml'}"
    return SampleFile(name, raw, made.sender, draft.received_at)
