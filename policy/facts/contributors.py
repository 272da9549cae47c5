"""Who made the track."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from policy.facts.batch import Batch, Credit, Subject
from policy.facts.document import Contributor
from policy.facts.group import Group, Part, delivery_sources
from policy.models import Track


def _provide(batch: Batch) -> dict[Subject, Part]:
    return batch.each(lambda track: _part(track, batch.contributors[track.pk]))


def _part(track: Track, rows: Iterable[Credit]) -> Part:
    return Part((tuple(map(_contributor, rows)),), delivery_sources([track.delivery]))


def _contributor(row: Credit) -> Contributor:
    return Contributor(
        name=UNSET if row.name is None else row.name,
        role=row.role,
        facet=row.facet,
        ai=row.ai,
        special=row.special,
    )


CONTRIBUTORS = Group("contributors", ("contributors",), _provide)
