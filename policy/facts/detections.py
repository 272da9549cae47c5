"""What detectors found, and whether the person whom they heard agreed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from policy.facts.batch import Batch, Subject
from policy.facts.consents import Spoken, in_force, spoken
from policy.facts.document import Detection
from policy.facts.group import Group, Part, source
from policy.models import Consent, Involvement, Layer, Track
from policy.models import Detection as Row


def _provide(batch: Batch) -> dict[Subject, Part]:
    said = _said_of_voices(batch)
    return {subject: _part(subject, said, batch) for subject in batch.subjects}


def _part(subject: Subject, said: Sequence[Spoken], batch: Batch) -> Part:
    rows, track = batch.detections(subject), batch.track(subject)
    held = [one.row for one in in_force(said, subject.as_of)] if rows else []
    facts = tuple(_detection(row, track, held, batch) for row in rows)
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


def _detection(row: Row, track: Track, held: Sequence[Consent], batch: Batch) -> Detection:
    kinds = batch.involved[track.pk].get(row.party_id or 0, set())
    heard = row.kind == Row.Kind.VOICE_MATCH and row.party_id is not None
    return Detection(
        kind=row.kind,
        detector=row.detector,
        score=row.score / 1_000_000,
        party=row.party.name if row.party else UNSET,
        party_consented=heard and _agreed(row, track, held),
        party_contributes=Involvement.Kind.CONTRIBUTOR in kinds,
    )


def _agreed(heard: Row, track: Track, held: Sequence[Consent]) -> bool:
    """Whether the person who was heard allowed the clone everywhere and refused it nowhere."""
    covering = [
        said
        for said in held
        if said.grantor_id == heard.party_id
        and said.track_id in (None, track.pk)
        and said.release_id in (None, track.release_id)
    ]
    refused = any(said.decision != Consent.Decision.GRANTED for said in covering)
    everywhere = any(not said.territories and not said.excluded_territories for said in covering)
    return everywhere and not refused


DETECTIONS = Group("detections", ("detections",), _provide)
