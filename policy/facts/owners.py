"""What the owners of tracks answer to a use: for a batch, or for a whole catalogue in a stream.

Tracks whose owners and statements look the same have the same answers but for the parties and the
records: those are answered once and remembered.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec
from django.db import connection
from django.db.models import QuerySet

from policy.facts.owner_rows import SAID, SEPARATOR, Chunk, Held, Reader, Spoken
from policy.models import Track
from policy.registry.owners import Owned, Stake, owners
from policy.registry.said import ARTIST_LAYERS, Ask, Said
from policy.registry.territories import Where, where

T = TypeVar("T")

CHUNK = 20_000
"""Tracks of which everything is read at once by a stream."""

UNKNOWN = 0
"""In place of the party of what no known owner has."""


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


class OwnerSaid(msgspec.Struct, frozen=True, gc=False):
    """What an owner says of a use, and the ids of the statements that spoke, sorted.

    `party` is a row id, UNKNOWN for a part of a layer that no known owner has, and where a use
    everywhere reaches a place without a known owner.
    """

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
    ids = sorted(set(track_ids))
    if not ids:
        return {}
    answers = _Answers(Reader(ask))
    return dict(answers.of(ids, answers.reader.chunk(ids)))


def owners_stream(
    ask: Ask, tracks: QuerySet[Track] | None = None
) -> Iterator[tuple[int, tuple[OwnerSaid, ...]]]:
    """Track ids, ascending, with their owners' answers: of the tracks that are there, or of some.

    Memory is bounded by a chunk, the parties, and the different situations.
    """
    rows = Track.objects.filter(removed_at=None) if tracks is None else tracks
    answers = _Answers(Reader.of_many(ask))
    with _collector_paused():
        for ids, chunk in _ahead(_read(answers.reader, rows)):
            yield from answers.of(ids, chunk)


def _read(reader: Reader, rows: QuerySet[Track]) -> Iterator[tuple[Sequence[int], Chunk]]:
    for ids in _chunks(rows):
        yield ids, reader.chunk(ids)


def _ahead(chunks: Iterator[T]) -> Iterator[T]:
    """The same, each read while the one before is worked on: the database server reads meanwhile.

    One after the other where there is no server, and in a transaction: the thread that reads has a
    connection of its own, which would not see what is not committed.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from chunks
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            waiting = thread.submit(next, chunks, None)
            while (found := waiting.result()) is not None:
                waiting = thread.submit(next, chunks, None)
                yield found
        finally:
            thread.submit(_leave)


def _leave() -> None:
    """Close the connection of the thread that calls."""
    connection.close()


def _chunks(rows: QuerySet[Track]) -> Iterator[Sequence[int]]:
    after = 0
    while True:
        found = rows.order_by("pk").filter(pk__gt=after).values_list("pk", flat=True)
        ids = list(found.distinct()[:CHUNK])
        if not ids:
            return
        yield ids
        after = ids[-1]


Answered: TypeAlias = tuple[tuple[int, OwnerFact, tuple[int, ...]], ...]
"""Owners by their place among a track's parties, with statements by theirs among what was heard."""


