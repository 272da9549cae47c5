"""Declared relations to other recordings, and whether those are here and have the same owner."""

from __future__ import annotations

from msgspec import UNSET

from policy.facts.batch import Batch, Subject, grouped
from policy.facts.document import Relation
from policy.facts.group import Group, Part, delivery_sources, source
from policy.models import Layer, Share, Track
from policy.models import Relation as Row

MOST_SOURCES = 10
"""Other tracks that are named as sources; the oldest ones."""


class _Others:
    """The tracks that the relations of a batch lead to. Three queries."""

    def __init__(self, batch: Batch) -> None:
        rows = Row.objects.filter(track__in=batch.ids).order_by("kind", "isrc", "pk")
        self.relations = grouped((row.track_id, row) for row in rows)
        isrcs = {row.isrc for found in self.relations.values() for row in found if row.isrc}
        there = Track.objects.filter(isrc__in=isrcs, removed_at=None).order_by("pk")
        self.tracks = grouped(
            (isrc, (pk, uuid)) for isrc, pk, uuid in there.values_list("isrc", "pk", "uuid")
        )
        ids = [pk for found in self.tracks.values() for pk, _ in found]
        owners = Share.objects.filter(track__in=ids, layer=Layer.MASTER)
        self.owners = grouped(owners.values_list("track", "party"))


def _provide(batch: Batch) -> dict[Subject, Part]:
    others = _Others(batch)
    return {subject: _part(subject, others, batch) for subject in batch.subjects}


def _part(subject: Subject, others: _Others, batch: Batch) -> Part:
    track = batch.track(subject)
    masters = {row.party_id for row in batch.shares(subject) if row.layer == Layer.MASTER}
    facts, led_to = [], []
    for row in others.relations[track.pk]:
        found = [other for other in others.tracks[row.isrc] if other[0] != track.pk]
        owners = {party for pk, _ in found for party in others.owners[pk]}
        led_to += found
        facts.append(
            Relation(
                kind=row.kind,
                isrc=row.isrc or UNSET,
                in_catalogue=bool(found),
                same_master_owner=bool(owners & masters),
            )
        )
    named = tuple(source("track", uuid) for _, uuid in sorted(set(led_to))[:MOST_SOURCES])
    return Part((tuple(facts),), (*delivery_sources([track.delivery]), *sorted(named)))


RELATIONS = Group("relations", ("relations",), _provide)
