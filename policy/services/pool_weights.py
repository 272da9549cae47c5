"""What each track weighs in a pool, by its scheme's key: exact integers, in the order of tracks.

    equal         each track once, however often it was used
    uses, streams its units, in millionths
    attribution   its units x weight; what is left over goes by the fallback: by analogy, as tracks
                  were used in training, or to all tracks alike
    market_share  what pools of the same period pay for it

A use in several territories counts in each for an equal part. Parts are differences of sums that
are rounded down, so that they always add up to the whole.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

from policy.accounting.scheme import Fallback, Key, Scheme
from policy.facts.reported import (
    MILLION,
    Reported,
    Unattributed,
    Wanted,
    market_of,
    reported,
    totals,
    trained_on,
    unattributed,
    units_of,
)
from policy.facts.rights import WORLDWIDE
from policy.models import Pool
from policy.services.pools import period_of

ONCE = 720_720
"""Weight of a track that counts once: divisible by as many places as a track is likely to have."""

Base: TypeAlias = Callable[[], Iterator[tuple[int, int]]]
"""Reads tracks with a weight each, in the order of ids; called anew for each reading."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The uses of one kind as rules see them, in whole units."""

    units: int
    artificial: int
    attributed: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """What uses of one kind in one territory of a track weigh; `units` are not artificial."""

    kind: str
    territory: str
    units: int
    weight: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Based:
    """A track of the base: the sum of the weights before it, and with its own."""

    track: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Weights:
    """How a pool weighs tracks. `over` is spread over the tracks of `base`, whose weights add up to
    `total`; `reserved` is weight that no track gets."""

    key: Key
    wanted: Wanted
    over: tuple[Unattributed, ...] = ()
    base: Base = lambda: iter(())
    total: int = 0
    reserved: int = 0

    def __iter__(self) -> Iterator[tuple[int, list[Worth]]]:
        """Tracks with their worths, sorted by kind and territory; each reading queries anew."""
        rows: Iterator[Reported | _Based] = heapq.merge(
            reported(self.wanted), self._based(), key=attrgetter("track")
        )
        for track, own in groupby(rows, key=attrgetter("track")):
            worths = _worths(self, own)
            if worths:
                yield track, worths

    def _based(self) -> Iterator[_Based]:
        """Tracks of the base, whose order is that of the tracks."""
        before = 0
        for track, weight in self.base() if self.over else ():
            yield _Based(track, before, before + weight)
            before += weight


def wanted_by(pool: Pool) -> Wanted:
    """The uses that a pool pays for."""
    period = period_of(pool)
    return Wanted(
        licensee=pool.licensee_id,
        kinds=tuple(pool.kinds),
        starts=period.starts_at,
        ends=period.ends_at,
        model=pool.model,
        model_version=pool.model_version,
    )


def weights_of(pool: Pool, scheme: Scheme) -> Weights:
    """How the tracks of a pool are weighed by its scheme."""
    wanted = wanted_by(pool)
    if scheme.key is Key.MARKET_SHARE:
        return _spread(scheme.key, wanted, totals(wanted), [_market(pool)])
    if scheme.key is not Key.ATTRIBUTION:
        return Weights(scheme.key, wanted)
    over = unattributed(wanted)
    if scheme.fallback is Fallback.RESERVE:
        return Weights(scheme.key, wanted, reserved=sum(each.weight for each in over))
    learned: list[Base] = [lambda: units_of(trained_on(wanted))]
    alike: list[Base] = [lambda: ((track, 1) for track, _ in units_of(wanted))]
    bases = [*learned, *alike] if scheme.fallback is Fallback.ANALOGY else alike
    return _spread(scheme.key, wanted, over, bases)


def _market(pool: Pool) -> Base:
    period = pool.period_from, pool.period_until
    return lambda: market_of(pool.currency, *period, but=pool.pk)


def _spread(
    key: Key, wanted: Wanted, over: Iterable[Unattributed], bases: Iterable[Base]
) -> Weights:
    """Weights that are spread over the first base that has any; reserved when none has."""
    rows = tuple(over)
    for base in bases if rows else ():
        total = sum(weight for _, weight in base())
        if total:
            return Weights(key, wanted, rows, base, total)
    return Weights(key, wanted, reserved=sum(each.weight for each in rows))


@dataclass(slots=True)
class _Cell:
    """Adds up what comes to one place."""

    units: int = 0
    weight: int = 0
    seen_units: int = 0
    seen_artificial: int = 0
    attributed: bool = False


def _worths(weights: Weights, rows: Iterable[Reported | _Based]) -> list[Worth]:
    """The worths of one track; places where nothing is left without what is artificial are not
    there."""
    cells: dict[tuple[str, str], _Cell] = {}
    for row in rows:
        if isinstance(row, _Based):
            _add_spread(cells, weights, row)
        else:
            _add_own(cells, row, weights.key)
    earning = sorted((place, cell) for place, cell in cells.items() if _earns(cell))
    if weights.key is Key.EQUAL:
        for index, (_, cell) in enumerate(earning):
            cell.weight = part(ONCE, index, len(earning))
    return [
        Worth(
            *place,
            cell.units,
            cell.weight,
            Seen(cell.seen_units, cell.seen_artificial, cell.attributed),
        )
        for place, cell in earning
    ]


def _earns(cell: _Cell) -> bool:
    return cell.seen_units > cell.seen_artificial


def _add_own(cells: dict[tuple[str, str], _Cell], row: Reported, key: Key) -> None:
    codes = row.territories or (WORLDWIDE,)
    net = row.units - row.artificial
    weight = {Key.ATTRIBUTION: row.weight, Key.MARKET_SHARE: 0}.get(key, net * MILLION)
    for index, code in enumerate(codes):
        cell = cells.setdefault((row.kind, code), _Cell())
        cell.units += part(net, index, len(codes))
        cell.weight += part(weight, index, len(codes))
        cell.seen_units += row.units
        cell.seen_artificial += row.artificial
        cell.attributed |= row.attributed


def _add_spread(cells: dict[tuple[str, str], _Cell], weights: Weights, based: _Based) -> None:
    """A track's part of what is spread. Where it was not used itself, rules see the uses that are
    spread."""
    for row in weights.over:
        counted = row.weight * based.before // weights.total
        weight = row.weight * based.after // weights.total - counted
        codes = row.territories or (WORLDWIDE,)
        for index, code in enumerate(codes):
            cell = cells.setdefault((row.kind, code), _Cell())
            cell.weight += part(weight, index, len(codes))
            if not cell.seen_units:
                cell.seen_units, cell.seen_artificial = row.units, row.artificial


def part(whole: int, index: int, count: int) -> int:
    """Part number `index` of a whole that is divided into `count`, as evenly as can be."""
    return whole * (index + 1) // count - whole * index // count
