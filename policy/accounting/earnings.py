"""What goes into an allotment and what comes out: one earning a track, one line a share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from policy.accounting.accounts import AccountName

WHOLE = 10_000
"""Basis points of a whole."""

FINE = 1_000_000
"""Lines are counted in millionths of the minor unit."""

UNMATCHED, UNCLAIMED = "unmatched", "unclaimed_share"
SHARE_UNKNOWN, OVER_CLAIM = "share_unknown", "over_claim"

Holder: TypeAlias = tuple[int, int | None]
"""A party's id and its basis points of a layer; None where its share is not known."""


@dataclass(frozen=True, slots=True)
class LayerEarning:
    """One layer that earns: at which rate (basis points), who has it, what is held.

    `hold` is the reason why nothing of it is paid, `rest` the reason why that is held which no
    known share takes (a word of this module when empty). `prorate` says that the known shares are
    meant to be the whole, though rounding or a small over-claim makes them less or more.
    """

    layer: str
    rate: int
    holders: tuple[Holder, ...]
    hold: str = ""
    rest: str = ""
    prorate: bool = False


@dataclass(frozen=True, slots=True)
class Earning:
    """What a use of one kind in one territory of one track is worth: `weight` by the scheme's key.

    `units` is how often it took place, as statements show it.
    """

    track: int
    kind: str
    territory: str
    units: int
    weight: int
    layers: tuple[LayerEarning, ...]

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands: earnings come in this order, each place once."""
        return self.track, self.kind, self.territory


@dataclass(frozen=True, slots=True)
class Allotted:
    """What one share of one layer of one earning gets, in millionths of the minor unit.

    `gross` = `deducted` + `net`. `party` is None where nobody is known; `basis_points` None where
    the layer has no holder at all. `hold` is the reason why it is held, empty when payable.
    """

    track: int
    kind: str
    territory: str
    layer: str
    party: int | None
    account: AccountName
    units: int
    weight: int
    basis_points: int | None
    gross: int
    deducted: int
    net: int
    hold: str

    @property
    def status(self) -> str:
        """`payable` or `held`."""
        return "held" if self.hold else "payable"
