"""Shares a pool out: deductions, layers by their rates, tracks by weight, parties by shares.

Earnings are read twice and never kept. The first reading, `Sums.of`, adds up in whole numbers what
each account has a claim to; `allot` rounds every account once, so that the accounts add up to the
pool. The second, `Allotment.lines`, divides what each account got between its lines.

A claim is weight x rate x parts. Where all tracks have the same layers, that is: the layers share
in the ratio of their rates, and the tracks of a layer in the ratio of their weights. Where kinds of
use have different layers, each use earns at the rates of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from policy.accounting.accounts import AccountName, Entry, deduction, reserve
from policy.accounting.apportion import apportion
from policy.accounting.earnings import FINE, WHOLE, Allotted, Earning
from policy.accounting.shares import PARTS, account_of, parts_of

Claim: TypeAlias = tuple[int | None, str]
"""A party and the reason why its money is held: what names an account, quicker to compare."""


class EarningsDiffer(Exception):
    """The second reading of the earnings gave something else than the first."""


class OutOfOrder(ValueError):
    """Earnings do not come in the order of their places, each once. Sort them before."""


@dataclass(frozen=True, slots=True)
class LayerSum:
    """What tracks have in a layer: the sum of their weights, and of weight x rate."""

    weight: int
    points: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Earnings added up. `weight` and `units` count what earns in at least one layer."""

    weight: int
    units: int
    points: int
    layers: Mapping[str, LayerSum]
    claims: Mapping[Claim, int]

    @classmethod
    def of(cls, earnings: Iterable[Earning]) -> Sums:
        """The first reading. Raises OutOfOrder."""
        weight = units = points = 0
        layers: dict[str, LayerSum] = {}
        claims: dict[Claim, int] = {}
        for earning in _in_order(earnings):
            earned = _add(earning, layers, claims)
            points += earned
            if earned:
                weight += earning.weight
                units += earning.units
        return cls(weight, units, points, layers, claims)

    @property
    def rate(self) -> tuple[int, int]:
        """What layers take of a use together, as an average over weights: a fraction of WHOLE."""
        return self.points, max(self.weight, 1)


@dataclass(frozen=True, slots=True)
class Allotment:
    """A pool shared out, in minor units: `gross` = `deducted` + `paid` + `held` + `reserved`.

    `accounts` says what each gets, in the order of their places; those that get nothing are there.
    """

    word: str
    gross: int
    deducted: int
    reserved: int
    unattributed: int
    sums: Sums
    accounts: Mapping[AccountName, int]
    claims: Mapping[Claim, tuple[AccountName, int]] = field(repr=False)

    @property
    def paid(self) -> int:
        """What parties get."""
        return sum(amount for (_, hold), (_, amount) in self.claims.items() if not hold)

    @property
    def held(self) -> int:
        """What is held, for whatever reason."""
        return sum(amount for (_, hold), (_, amount) in self.claims.items() if hold)

    def entries(self, source: AccountName, currency: str) -> tuple[Entry, ...]:
        """The postings that take the pool out of an account; none for a pool of nothing."""
        parts = [Entry(name, currency, amount) for name, amount in self.accounts.items() if amount]
        return (Entry(source, currency, -self.gross), *parts) if self.gross else ()

    def lines(self, earnings: Iterable[Earning]) -> Iterator[Allotted]:
        """The second reading: a line for each share that has a part. The lines of an account add up
        to what it got. Raises OutOfOrder, and EarningsDiffer at the end."""
        spread = _Spread(self)
        for earning in _in_order(earnings):
            yield from spread.lines(earning)
        spread.finish()


