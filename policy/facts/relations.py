"""Declared relations to other recordings, and whether those are here and have the same owner.

A master is owned by the parties with a share in it and by the record label that it came out on:
messages without shares, which are most, name at least the latter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from msgspec import UNSET

from policy.facts.batch import Batch, Subject, grouped
from policy.facts.document import Relation
from policy.facts.group import Group, Part, delivery_sources, source
from policy.models import Involvement, Layer, Share, Track
from policy.models import Relation as Row

MOST_SOURCES = 10
"""Other tracks that are named as sources; the oldest ones."""


class _Others:
    """The tracks that the relations of a batch lead to, and the labels of both. Five queries."""

    def __init__(self, batch: Batch) -> None:
        rows = Row.objects.filter(track__in=batch.ids).order_by("kind", "isrc", "pk")
        self.relations = grouped((row.track_id, row) for row in rows)
        isrcs = {row.isrc for found in self.relations.values() for row in found if row.isrc}
        tracks = Track.objects.filter(isrc__in=isrcs, removed_at=None).order_by("pk")
        self.tracks = grouped(
            (isrc, (pk, uuid)) for isrc, pk, uuid in tracks.values_list("isrc", "pk", "uuid")
        )
        self._owners: defaultdict[str, defaultdict[int, set[int]]]
        self._owners = defaultdict(lambda: defaultdict(set))
        there = {"track__isrc__in": isrcs, "track__removed_at": None}
        masters = Share.objects.filter(layer=Layer.MASTER, **there)
        for owners in (masters, _labels().filter(**there)):
            for isrc, party, track in owners.values_list("track__isrc", "party", "track"):
                self._owners[isrc][party].add(track)
        own = _labels().filter(track__in=batch.ids).values_list("track", "party")
        self.labels = grouped(own)

    def lead_to(self, isrc: str, track: Track) -> list[tuple[int, UUID]]:
        """The oldest other tracks with an ISRC."""
        return [one for one in self.tracks[isrc][: MOST_SOURCES + 1] if one[0] != track.pk]

    def owned_by(self, parties: Iterable[int], isrc: str, track: Track) -> bool:
        """Whether one of the parties owns the master of another track with an ISRC."""
        owned = (self._owners[isrc].get(party, set()) for party in parties)
        return any(len(tracks) > (track.pk in tracks) for tracks in owned)


def _labels() -> QuerySet[Involvement]:
    return Involvement.objects.filter(kind=Involvement.Kind.RECORD_LABEL)


def _provide(batch: Batch) -> dict[Subject, Part]:
    others = _Others(batch)
    return {subject: _part(subject, others, batch) for subject in batch.subjects}


def _part(subject: Subject, others: _Others, batch: Batch) -> Part:
    track = batch.track(subject)
    masters = {row.party_id for row in batch.shares(subject) if row.layer == Layer.MASTER}
    masters.update(others.labels[track.pk])
    facts, led_to = [], []
    for row in others.relations[track.pk]:
        found = others.lead_to(row.isrc, track)
        led_to += found
        facts.append(
            Relation(
                kind=row.kind,
                isrc=row.isrc or UNSET,
                in_catalogue=bool(found),
                same_master_owner=others.owned_by(masters, row.isrc, track),
            )
        )
    named = tuple(source("track", uuid) for _, uuid in sorted(set(led_to))[:MOST_SOURCES])
    return Part((tuple(facts),), (*delivery_sources([track.delivery]), *sorted(named)))


RELATIONS = Group("relations", ("relations",), _provide)
