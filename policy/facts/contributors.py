"""Who made the track."""

from __future__ import annotations

from msgspec import UNSET

from policy.facts.batch import Batch
from policy.facts.document import Contributor
from policy.facts.group import Group, Part, delivery_sources
from policy.models import Contributor as Row


def _provide(batch: Batch) -> dict[int, Part]:
    return {
        pk: Part(
            (tuple(map(_contributor, batch.contributors[pk])),), delivery_sources([row.delivery])
        )
        for pk, row in batch.tracks.items()
    }


def _contributor(row: Row) -> Contributor:
    return Contributor(
        name=row.party.name if row.party else UNSET,
        role=row.role,
        facet=row.facet,
        ai=row.ai,
        special=row.special,
    )


CONTRIBUTORS = Group("contributors", ("contributors",), _provide)