def allot(
    sums: Sums, *, gross: int, deduction_points: int, word: str, unattributed: int = 0
) -> Allotment:
    """Share `gross` minor units out; `deduction_points` are basis points of it.

    `unattributed` is weight that no track has a claim to: its part goes to the reserve, as all does
    that is left after the deduction when nothing earns.
    """
    left = WHOLE - deduction_points
    whole = sums.points * PARTS
    off, kept = deduction_points * (sums.weight + unattributed) * whole, left * unattributed * whole
    names = {account_of(*claim): claim for claim in sums.claims}
    weights = {name: left * sums.weight * sums.claims[claim] for name, claim in names.items()}
    if not sums.points:
        off, kept = deduction_points, left
    weights |= {deduction(word): off, reserve(word): kept}
    order = sorted(weights, key=lambda name: name.place)
    amounts = apportion(gross, [weights[name] for name in order])
    accounts = dict(zip(order, amounts, strict=True))
    return Allotment(
        word=word,
        gross=gross,
        deducted=accounts[deduction(word)],
        reserved=accounts[reserve(word)],
        unattributed=unattributed,
        sums=sums,
        accounts=accounts,
        claims={claim: (name, accounts[name]) for name, claim in names.items()},
    )


class _Spread:
    """Divides what accounts got between lines, as these come.

    A line gets the difference of two sums that are rounded down, so that lines need not be ranked
    by their remainders, which would keep them all: each is less than one millionth off.
    """

    def __init__(self, allotment: Allotment) -> None:
        sums = allotment.sums
        self._claims = sums.claims
        self._accounts = allotment.claims
        self._counted = dict.fromkeys(sums.claims, 0)
        self._spent = dict.fromkeys(sums.claims, 0)
        self._all = self._deducted = 0
        self._take = allotment.deducted * FINE * sums.weight
        self._of = (sums.weight + allotment.unattributed) * sums.points * PARTS

    def lines(self, earning: Earning) -> Iterator[Allotted]:
        for layer in earning.layers:
            points = earning.weight * layer.rate
            for part in parts_of(layer) if points else ():
                claim = part.party, part.hold
                if claim not in self._claims:
                    raise EarningsDiffer(f"track {earning.track} has a holder that it had not")
                net = self._net(claim, points * part.parts)
                deducted = self._deduction(points * part.parts)
                yield Allotted(
                    track=earning.track,
                    kind=earning.kind,
                    territory=earning.territory,
                    layer=layer.layer,
                    party=part.party,
                    account=self._accounts[claim][0],
                    units=earning.units,
                    weight=earning.weight,
                    basis_points=part.basis_points,
                    gross=net + deducted,
                    deducted=deducted,
                    net=net,
                    hold=part.hold,
                )

    def _net(self, claim: Claim, claimed: int) -> int:
        counted = self._counted[claim] = self._counted[claim] + claimed
        spent = self._accounts[claim][1] * FINE * counted // self._claims[claim]
        net = spent - self._spent[claim]
        self._spent[claim] = spent
        return net

    def _deduction(self, claimed: int) -> int:
        self._all += claimed
        before, self._deducted = self._deducted, self._take * self._all // self._of
        return self._deducted - before

    def finish(self) -> None:
        """Raises EarningsDiffer unless every claim of the first reading was met."""
        if self._counted != self._claims:
            raise EarningsDiffer("earnings changed between the two readings")


def _add(earning: Earning, layers: dict[str, LayerSum], claims: dict[Claim, int]) -> int:
    """Add an earning to sums; its points."""
    earned = 0
    for layer in earning.layers:
        points = earning.weight * layer.rate
        if not points:
            continue
        earned += points
        before = layers.get(layer.layer, LayerSum(0, 0))
        layers[layer.layer] = LayerSum(before.weight + earning.weight, before.points + points)
        for part in parts_of(layer):
            claim = part.party, part.hold
            claims[claim] = claims.get(claim, 0) + points * part.parts
    return earned


def _in_order(earnings: Iterable[Earning]) -> Iterator[Earning]:
    """The earnings as they come. Raises OutOfOrder."""
    before: Earning | None = None
    for earning in earnings:
        if before is not None and earning.place <= before.place:
            raise OutOfOrder(f"{earning.place} comes after {before.place}")
        before = earning
        yield earning
