"""Parties are paid: what is owed to them, in their currency, many in one transaction."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from policy.accounting.accounts import EXCHANGE, PAYOUT, AccountName, Entry, payable
from policy.accounting.exchange import convert
from policy.models import ExchangeRate, Transaction
from policy.services.ledger import transaction_post
from policy.services.rates import rate_of


@dataclass(frozen=True, slots=True)
class Way:
    """How a party is paid what it is owed in a currency: in `quote`, at `rate` when that is another
    one, from `threshold` minor units of it on."""

    base: str
    quote: str
    rate: ExchangeRate | None
    threshold: int

    def received(self, owed: int) -> int:
        """Minor units that arrive for what is owed, below the threshold or not."""
        return convert(owed, rate_of(self.rate)).received if self.rate else owed

    def pays(self, owed: int) -> bool:
        """Whether so much is paid out, or carried forward."""
        return owed > 0 and self.received(owed) >= max(self.threshold, 1)


@dataclass(frozen=True, slots=True)
class Payment:
    """That a party is paid what it is owed, in minor units; `revision` is of its statement."""

    party: int
    revision: int
    owed: int
    way: Way


def payouts_post(
    *,
    payments: Sequence[Payment],
    about: str,
    at: datetime,
    actor: User | None = None,
) -> Mapping[int, Transaction]:
    """Pay parties, each once; the payout transaction by party.

    There is one transaction for each currency, and before it one of conversion where that is
    another one than is owed. In the caller's transaction; `about` says what for.
    """
    ways: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in payments:
        ways[payment.way.base, payment.way.quote].append(payment)
    found: dict[int, Transaction] = {}
    for (base, quote), some in sorted(ways.items()):
        if base != quote:
            _post(Transaction.Kind.CONVERSION, _converted(some), some, about, at, actor)
        row = _post(Transaction.Kind.PAYOUT, _paid(some), some, about, at, actor)
        found |= {payment.party: row for payment in some}
    return found


def _post(
    kind: Transaction.Kind,
    entries: Iterable[Entry],
    payments: Sequence[Payment],
    about: str,
    at: datetime,
    actor: User | None,
) -> Transaction:
    return transaction_post(
        kind=kind,
        key=_key(kind, about, payments),
        entries=tuple(entries),
        reason=f"{about}: {_done(kind, payments[0].way)}",
        value_date=at.date(),
        at=at,
        actor=actor,
    )


def _done(kind: Transaction.Kind, way: Way) -> str:
    """What a transaction does, in a few words."""
    if kind == Transaction.Kind.CONVERSION and way.rate:
        return f"{way.rate} at {way.rate.numerator}/{way.rate.denominator} by {way.rate.source}"
    return f"{way.base} paid in {way.quote}" if way.base != way.quote else f"paid in {way.quote}"


def _converted(payments: Sequence[Payment]) -> Iterator[Entry]:
    """What is owed in one currency becomes owed in the other."""
    way = payments[0].way
    bridge = AccountName(EXCHANGE, f"{way.base}/{way.quote}")
    received = [way.received(payment.owed) for payment in payments]
    for payment, amount in zip(payments, received, strict=True):
        yield Entry(payable(payment.party), way.base, -payment.owed)
        yield Entry(payable(payment.party), way.quote, amount)
    yield Entry(bridge, way.base, sum(payment.owed for payment in payments))
    yield Entry(bridge, way.quote, -sum(received))


def _paid(payments: Sequence[Payment]) -> Iterator[Entry]:
    for payment in payments:
        amount = payment.way.received(payment.owed)
        yield Entry(payable(payment.party), payment.way.quote, -amount)
        out = AccountName(PAYOUT, f"party:{payment.party}", payment.party)
        yield Entry(out, payment.way.quote, amount)


def _key(kind: str, about: str, payments: Sequence[Payment]) -> str:
    """What the transaction is known by: a statement's revision is paid once."""
    way = payments[0].way
    whom = " ".join(f"{payment.party}.{payment.revision}" for payment in payments)
    return hashlib.sha256(f"{kind}\n{about}\n{way.base}\n{way.quote}\n{whom}".encode()).hexdigest()
