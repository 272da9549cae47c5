"""Posts to the ledger: double entry, one transaction after the other, each once.

Nothing that was posted is changed. What was wrong is reversed, and what is right is posted anew.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from policy.accounting.accounts import AccountName, Entry
from policy.accounting.currency import MoneyRefused, digits
from policy.accounting.digests import GENESIS, Head, Posted, digest
from policy.accounting.money import LARGEST
from policy.models import Posting, Transaction
from policy.services.audit import audit_record
from policy.services.bulk import copy_rows
from policy.services.ledger_accounts import accounts_open

_LOCK = 2_026_001
"""Number of the advisory lock that stands for the end of the chain, PostgreSQL only."""

LONGEST_KEY, LONGEST_REASON = 64, 300
"""Characters that a key and a reason have at most."""


class NotPosted(Exception):
    """What was to be posted is refused; `str()` says all that is wrong, one a line."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be posted, and what it reverses."""

    kind: str
    key: str
    entries: tuple[Entry, ...]
    reason: str
    value_date: date
    reverses: Transaction | None = None


@transaction.atomic
def transaction_post(
    *,
    kind: str,
    key: str,
    entries: Sequence[Entry],
    reason: str,
    value_date: date,
    at: datetime,
    actor: User | None = None,
) -> Transaction:
    """Post entries that add up to zero in each currency; accounts are opened where they must be.

    `key` makes it once: the same again under the same key is the row that is there. Others wait
    from here to the end of the caller's transaction, so that the chain of digests has no fork.
    Raises NotPosted (also for other content under a known key) and AccountOfAnother.
    """
    return _post(_Order(kind, key, tuple(entries), reason, value_date), at, actor)


@transaction.atomic
def transaction_reverse(
    *,
    of: Transaction,
    key: str,
    reason: str,
    value_date: date,
    at: datetime,
    actor: User | None = None,
) -> Transaction:
    """Post the same with its signs turned. Raises NotPosted for what is reversed already under
    another key, and for a reversal."""
    _lock_chain()
    if of.reverses_id is not None:
        raise NotPosted("a reversal is not reversed: post what is right anew")
    before = Transaction.objects.filter(reverses=of).first()
    if before is not None and before.key != key:
        raise NotPosted(f"transaction {of.uuid} is reversed by {before.uuid} already")
    kind = Transaction.Kind.REVERSAL
    return _post(_Order(kind, key, _turned(of), reason, value_date, of), at, actor)


def _post(order: _Order, at: datetime, actor: User | None) -> Transaction:
    problems = list(_problems(order))
    if problems:
        raise NotPosted("\n".join(problems))
    _lock_chain()
    names = [(entry.account, entry.currency) for entry in order.entries]
    ids = accounts_open(names=names, at=at)
    postings = sorted(
        (_posted(entry, ids[entry.account, entry.currency]) for entry in order.entries),
        key=lambda posted: posted.account,
    )
    known = Transaction.objects.select_related("previous").filter(key=order.key).first()
    if known is not None:
        return _same(known, order, postings)
    return _insert(order, postings, at, actor)


def _insert(
    order: _Order, postings: Sequence[Posted], at: datetime, actor: User | None
) -> Transaction:
    previous = Transaction.objects.order_by("-pk").first()
    row = Transaction(
        uuid=uuid.uuid4(),
        kind=order.kind,
        key=order.key,
        reason=order.reason,
        value_date=order.value_date,
        reverses=order.reverses,
        previous=previous,
        posted_by=actor,
        posted_at=at,
    )
    row.digest = digest(previous.digest if previous else GENESIS, head_of(row), postings)
    row.save()
    copy_rows(
        Posting,
        ("transaction_id", "account_id", "currency", "amount"),
        ((row.pk, posted.account, posted.currency, posted.amount) for posted in postings),
    )
    audit_record(
        actor=actor,
        action="transaction_post",
        subject=row,
        at=at,
        detail={"kind": order.kind, "postings": len(postings), "reason": order.reason},
    )
    return row


def _same(known: Transaction, order: _Order, postings: Sequence[Posted]) -> Transaction:
    """The row that is there, when what is to be posted is what it holds."""
    ordered = Transaction(
        uuid=known.uuid,
        kind=order.kind,
        key=order.key,
        reason=order.reason,
        value_date=order.value_date,
        reverses=order.reverses,
        posted_by_id=known.posted_by_id,
        posted_at=known.posted_at,
    )
    previous = known.previous.digest if known.previous else GENESIS
    if digest(previous, head_of(ordered), postings) != known.digest:
        raise NotPosted(f"something else is posted under the key `{order.key}`: {known.uuid}")
    return known


def head_of(row: Transaction) -> Head:
    """What of a transaction's row goes into its digest."""
    return Head(
        uuid=row.uuid,
        kind=row.kind,
        key=row.key,
        reason=row.reason,
        value_date=row.value_date,
        reverses=row.reverses.digest if row.reverses else "",
        actor=row.posted_by_id,
        at=row.posted_at,
    )


def _lock_chain() -> None:
    """Wait until nobody else posts; on SQLite the transaction holds the only write lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _posted(entry: Entry, id: int) -> Posted:
    name = entry.account
    return Posted(id, name.kind, name.key, name.party, entry.currency, entry.amount)


def _turned(of: Transaction) -> tuple[Entry, ...]:
    """The entries of a transaction with their signs turned."""
    rows = Posting.objects.filter(transaction=of).values_list(
        "account__kind", "account__key", "account__party", "currency", "amount"
    )
    return tuple(
        Entry(AccountName(kind, key, party), currency, -amount)
        for kind, key, party, currency, amount in rows.iterator()
    )


def _problems(order: _Order) -> Iterator[str]:
    """All that is wrong with an order."""
    if order.kind not in Transaction.Kind.values:
        yield f"`{order.kind}` is no kind of transaction"
    if (order.kind == Transaction.Kind.REVERSAL) != (order.reverses is not None):
        yield "a reversal is posted by `transaction_reverse`"
    for name, text, longest in (
        ("key", order.key, LONGEST_KEY),
        ("reason", order.reason, LONGEST_REASON),
    ):
        if not 0 < len(text) <= longest:
            yield f"the {name} of a transaction has 1 to {longest} characters, not {len(text)}"
    yield from _wrong_entries(order.entries)


def _wrong_entries(entries: Sequence[Entry]) -> Iterator[str]:
    if not entries:
        yield "a transaction has entries"
    times = Counter((entry.account, entry.currency) for entry in entries)
    for (account, currency), count in times.items():
        if count > 1:
            yield f"the account {account} {currency} has {count} entries: add them up"
    for entry in entries:
        if not entry.amount or abs(entry.amount) > LARGEST:
            yield f"{entry.amount} into {entry.account} is no amount to post"
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.currency] += entry.amount
    for currency, amount in sorted(sums.items()):
        try:
            digits(currency)
        except MoneyRefused as refused:
            yield str(refused)
        if amount:
            yield f"entries in {currency} add up to {amount}, not to zero"
