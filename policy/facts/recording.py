"""What is told of the recording itself."""

from __future__ import annotations

from datetime import UTC, datetime, time

import msgspec
from msgspec import UNSET

from policy.facts.batch import Batch, Subject
from policy.facts.document import Recording, text
from policy.facts.group import Group, Part, delivery_sources
from policy.models import Track


def _provide(batch: Batch) -> dict[Subject, Part]:
    return batch.each(_part)


def _part(row: Track) -> Part:
    sources = delivery_sources([row.delivery, row.release.delivery])
    return Part(msgspec.structs.astuple(_recording(row)), sources)


def _recording(row: Track) -> Recording:
    day = row.release.release_date
    return Recording(
        title=row.title,
        title_key=row.title_key,
        version_title=text(row.version_title),
        display_artist=row.display_artist,
        isrc=text(row.isrc),
        isrc_well_formed=row.isrc_well_formed,
        iswc=text(row.iswc),
        duration_seconds=UNSET if row.duration_seconds is None else row.duration_seconds,
        genre=text(row.genre or row.release.genre),
        language=text(row.language),
        is_instrumental=UNSET if row.is_instrumental is None else row.is_instrumental,
        is_cover=UNSET if row.is_cover is None else row.is_cover,
        is_explicit=UNSET if row.is_explicit is None else row.is_explicit,
        release_date=datetime.combine(day, time(), UTC) if day else UNSET,
        first_delivered_at=row.first_delivered_at,
        last_delivered_at=row.last_delivered_at,
        deliveries=row.deliveries,
    )


RECORDING = Group("recording", Recording.__struct_fields__, _provide)
