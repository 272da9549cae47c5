"""What detectors found, as deliveries report it. Rows are evidence: added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from policy.ingest.delivery import DeliveredDetection
from policy.models import Delivery, Detection, Party, Track
from policy.services.consents import spoken_at
from policy.services.recordings import Place

_DETECTOR_LENGTH = 100

Finding: TypeAlias = tuple[int, str, str, int, int | None]
"""Ids of track and party around kind, detector and score: what makes two reports the same."""


def detections_store(
    *,
    tracks: Sequence[tuple[Track, Place]],
    kept: Sequence[Track],
    parties: dict[str, Party],
    delivery: Delivery,
) -> list[Detection]:
    """Add the findings that are new; at most two queries. `kept` are tracks that may have some."""
    reported = [
        _row(row, one, parties, delivery)
        for row, place in tracks
        for one in place.delivered.detections
    ]
    if not reported:
        return []
    before = Detection.objects.filter(track__in=[row.pk for row in kept])
    seen = {_finding(row) for row in before} if kept else set()
    return Detection.objects.bulk_create(row for row in reported if _is_new(row, seen))


def _is_new(row: Detection, seen: set[Finding]) -> bool:
    finding = _finding(row)
    new = finding not in seen
    seen.add(finding)
    return new


def _finding(row: Detection) -> Finding:
    return row.track_id, row.kind, row.detector, row.score, row.party_id


def _row(
    track: Track, one: DeliveredDetection, parties: dict[str, Party], delivery: Delivery
) -> Detection:
    return Detection(
        track=track,
        kind=one.kind,
        detector=f"{one.detector} {one.version}".strip()[:_DETECTOR_LENGTH],
        score=round(one.score * 1_000_000),
        party=parties[one.party] if one.party else None,
        delivery=delivery,
        detected_at=one.detected_at or spoken_at(delivery),
    )
