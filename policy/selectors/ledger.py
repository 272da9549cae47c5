"""What is on the accounts of the ledger: now, and as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from policy.accounting.accounts import AccountName
from policy.models import Party, Posting


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units on an account in a currency; an account of a licensee or a pool owes below 0."""

    account: AccountName
    currency: str
    amount: int


def account_balance(account: AccountName, currency: str, *, on: date | None = None) -> int:
    """Minor units on an account at the end of a day, or now; 0 where there is none. One query."""
    rows = _until(on).filter(
        account__kind=account.kind, account__key=account.key, account__currency=currency
    )
    return rows.aggregate(amount=Sum("amount"))["amount"] or 0


def party_balances(party: Party, *, on: date | None = None) -> tuple[Balance, ...]:
    """All accounts of a party that were ever moved, at the end of a day, or now. One query."""
    return tuple(_balances(_until(on).filter(account__party=party)))


def balances(*, on: date | None = None) -> Iterator[Balance]:
    """All accounts that were ever moved, at the end of a day, or now. One query, streamed."""
    return _balances(_until(on))


def balances_replayed(*, on: date | None = None) -> Mapping[tuple[AccountName, str], int]:
    """The same from the events: all postings one after the other, as they were made."""
    found: dict[tuple[AccountName, str], int] = defaultdict(int)
    rows = _until(on).order_by("transaction", "account").values_list(
        "account__kind", "account__key", "account__party", "currency", "amount"
    )  # fmt: skip
    for kind, key, party, currency, amount in rows.iterator(chunk_size=10_000):
        found[AccountName(kind, key, party), currency] += amount
    return found


def _until(on: date | None) -> QuerySet[Posting]:
    """Postings whose value is of a day or before; all for no day."""
    return Posting.objects.filter(transaction__value_date__lte=on) if on else Posting.objects.all()


def _balances(rows: QuerySet[Posting]) -> Iterator[Balance]:
    summed = (
        rows.values_list("account__kind", "account__key", "account__party", "account__currency")
        .annotate(amount=Sum("amount"))
        .order_by("account__kind", "account__key", "account__currency")
    )
    for kind, key, party, currency, amount in summed.iterator(chunk_size=10_000):
        yield Balance(AccountName(kind, key, party), currency, amount)
