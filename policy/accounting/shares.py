"""Who gets how much of a layer of a track, and what of it is held for which reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy.accounting.accounts import AccountName, held, payable
from policy.accounting.apportion import apportion
from policy.accounting.earnings import (
    OVER_CLAIM,
    SHARE_UNKNOWN,
    UNCLAIMED,
    UNMATCHED,
    WHOLE,
    Holder,
    LayerEarning,
)

PARTS = 100_000_000
"""Into so many parts a layer of a track is divided: basis points of basis points. Shares that are
prorated are off by less than one of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """`parts` of PARTS for a party, or for nobody known; held when there is a reason."""

    party: int | None
    basis_points: int | None
    parts: int
    hold: str


def account_of(party: int | None, hold: str) -> AccountName:
    """Where money of a party, or of nobody known, goes."""
    return payable(party) if party is not None and not hold else held(hold, party)


def parts_of(layer: LayerEarning) -> tuple[Part, ...]:
    """The whole of a layer, in the order of party ids, what nobody takes at the end.

    Known shares are paid and the rest is held; more than the whole is held altogether, unless it
    is to be prorated. What nobody has is `unmatched` whatever else is said of it.
    """
    if not layer.holders:
        return (Part(None, None, PARTS, UNMATCHED),)
    known = sorted((party, share) for party, share in layer.holders if share)
    claimed = sum(share for _, share in known)
    complete = all(share is not None for _, share in layer.holders)
    if claimed > WHOLE or (layer.prorate and complete and claimed):
        hold = layer.hold or ("" if layer.prorate and complete else OVER_CLAIM)
        return tuple(_prorated(known, hold))
    parts = [Part(party, share, share * WHOLE, layer.hold) for party, share in known]
    if claimed < WHOLE:
        why = layer.hold or layer.rest or (UNCLAIMED if complete else SHARE_UNKNOWN)
        parts.append(Part(None, WHOLE - claimed, PARTS - claimed * WHOLE, why))
    return tuple(parts)


def is_whole(holders: Sequence[Holder], rounding: int) -> bool:
    """Whether known shares are the whole, each falling short by at most `rounding` basis points:
    three times 33.33 % are, and are prorated."""
    shares = [share for _, share in holders if share is not None]
    if len(shares) < len(holders) or not shares:
        return False
    return WHOLE - rounding * len(shares) <= sum(shares) <= WHOLE


def _prorated(known: Sequence[tuple[int, int]], hold: str) -> Iterator[Part]:
    """The whole in the ratio of the claims; what is claimed stays to be seen on the line."""
    parts = apportion(PARTS, [share for _, share in known])
    for (party, share), count in zip(known, parts, strict=True):
        yield Part(party, share, count, hold)
