"""Who owns how much, and what it adds up to where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET

from policy.facts.batch import Batch, Holding, Subject, grouped
from policy.facts.document import Holder, ShareTotal
from policy.facts.group import Group, Part, delivery_sources

WORLDWIDE = "Worldwide"
"""Everywhere that no share names or excludes."""

_LAYERS = ("master", "publishing", "performer", "likeness")


def _provide(batch: Batch) -> dict[Subject, Part]:
    return {subject: _part(subject, batch) for subject in batch.subjects}


def _part(subject: Subject, batch: Batch) -> Part:
    rows = batch.shares(subject)
    sources = delivery_sources([batch.track(subject).delivery])
    return Part((tuple(holders(rows)), tuple(totals(rows))), sources)


def holders(shares: Iterable[Holding]) -> Iterator[Holder]:
    """A party once per layer; more than once when its share differs between territories."""
    same = grouped(((row.layer, row.party_id, row.basis_points), row) for row in shares)
    for (layer, _, basis_points), rows in sorted(
        same.items(),
        key=lambda item: _LAYERS.index(item[0][0]),  # then in their order
    ):
        everywhere = any(not row.territories for row in rows)
        named = {code for row in rows for code in row.territories}
        yield Holder(
            name=rows[0].name,
            layer=layer,
            basis_points=UNSET if basis_points is None else basis_points,
            territories=() if everywhere else tuple(sorted(named)),
        )


def totals(shares: Sequence[Holding]) -> Iterator[ShareTotal]:
    """The sums of each layer: the world's, then those of territories that differ from it."""
    layers = grouped((row.layer, row) for row in shares)
    for layer in sorted(layers, key=_LAYERS.index):
        rows = layers[layer]
        world = _total(layer, WORLDWIDE, (row for row in rows if not row.territories))
        if world.holders:
            yield world
        named = {code for row in rows for code in (*row.territories, *row.excluded)}
        for code in sorted(named):
            here = _total(layer, code, (row for row in rows if _holds_in(row, code)))
            if _sum(here) != _sum(world):
                yield here


def _holds_in(row: Holding, code: str) -> bool:
    return code not in row.excluded and (not row.territories or code in row.territories)


def _total(layer: str, territory: str, shares: Iterable[Holding]) -> ShareTotal:
    rows = list(shares)
    return ShareTotal(
        layer=layer,
        territory=territory,
        basis_points=sum(row.basis_points or 0 for row in rows),
        holders=len({row.party_id for row in rows}),
        unknown=len({row.party_id for row in rows if row.basis_points is None}),
    )


def _sum(total: ShareTotal) -> tuple[int, int, int]:
    return total.basis_points, total.holders, total.unknown


SHARES = Group("shares", ("parties", "shares"), _provide)
