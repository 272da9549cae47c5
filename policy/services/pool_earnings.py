"""What every track of a pool earns: weights, rights and what the rules say, brought together.

A million uses are read once, a few thousand tracks at a time, and kept in a temporary file: the
allotment reads them twice, and memory stays small. The digest over them is what a run is known by.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO

import msgspec

from policy.accounting.earnings import WHOLE, Allotted, Earning, Holder, LayerEarning
from policy.accounting.scheme import Scheme, Values
from policy.accounting.shares import is_whole
from policy.facts.rights import (
    HeldBack,
    disputes_open,
    held_back,
    holders_in,
    holdings_on,
    unmatched_since,
)
from policy.models import Bundle, Pool
from policy.services.bulk import batched
from policy.services.pool_duties import Hold, Rate, Verdict
from policy.services.pool_judging import PoolJudge, Rights
from policy.services.pool_weights import Weights, Worth
from policy.services.pools import period_of

CHUNK = 2_000
"""Tracks whose rights are read and judged at a time."""


class Earned(msgspec.Struct, frozen=True, gc=False):
    """An earning, and for each of its layers the decision (a row's id) that its line names."""

    earning: Earning
    decisions: tuple[int, ...]

    def decision(self, line: Allotted) -> int:
        """The decision of a line that this earning has. Raises LookupError for one of another."""
        if self.earning.place != (line.track, line.kind, line.territory):
            raise LookupError(f"a line of track {line.track} is none of {self.earning.place}")
        for layer, decision in zip(self.earning.layers, self.decisions, strict=True):
            if layer.layer == line.layer:
                return decision
        raise LookupError(f"{self.earning.place} has no layer {line.layer}")


class Spool:
    """Earnings in a temporary file, to be read as often as needed. `digest` is over what money
    depends on: not over the decisions, whose ids are of this database."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._hash = hashlib.sha256()
        self.reserved = 0

    def add(self, some: Sequence[Earned]) -> None:
        """Keep some more, in the order of their places."""
        self._hash.update(_encoder.encode([each.earning for each in some]))
        raw = _encoder.encode(some)
        self._file.write(len(raw).to_bytes(8, "big") + raw)

    def reading(self) -> Iterator[Earned]:
        """All of them from the beginning; several may read at a time."""
        place = 0
        while size := self._read(place, 8):
            length = int.from_bytes(size, "big")
            yield from _decoder.decode(self._read(place + 8, length))
            place += 8 + length

    def _read(self, place: int, length: int) -> bytes:
        self._file.seek(place)
        return self._file.read(length)

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Earned])


def earnings_gather(
    *,
    spool: Spool,
    pool: Pool,
    bundle: Bundle,
    weights: Weights,
    values: Values,
    at: datetime,
) -> None:
    """Work out what the tracks of a pool earn. Decisions on new situations are written."""
    gathering = _Gathering(pool, PoolJudge(pool, bundle, at), values)
    for some in batched(weights, CHUNK):
        spool.add(list(gathering.earned(some)))
    spool.reserved = weights.reserved


def earnings_of(reading: Iterable[Earned]) -> Iterator[Earning]:
    """The earnings alone."""
    return (each.earning for each in reading)


class _Gathering:
    """Makes earnings of some tracks at a time."""

    def __init__(self, pool: Pool, judge: PoolJudge, values: Values) -> None:
        self._period = period_of(pool)
        self._judge = judge
        self._rounding = _number(values, "rounding", 0)
        self._limit = _number(values, "overclaim_limit", WHOLE)

    def earned(self, some: Sequence[tuple[int, list[Worth]]]) -> Iterator[Earned]:
        rights = self._rights([track for track, _ in some])
        asked = [
            (track, worth, self._judge.situations(worth, rights[track]))
            for track, worths in some
            for worth in worths
        ]
        verdicts = self._judge.verdicts(one for *_, situations in asked for one in situations)
        for track, worth, situations in asked:
            found = [verdicts[one] for one in situations]
            yield self._one(track, worth, rights[track], found)

    def _rights(self, tracks: Sequence[int]) -> Mapping[int, Rights]:
        holdings = holdings_on(self._period.last_day, tracks)
        disputes = disputes_open(tracks)
        waiting = unmatched_since(tracks, before=self._period.since)
        back = held_back(tracks, but=self._judge.rulesets)
        beyond = self._judge.beyond(tracks)
        return {
            track: Rights(
                holdings[track],
                disputes[track],
                waiting.get(track),
                back[track],
                *beyond.get(track, ({}, ())),
            )
            for track in tracks
        }

    def _one(self, track: int, worth: Worth, rights: Rights, verdicts: Sequence[Verdict]) -> Earned:
        """The earning of a worth: the first verdict says what is set aside, those after it are on
        disputes, and what any of them holds is held."""
        rates = verdicts[0].earns(worth.territory)
        layers = [self._layer(rate, worth.territory, rights, verdicts) for rate in rates]
        earning = Earning(
            track=track,
            kind=worth.kind,
            territory=worth.territory,
            units=worth.units,
            weight=worth.weight,
            layers=tuple(layer for layer, _ in layers),
        )
        return Earned(earning, tuple(decision for _, decision in layers))

    def _layer(
        self, rate: Rate, place: str, rights: Rights, verdicts: Sequence[Verdict]
    ) -> tuple[LayerEarning, int]:
        holders = holders_in(rights.holdings, rate.layer, place)
        hold, decision = _first(verdicts, rate.layer, place, rest=False)
        rest, _ = _first(verdicts, rate.layer, place, rest=True)
        layer = LayerEarning(
            layer=rate.layer,
            rate=rate.points,
            holders=holders,
            hold=hold or _held_back(rights.held_back, rate.layer, place),
            rest=rest,
            prorate=self._prorated(holders),
        )
        return layer, decision

    def _prorated(self, holders: Sequence[Holder]) -> bool:
        """Whether shares are meant to be the whole: but for rounding, or a small over-claim that
        the rules do not hold."""
        claimed = sum(share or 0 for _, share in holders)
        return is_whole(holders, self._rounding) or WHOLE < claimed <= self._limit


def _first(verdicts: Sequence[Verdict], layer: str, place: str, *, rest: bool) -> tuple[str, int]:
    """The first reason to hold, with the decision that gives it; no reason and the first
    decision when none does."""
    for each in verdicts:
        if reason := each.hold(layer, place, rest=rest):
            return reason, each.decision
    return "", verdicts[0].decision


def _held_back(some: Sequence[HeldBack], layer: str, place: str) -> str:
    """The first rule on the track as delivered that holds a layer there; empty for none."""
    holds = (Hold(each.layer, each.territories, False, each.rule) for each in some)
    return next((hold.rule for hold in holds if hold.touches(layer, place)), "")


def _number(values: Values, name: str, otherwise: int) -> int:
    found = values.get(name)
    return found if isinstance(found, int) else otherwise


def inputs_digest(pool: Pool, scheme: Scheme, spool: Spool) -> str:
    """SHA-256 over all that the amounts of a run depend on, but for the bundle."""
    content = [
        pool.licensee_id, pool.currency, pool.income, pool.minimum, pool.period_from,
        pool.period_until, scheme, spool.reserved, spool.digest,
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
