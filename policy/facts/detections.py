"""What detectors found, and whether the person whom they heard agreed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from msgspec import UNSET

from policy.facts.batch import Batch, grouped
from policy.facts.consents import in_force
from policy.facts.document import Detection
from policy.facts.group import Group, Part, source
from policy.models import Consent, Involvement, Layer, Track
from policy.models import Detection as Row


def _provide(batch: Batch) -> dict[int, Part]:
    voices = _voices(batch)
    parts = {}
    for pk, track in batch.tracks.items():
        rows = batch.detections[pk]
        facts = tuple(_detection(row, track, voices, batch) for row in rows)
        parts[pk] = Part((facts,), tuple(sorted(source("detection", row.uuid) for row in rows)))
    return parts


def _voices(batch: Batch) -> dict[int | None, list[Consent]]:
    """Statements in force on cloning the voices that were heard, by grantor. One query."""
    heard = {
        row.party_id
        for rows in batch.detections.values()
        for row in rows
        if row.party_id and row.kind == Row.Kind.VOICE_MATCH
    }
    rows = in_force(batch.as_of).filter(
        Q(track=None) | Q(track__in=batch.ids),
        grantor__in=heard,
        layer=Layer.LIKENESS,
        use="voice_clone",
    )
    return grouped((row.grantor_id, row) for row in rows)


def _detection(
    row: Row, track: Track, voices: dict[int | None, list[Consent]], batch: Batch
) -> Detection:
    kinds = batch.involved[track.pk].get(row.party_id or 0, set())
    heard = row.kind == Row.Kind.VOICE_MATCH and row.party_id is not None
    return Detection(
        kind=row.kind,
        detector=row.detector,
        score=row.score / 1_000_000,
        party=row.party.name if row.party else UNSET,
        party_consented=heard and _agreed(voices[row.party_id], track),
        party_contributes=Involvement.Kind.CONTRIBUTOR in kinds,
    )


def _agreed(said: Sequence[Consent], track: Track) -> bool:
    """Whether a person allowed the clone everywhere and refused it nowhere."""
    covering = [
        row
        for row in said
        if row.track_id in (None, track.pk) and row.release_id in (None, track.release_id)
    ]
    refused = any(row.decision != Consent.Decision.GRANTED for row in covering)
    everywhere = any(not row.territories and not row.excluded_territories for row in covering)
    return everywhere and not refused


DETECTIONS = Group("detections", ("detections",), _provide)