@dataclass(slots=True)
class _Answers:
    """Answers for one question; those of situations that were seen are remembered."""

    reader: Reader
    known: dict[tuple[object, ...], Answered] = field(default_factory=dict)

    def of(self, ids: Sequence[int], chunk: Chunk) -> Iterator[tuple[int, tuple[OwnerSaid, ...]]]:
        """Answers for those of some tracks that are there, from what was read for them."""
        for track in ids:
            if track in chunk.accounts:
                yield track, self._owners(track, chunk)

    def _owners(self, track: int, chunk: Chunk) -> tuple[OwnerSaid, ...]:
        """The answers for one track. Runs a million times: plain loops, few objects."""
        place: dict[int, int] = {}
        shape: list[object] = []
        for party, text in chunk.stakes.get(track, ()):
            shape += place.setdefault(party, len(place)), text
        performers = chunk.performers.get(track, ())
        said = self._heard(track, chunk, [*place, *performers])
        artists = _speaking(performers, said) if performers else ()
        shape += [("artist", place.setdefault(party, len(place))) for party in artists]
        said = [row for row in said if row[1] in place]
        if len(said) > 1:
            said.sort(key=lambda row: (place[row[1]], row[2], row[3], row[0]))
        shape += _ranked(said, place)
        found = self.known.get(key := tuple(shape))
        if found is None:
            held = chunk.stakes.get(track, ())
            found = self.known[key] = _resolved(held, artists, said, place, self.reader.ask)
        parties = [*place, UNKNOWN]  # the last is NOBODY's
        return tuple(
            [
                OwnerSaid(parties[owner], fact, _ids(said, spoke) if spoke else ())
                for owner, fact, spoke in found
            ]
        )

    def _heard(self, track: int, chunk: Chunk, parties: Sequence[int]) -> list[Spoken]:
        """Statements about a track, and of its parties on all that they have."""
        found = list(chunk.said.get(track, ()))
        for party in dict.fromkeys(parties):
            for only, row in self.reader.general[party]:
                if only is None or only == chunk.accounts[track]:
                    found.append(row)
        return found


def _ids(said: Sequence[Spoken], spoke: Sequence[int]) -> tuple[int, ...]:
    if len(spoke) == 1:  # most of a million
        return (said[spoke[0]][0],)
    return tuple(sorted([said[at][0] for at in spoke]))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without looking for cycles: there are none, and looking took a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _speaking(performers: Sequence[int], said: Sequence[Spoken]) -> list[int]:
    """The performers who speak for their performance or likeness."""
    speak = {row[1] for row in said if row[2].split(SEPARATOR, 2)[1] in ARTIST_LAYERS}
    return [party for party in performers if party in speak]


def _ranked(said: Sequence[Spoken], place: dict[int, int]) -> list[object]:
    """Who says what in which order: all that matters of statements but for which they are."""
    if len(said) < 2:
        return [(place[row[1]], row[2]) for row in said]
    times = sorted({row[3] for row in said})
    return [(place[row[1]], row[2], times.index(row[3])) for row in said]


def _resolved(
    held: Iterable[Held], artists: Iterable[int], said: Sequence[Spoken],
    place: dict[int, int], ask: Ask,
) -> Answered:  # fmt: skip
    """The answers of owners, with owners and statements as places in the lists."""
    stakes = [_stake(place[party], text) for party, text in held]
    spoken = [_said(at, place[row[1]], row[2], row[3], ask) for at, row in enumerate(said)]
    found = owners(stakes, [place[artist] for artist in artists], spoken, ask)
    return tuple((one.owner, _fact(one), one.answer.spoke) for one in found)


def _fact(one: Owned) -> OwnerFact:
    told = one.answer
    return OwnerFact(
        one.layer, one.territory, one.basis_points, told.contract, told.preference,
        told.condition, told.condition_met, told.model_covered,
    )  # fmt: skip


def _stake(owner: int, text: str) -> Stake:
    layer, basis_points, named, excluded = text.split(SEPARATOR)
    share = int(basis_points) if basis_points else None
    return Stake(owner, layer, share, _where(named, excluded))


def _said(id: int, grantor: int, text: str, recorded_at: str, ask: Ask) -> Said:
    """A statement of which it is known that it is in force."""
    columns = dict(zip(SAID, text.split(SEPARATOR), strict=True))
    return Said(
        id=id,
        grantor=grantor,
        layer=columns["layer"],
        use=ask.use,
        decision=columns["decision"],
        scope=columns["scope"],
        source=columns["source"],
        assurance=columns["assurance"],
        valid_from=ask.at,
        recorded_at=datetime.fromisoformat(recorded_at),
        licensee=int(columns["licensee"]) if columns["licensee"] else None,
        model=columns["model"],
        model_version=columns["model_version"],
        where=where(
            json.loads(columns["territories"]), json.loads(columns["excluded_territories"])
        ),
        condition=columns["condition"],
        condition_met=columns["met"] in ("1", "true"),
    )


def _where(named: str, excluded: str) -> Where:
    return where(json.loads(named), json.loads(excluded))
