"""What the owners of a track answer to a use: once per layer and territory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from policy.registry.said import ARTIST_LAYERS, Ask, Said
from policy.registry.speaking import SILENT, Answer, answer
from policy.registry.territories import WORLDWIDE, Where, cells, folded

LAYERS = ("master", "publishing", "performer", "likeness")

NOBODY = -1
"""Owns what no known owner has: a part of a layer, or all of it where a use everywhere reaches a
place in which no owner is known. Silent: what others say of theirs does not count for it."""

WHOLE = 10_000
"""Basis points that the shares of a layer add up to; an artist's layers have no whole."""

ROUNDING = 5
"""Basis points by which each owner's share may fall short by rounding, so that three times 33.33 %
are the whole: the parameter `rounding` of the compensation rules."""


@dataclass(frozen=True, slots=True)
class Stake:
    """An owner's share of a layer; `basis_points` None when it is unknown."""

    owner: int
    layer: str
    basis_points: int | None
    where: Where


@dataclass(frozen=True, slots=True)
class Owned:
    """What an owner of a layer answers in a territory (`Worldwide`: in all that are not told)."""

    owner: int
    layer: str
    territory: str
    basis_points: int | None
    answer: Answer


Column: TypeAlias = dict[int, tuple[int | None, Answer]]
"""Share and answer of each owner of a layer in one place."""


def owners(
    stakes: Sequence[Stake], performers: Collection[int], said: Iterable[Said], ask: Ask
) -> tuple[Owned, ...]:
    """The answers of all owners, by layer and territory in the order of `LAYERS` and of codes.

    `said` are statements in force that cover the track and are about the use. `performers` own
    their performance and likeness with a share unknown, in the places where they speak.
    """
    found: list[Owned] = []
    by = list(said)
    for layer in LAYERS:
        held = [stake for stake in stakes if stake.layer == layer]
        spoken = [one for one in by if one.layer == layer]
        artists = sorted(set(performers) - {stake.owner for stake in held})
        if held or (artists and layer in ARTIST_LAYERS):
            found += _layer(layer, held, artists if layer in ARTIST_LAYERS else (), spoken, ask)
    return tuple(found)


def _layer(
    layer: str, held: Sequence[Stake], artists: Sequence[int], said: Sequence[Said], ask: Ask
) -> Iterable[Owned]:
    """One layer, told for the same territories of every owner, so that they can be counted."""
    heard = {stake.owner for stake in held} | set(artists)
    said = [one for one in said if one.grantor in heard]
    extents = [*(stake.where for stake in held), *(one.where for one in said)]
    columns = {
        code: _column(code, held, artists, said, ask) for code in cells(ask.territories, extents)
    }
    if columns.get(WORLDWIDE):
        columns = {code: column or _UNOWNED for code, column in columns.items()}
    plain = {code: _without_ids(column) for code, column in columns.items()}
    for code, alike in folded(plain).items():
        for owner, (basis_points, told) in plain[alike[0]].items():
            spoke = {id for same in alike for id in columns[same][owner][1].spoke}
            whole = replace(told, spoke=tuple(sorted(spoke)))
            yield Owned(owner, layer, code, basis_points, whole)


_UNOWNED: Column = {NOBODY: (None, SILENT)}


def _column(
    code: str, held: Sequence[Stake], artists: Sequence[int], said: Sequence[Said], ask: Ask
) -> Column:
    there = [one for one in said if one.where.holds_in(code)]
    here = [stake for stake in held if stake.where.holds_in(code)]

    def told(owner: int) -> Answer:
        return answer((one for one in there if one.grantor == owner), ask)

    found: Column = {}
    for stake in here:
        before = found.get(stake.owner)
        share = _sum(before[0], stake.basis_points) if before else stake.basis_points
        found[stake.owner] = (share, before[1] if before else told(stake.owner))
    voices: Column = {artist: (None, told(artist)) for artist in artists}
    spoken = {artist: voice for artist, voice in voices.items() if voice[1] != SILENT}
    return found | _missing(here) | spoken


def _missing(held: Sequence[Stake]) -> Column:
    """Nobody's part of a layer in a place where its known shares, if it has any owner there, are
    less than the whole. How large that part is is unknown where a share is."""
    shares = [(one.owner, one.basis_points) for one in held if one.layer not in ARTIST_LAYERS]
    known = [(owner, share) for owner, share in shares if share is not None]
    short = WHOLE - sum(share for _, share in known)
    if not shares or short <= ROUNDING * len(dict(known)):
        return {}
    return {NOBODY: (short if len(known) == len(shares) else None, SILENT)}


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _without_ids(column: Mapping[int, tuple[int | None, Answer]]) -> Column:
    return {owner: (share, replace(told, spoke=())) for owner, (share, told) in column.items()}
