"""What accounts are called, and the entries that move money between them."""

from __future__ import annotations

from dataclasses import dataclass

LICENSEE, POOL, DEDUCTION, PAYABLE, HOLD = "licensee", "pool", "deduction", "payable", "hold"
PENALTY, ROUNDING, RESERVE, EXCHANGE, PAYOUT = (
    "penalty", "rounding", "reserve", "exchange", "payout",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account, in whatever currency: its kind, what it is for, and whose it is if a party's."""

    kind: str
    key: str
    party: int | None = None

    @property
    def place(self) -> tuple[str, str]:
        """By which accounts are put in order: every tie is broken by it."""
        return self.kind, self.key

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` minor units of a currency into an account; negative: out of it. Never zero."""

    account: AccountName
    currency: str
    amount: int


def payable(party: int) -> AccountName:
    """What is owed to a party."""
    return AccountName(PAYABLE, f"party:{party}", party)


def held(reason: str, party: int | None) -> AccountName:
    """What is held for a reason; for a party when one is known to be meant."""
    whom = "" if party is None else f":party:{party}"
    return AccountName(HOLD, f"{reason}{whom}", party)


def deduction(word: str) -> AccountName:
    """What the scheme of this word takes off before money is shared out."""
    return AccountName(DEDUCTION, word)


def reserve(word: str) -> AccountName:
    """What the scheme of this word keeps back, because nobody is known to have earned it."""
    return AccountName(RESERVE, word)
