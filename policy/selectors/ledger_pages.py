"""The ledger as pages: accounts with their balances, what moved on one, one transaction.

Amounts are integers of the currency's minor unit, as they were posted. A party sees its own
accounts, and of a transaction its own postings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from policy.models import LedgerAccount, PoolRun, Posting, Transaction
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.people import Named
from policy.selectors.visibility import User, ledger_accounts_visible_to, sight_of

POSTINGS = 200
"""Postings of a transaction that its page lists, the largest accounts' first."""


_PARTY = re.compile(r":?\bparty:\d+$", re.ASCII)


@dataclass(frozen=True, slots=True)
class LedgerAsked:
    """Which accounts; an empty field asks nothing."""

    kind: str = ""
    currency: str = ""
    party: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of the ledger with its balance. `party` is whose it is, None for nobody's; `key`
    says what it is for, beside the party: a scheme, a reason to hold."""

    uuid: UUID
    kind: str
    kind_words: str
    key: str
    currency: str
    party: Named | None
    opened_at: datetime
    balance: int


@dataclass(frozen=True, slots=True)
class Move:
    """A posting on an account: `amount` into it, and its `balance` after that. The uuid is the
    transaction's."""

    uuid: UUID
    kind: str
    kind_words: str
    reason: str
    value_date: date
    posted_at: datetime
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account with what moved on it, newest first."""

    row: AccountRow
    moves: Page[Move]


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A line of a transaction."""

    account: UUID
    kind: str
    kind_words: str
    key: str
    party: Named | None
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A balanced set of postings."""

    uuid: UUID
    kind: str
    kind_words: str
    reason: str
    value_date: date
    posted_at: datetime
    posted_by: str
    digest: str


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """A transaction with the postings that the login may see.

    `hidden` of its postings are other parties'; `more` are the login's to see, but not listed.
    """

    row: TransactionRow
    postings: tuple[PostingRow, ...]
    hidden: int
    more: int
    reverses: UUID | None
    reversed_by: UUID | None
    previous: str
    pool: UUID | None
    pool_title: str
    run: int | None


def list_accounts(user: User, asked: LedgerAsked, place: Place, *, size: int) -> Page[AccountRow]:
    """The accounts that the login may see, the newest first; two queries beside its own."""
    rows = _asked(ledger_accounts_visible_to(user), asked).select_related("party")
    page = keyset_page(rows, place, size=size)
    balances = _balances(page.rows)
    return page.map(lambda row: _account(row, balances.get(row.pk, 0)))


def get_account_page(user: User, uuid: UUID, place: Place, *, size: int) -> AccountPage | None:
    """One account with a page of what moved on it; None when the login sees none such."""
    found = ledger_accounts_visible_to(user).filter(uuid=uuid).select_related("party").first()
    if found is None:
        return None
    balance = _balances([found]).get(found.pk, 0)
    return AccountPage(_account(found, balance), _moves(found, place, size))


def list_transactions(user: User, place: Place, *, size: int) -> Page[TransactionRow]:
    """Transactions, newest first: all for staff, those that touched an own account for others."""
    rows = _transactions(user).select_related("posted_by")
    return keyset_page(rows, place, size=size).map(lambda row: _transaction(user, row))


def get_transaction_page(user: User, uuid: UUID) -> TransactionPage | None:
    """One transaction, None when the login sees none such; at most five queries."""
    shown = ("posted_by", "reverses", "reversed_by", "previous")
    found = _transactions(user).filter(uuid=uuid).select_related(*shown).first()
    if found is None:
        return None
    run = PoolRun.objects.filter(transaction=found).select_related("pool").first()
    seen = sight_of(user).everything
    postings, own, total = _postings(user, found)
    later: Transaction | None = getattr(found, "reversed_by", None)
    return TransactionPage(
        row=_transaction(user, found),
        postings=postings,
        hidden=total - own,
        more=own - len(postings),
        reverses=found.reverses.uuid if found.reverses else None,
        reversed_by=later.uuid if later else None,
        previous=found.previous.digest if found.previous and seen else "",
        pool=run.pool.uuid if run and seen else None,
        pool_title=run.pool.title if run and seen else "",
        run=run.number if run and seen else None,
    )


def account_purpose(key: str) -> str:
    """An account's key without the party, which is told by name: `dispute:party:7` as `dispute`."""
    return _PARTY.sub("", key)


