"""What the owners of tracks answer to a use: for a batch, or for a whole catalogue in a stream.

Tracks whose owners and statements look the same have the same answers but for the parties and the
records: those are answered once and remembered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec
from django.db.models import QuerySet

from policy.facts.owner_rows import Chunk, Reader, SaidRow, StakeRow
from policy.models import Track
from policy.registry.owners import ARTIST_LAYERS, Owned, Stake, owners
from policy.registry.said import Ask, Said, may_speak
from policy.registry.territories import Where, where

CHUNK = 20_000
"""Tracks of which everything is read at once by a stream."""


class OwnerFact(msgspec.Struct, frozen=True, cache_hash=True):
    """What is told of an owner without telling who it is; equal facts are one object in a stream.

    Fields are those of `Owner` in `rulesets/facts.yaml`, but for the name. `basis_points` is None
    for a share unknown.
    """

    layer: str
    territory: str
    basis_points: int | None
    contract: str
    preference: str
    condition: str
    condition_met: bool
    model_covered: bool


class OwnerSaid(msgspec.Struct, frozen=True):
    """What an owner says of a use, and the ids of the statements that spoke, sorted."""

    party: int
    fact: OwnerFact
    consents: tuple[int, ...]

    @property
    def layer(self) -> str:
        """The right that it owns."""
        return self.fact.layer

    @property
    def territory(self) -> str:
        """Where: a code, or `Worldwide` for all that is not told apart."""
        return self.fact.territory

    @property
    def basis_points(self) -> int | None:
        """Its share; None when it is unknown."""
        return self.fact.basis_points

    @property
    def contract(self) -> str:
        """What its contracts say."""
        return self.fact.contract

    @property
    def preference(self) -> str:
        """What it says in public or has declared."""
        return self.fact.preference

    @property
    def condition(self) -> str:
        """What its grant asks for in return."""
        return self.fact.condition

    @property
    def condition_met(self) -> bool:
        """Whether that is proven for the licensee."""
        return self.fact.condition_met

    @property
    def model_covered(self) -> bool:
        """Whether its grant covers the version of the model."""
        return self.fact.model_covered


def owners_of(ask: Ask, track_ids: Sequence[int]) -> dict[int, tuple[OwnerSaid, ...]]:
    """The owners' answers by track id; ids that name no track are left out.

    A number of queries that does not grow with the tracks.
    """
    ids, reader = sorted(set(track_ids)), Reader(ask)
    return dict(_answered(reader.chunk(ids), ids, reader, ask)) if ids else {}


def owners_stream(
    ask: Ask, tracks: QuerySet[Track] | None = None
) -> Iterator[tuple[int, tuple[OwnerSaid, ...]]]:
    """Track ids, ascending, with their owners' answers: of the tracks that are there, or of some.

    Memory is bounded by a chunk and the parties.
    """
    rows = Track.objects.filter(removed_at=None) if tracks is None else tracks
    reader = Reader(ask)
    for ids in _chunks(rows):
        yield from _answered(reader.chunk(ids), ids, reader, ask)


def _chunks(rows: QuerySet[Track]) -> Iterator[Sequence[int]]:
    after = 0
    while True:
        found = rows.order_by("pk").filter(pk__gt=after).values_list("pk", flat=True)
        ids = list(found.distinct()[:CHUNK])
        if not ids:
            return
        yield ids
        after = ids[-1]


def _answered(
    chunk: Chunk, ids: Sequence[int], reader: Reader, ask: Ask
) -> Iterator[tuple[int, tuple[OwnerSaid, ...]]]:
    for track in ids:
        if track in chunk.accounts:
            yield track, _owners(track, chunk, reader, ask)


def _owners(track: int, chunk: Chunk, reader: Reader, ask: Ask) -> tuple[OwnerSaid, ...]:
    stakes, said = chunk.stakes.get(track, []), _heard(track, chunk, reader)
    artists = {row.grantor for row in said if row.layer in ARTIST_LAYERS}
    artists &= chunk.performers.get(track, set())
    parties = sorted({row.party for row in stakes} | artists)
    place = {party: index for index, party in enumerate(parties)}
    said = [row for row in said if row.grantor in place]
    times = {at: index for index, at in enumerate(sorted({row.recorded_at for row in said}))}
    shape = (
        tuple((place[row.party], *row[1:]) for row in stakes),
        tuple(place[artist] for artist in sorted(artists)),
        tuple((place[row.grantor], times[row.recorded_at], *row[2:13]) for row in said),
    )
    found = reader.known.get(shape)
    if found is None:
        found = reader.known[shape] = _resolved(stakes, artists, said, place, ask)
    return tuple(
        OwnerSaid(parties[owner], fact, tuple(sorted(said[index].id for index in spoke)))
        for owner, fact, spoke in found
    )


def _heard(track: int, chunk: Chunk, reader: Reader) -> list[SaidRow]:
    """Statements about a track, in a fixed order: its own, and what its parties say of all."""
    parties = {row.party for row in chunk.stakes.get(track, ())}
    parties |= chunk.performers.get(track, set())
    found = [*chunk.said.get(track, ())]
    for party in parties:
        found += reader.general[party]
    account = chunk.accounts[track]
    return sorted(row for row in found if _may_speak(row, account))


def _may_speak(row: SaidRow, account: int) -> bool:
    if row.scope in ("release", "track"):
        return True
    return may_speak(row.decision, said_by=row.account, delivered_by=account)


def _resolved(
    stakes: Sequence[StakeRow], artists: set[int], said: Sequence[SaidRow],
    place: dict[int, int], ask: Ask,
) -> tuple[tuple[int, OwnerFact, tuple[int, ...]], ...]:  # fmt: skip
    """The answers with owners and statements as places in the lists."""
    held = [
        Stake(place[row.party], row.layer, row.basis_points, _where(row.territories, row.excluded))
        for row in stakes
    ]
    spoken = [_said(index, place[row.grantor], row, ask) for index, row in enumerate(said)]
    found = owners(held, [place[artist] for artist in artists], spoken, ask)
    return tuple((one.owner, _fact(one), one.answer.spoke) for one in found)


def _fact(one: Owned) -> OwnerFact:
    told = one.answer
    return OwnerFact(
        one.layer, one.territory, one.basis_points, told.contract, told.preference,
        told.condition, told.condition_met, told.model_covered,
    )  # fmt: skip


def _said(id: int, grantor: int, row: SaidRow, ask: Ask) -> Said:
    return Said(
        id=id,
        grantor=grantor,
        layer=row.layer,
        use=ask.use,
        decision=row.decision,
        scope=row.scope,
        source=row.source,
        valid_from=ask.at,
        recorded_at=row.recorded_at,
        licensee=row.licensee,
        model=row.model,
        model_version=row.model_version,
        where=_where(row.territories, row.excluded),
        condition=row.condition,
        condition_met=row.condition_met,
    )


@cache
def _where(named: str, excluded: str) -> Where:
    return where(json.loads(named), json.loads(excluded))
