"""What detectors found, and whether the person whom they heard agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET

from policy.facts.batch import Batch, Subject
from policy.facts.consents import Spoken, in_force, is_limited, spoken
from policy.facts.document import Detection
from policy.facts.group import Group, Part, source
from policy.facts.owner_rows import keys_of
from policy.models import Condition, Consent, Involvement, Layer, Track
from policy.models import Detection as Row


def _provide(batch: Batch) -> dict[Subject, Part]:
    said = _said_of_voices(batch)
    return {subject: _part(subject, said, batch) for subject in batch.subjects}


def _part(subject: Subject, said: Sequence[Spoken], batch: Batch) -> Part:
    rows = batch.detections(subject)
    held = in_force(said, subject.as_of) if rows else []
    facts = tuple(_detection(row, subject, held, batch) for row in rows)
    return Part((facts,), tuple(sorted(source("detection", row.uuid) for row in rows)))


def _said_of_voices(batch: Batch) -> list[Spoken]:
    """What the parties whose voices were heard say on cloning them. One query."""
    heard = {
        row.party_id
        for subject in batch.subjects
        for row in batch.detections(subject)
        if row.party_id and row.kind == Row.Kind.VOICE_MATCH
    }
    rows = Consent.objects.filter(grantor__in=heard, layer=Layer.LIKENESS, use="voice_clone")
    return spoken(rows, batch)


def _detection(row: Row, subject: Subject, held: Sequence[Spoken], batch: Batch) -> Detection:
    kinds = batch.involved[subject.track_id].get(row.party_id or 0, set())
    heard = row.kind == Row.Kind.VOICE_MATCH and row.party_id is not None
    return Detection(
        kind=row.kind,
        detector=row.detector,
        score=row.score / 1_000_000,
        party=row.party.name if row.party else UNSET,
        party_consented=heard and _agreed(row, subject, held, batch),
        party_contributes=Involvement.Kind.CONTRIBUTOR in kinds,
    )


def _agreed(heard: Row, subject: Subject, held: Sequence[Spoken], batch: Batch) -> bool:
    """Whether the person who was heard allowed the clone everywhere and refused it nowhere. A grant
    for one licensee or model, or on a condition that is not proven, allows nothing here."""
    track = batch.track(subject)
    covering = [
        one for one in held if one.row.grantor_id == heard.party_id and _covers(one.row, track)
    ]
    refused = any(one.row.decision != Consent.Decision.GRANTED for one in covering)
    return not refused and any(_is_plain(one, subject.as_of) for one in covering)


def _is_plain(one: Spoken, at: datetime) -> bool:
    row = one.row
    placed = bool(row.territories or row.excluded_territories)
    met = row.condition == Condition.NONE or one.condition_met(at)
    return met and not placed and not is_limited(row)


def _covers(said: Consent, track: Track) -> bool:
    """Whether a statement is about a track: whose voice it is matters, not whose work."""
    if said.subject_key:
        label = track.release.record_label
        keys = keys_of(track.isrc, track.iswc, track.artist_key, label)
        return (said.scope, said.subject_key) in keys
    return said.track_id in (None, track.pk) and said.release_id in (None, track.release_id)


DETECTIONS = Group("detections", ("detections",), _provide)