def _asked(rows: QuerySet[LedgerAccount], asked: LedgerAsked) -> QuerySet[LedgerAccount]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.currency:
        rows = rows.filter(currency=asked.currency)
    return rows.filter(party__uuid=asked.party) if asked.party else rows


def _balances(accounts: Iterable[LedgerAccount]) -> dict[int, int]:
    postings = Posting.objects.filter(account__in=[account.pk for account in accounts])
    sums = postings.order_by().values_list("account").annotate(Sum("amount"))
    return {account: int(amount) for account, amount in sums}


def _account(account: LedgerAccount, balance: int) -> AccountRow:
    return AccountRow(
        uuid=account.uuid,
        kind=account.kind,
        kind_words=account.get_kind_display(),
        key=account_purpose(account.key),
        currency=account.currency,
        party=_named(account),
        opened_at=account.opened_at,
        balance=balance,
    )


def _named(account: LedgerAccount) -> Named | None:
    return Named(account.party.uuid, account.party.name) if account.party else None


def _moves(account: LedgerAccount, place: Place, size: int) -> Page[Move]:
    """What moved on an account, newest first; three queries."""
    up = place.side in ("newer", "last")
    rows = Posting.objects.filter(account=account)
    found = rows
    if place.uuid is not None:
        beside = Transaction.objects.filter(uuid=place.uuid).values("pk")
        found = rows.filter(**{"transaction__gt" if up else "transaction__lt": beside})
    ordered = found.order_by("transaction_id" if up else "-transaction_id")
    page = list(ordered.select_related("transaction")[: size + 1])
    more, page = len(page) > size, page[:size]
    page = page[::-1] if up else page
    newer = more if up else place.side == "older"
    older = place.side == "newer" if up else more
    return Page(tuple(_with_balances(rows, page)), newer, older)


def _with_balances(rows: QuerySet[Posting], page: list[Posting]) -> Iterable[Move]:
    """Newest first, so the balance is taken back step by step from that of the newest."""
    if not page:
        return
    upto = rows.filter(transaction__lte=page[0].transaction_id)
    balance = int(upto.aggregate(sum=Sum("amount"))["sum"])
    for posting in page:
        told = posting.transaction
        yield Move(
            uuid=told.uuid,
            kind=told.kind,
            kind_words=told.get_kind_display(),
            reason=told.reason,
            value_date=told.value_date,
            posted_at=told.posted_at,
            amount=posting.amount,
            balance=balance,
        )
        balance -= posting.amount


def _transactions(user: User) -> QuerySet[Transaction]:
    if sight_of(user).everything:
        return Transaction.objects.all()
    own = Posting.objects.filter(account__in=ledger_accounts_visible_to(user).values("pk"))
    return Transaction.objects.filter(pk__in=own.values("transaction"))


def _transaction(user: User, found: Transaction) -> TransactionRow:
    by = found.posted_by.get_username() if found.posted_by else ""
    return TransactionRow(
        uuid=found.uuid,
        kind=found.kind,
        kind_words=found.get_kind_display(),
        reason=found.reason,
        value_date=found.value_date,
        posted_at=found.posted_at,
        posted_by=by if sight_of(user).everything else "",
        digest=found.digest,
    )


def _postings(user: User, found: Transaction) -> tuple[tuple[PostingRow, ...], int, int]:
    """Those that the login may see, how many these are, and how many there are in all."""
    rows = Posting.objects.filter(transaction=found)
    own = rows.filter(account__in=ledger_accounts_visible_to(user).values("pk"))
    shown = own.select_related("account__party").order_by("amount", "pk")[:POSTINGS]
    return tuple(map(_posting, shown)), own.count(), rows.count()


def _posting(row: Posting) -> PostingRow:
    return PostingRow(
        account=row.account.uuid,
        kind=row.account.kind,
        kind_words=row.account.get_kind_display(),
        key=account_purpose(row.account.key),
        party=_named(row.account),
        currency=row.currency,
        amount=row.amount,
    )
