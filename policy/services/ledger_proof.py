"""Proves what the ledger promises over every row of it, streaming, and names the first bad one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from policy.accounting.digests import GENESIS, Posted, digest
from policy.models import AuditEntry, LedgerAccount, Posting, Transaction
from policy.services.ledger import head_of
from policy.services.proofs import Proof, Tally, Wrong

CHUNK = 10_000
"""Rows that are fetched at a time."""

GUARDED = (
    "policy_ledgeraccount", "policy_transaction", "policy_posting", "policy_exchangerate",
    "policy_poolrun", "policy_payoutline", "policy_payoutstatement",
)  # fmt: skip
"""Tables whose rows the database itself must not let anybody change."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A posting with the currency that its account has."""

    id: int
    transaction: int
    posted: Posted
    of_account: str


def ledger_prove() -> Iterator[Proof]:
    """The proofs, one promise after the other; a constant number of queries, and one a reversal."""
    yield _guards()
    yield _once("each key is posted once", "key")
    yield _once("each transaction is reversed at most once", "reverses")
    yield _told()
    yield from _transactions()
    yield _accounts()


def _transactions() -> Iterator[Proof]:
    """One walk over all transactions with their postings, in the order of the chain."""
    balanced = Tally("transactions add up to zero in each currency", "transaction")
    chained = Tally("digests form one unbroken chain", "transaction")
    turned = Tally("reversals turn exactly what they reverse", "transaction")
    currencies = Tally("postings have the currency of their account", "posting")
    before: Transaction | None = None
    for row, lines in _walk():
        balanced.look(row.uuid, _unbalanced(lines))
        chained.look(row.uuid, _unchained(row, before, lines))
        if row.reverses_id is not None or row.kind == Transaction.Kind.REVERSAL:
            turned.look(row.uuid, _not_turned(row, lines))
        for line in lines:
            currencies.look(line.id, _other_currency(line))
        before = row
    yield from (balanced.proof(), chained.proof(), turned.proof(), currencies.proof())


def _walk() -> Iterator[tuple[Transaction, Sequence[_Line]]]:
    """Transactions as they were posted, each with its postings in the order of their accounts."""
    groups = groupby(_lines(Posting.objects.all()), key=lambda line: line.transaction)
    group = next(groups, None)
    rows = Transaction.objects.select_related("reverses").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        lines: list[_Line] = []
        while group is not None and group[0] < row.pk:
            group = next(groups, None)  # of a transaction that is gone: the audit misses it
        if group is not None and group[0] == row.pk:
            lines = list(group[1])
            group = next(groups, None)
        yield row, lines


def _lines(postings: QuerySet[Posting]) -> Iterator[_Line]:
    rows = postings.order_by("transaction", "account").values_list(
        "pk", "transaction", "account", "account__kind", "account__key", "account__party",
        "currency", "amount", "account__currency",
    )  # fmt: skip
    for id, row, account, kind, key, party, currency, amount, other in rows.iterator(CHUNK):
        yield _Line(id, row, Posted(account, kind, key, party, currency, amount), other)


def _unbalanced(lines: Sequence[_Line]) -> str | None:
    if not lines:
        return "it has no postings"
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.posted.currency] += line.posted.amount
    wrong = [f"{amount} in {currency}" for currency, amount in sorted(sums.items()) if amount]
    return f"it adds up to {', '.join(wrong)}; it should to zero" if wrong else None


def _unchained(row: Transaction, before: Transaction | None, lines: Sequence[_Line]) -> str | None:
    if row.previous_id != (before.pk if before else None):
        follows = f"follow {before.uuid}" if before else "be the first"
        return f"it does not name the transaction before it; it should {follows}"
    postings = [line.posted for line in lines]
    should = digest(before.digest if before else GENESIS, head_of(row), postings)
    if row.digest != should:
        return f"its digest is {row.digest}; over what is there it should be {should}"
    return None


def _not_turned(row: Transaction, lines: Sequence[_Line]) -> str | None:
    if row.reverses is None:
        return "it is a reversal and does not say of what"
    if row.kind != Transaction.Kind.REVERSAL:
        return f"it reverses {row.reverses.uuid} and is called `{row.kind}`, not `reversal`"
    should = {
        account: -amount
        for account, amount in _amounts(
            _lines(Posting.objects.filter(transaction=row.reverses))
        ).items()
    }
    found = _amounts(lines)
    for account in sorted(should.keys() | found.keys()):
        is_, ought = found.get(account, 0), should.get(account, 0)
        if is_ != ought:
            what = f"it moves {is_} on {account}; it should {ought}"
            return f"{what}, the opposite of {row.reverses.uuid}"
    return None


def _amounts(lines: Iterator[_Line] | Sequence[_Line]) -> Mapping[str, int]:
    return {
        f"{line.posted.kind}:{line.posted.key} {line.posted.currency}": line.posted.amount
        for line in lines
    }


def _other_currency(line: _Line) -> str | None:
    if line.posted.currency == line.of_account:
        return None
    name = f"{line.posted.kind}:{line.posted.key}"
    return f"it is in {line.posted.currency}; {name} is in {line.of_account}"


def _accounts() -> Proof:
    """Accounts of a party say whose they are in their key too: digests hold both."""
    tally = Tally("accounts belong to the party that they name", "ledgeraccount")
    rows = LedgerAccount.objects.order_by("pk").values_list("uuid", "kind", "key", "party")
    for uuid, kind, key, party in rows.iterator(CHUNK):
        named = kind in (LedgerAccount.Kind.PAYABLE, LedgerAccount.Kind.HOLD) and "party:" in key
        other = named and key.rpartition("party:")[2] != str(party)
        what = f"{kind}:{key} belongs to {f'party {party}' if party else 'nobody'}"
        tally.look(uuid, what if other else None)
    return tally.proof()


def _once(promise: str, field: str) -> Proof:
    """That no two transactions have the same value of a field."""
    rows = Transaction.objects.exclude(**{field: None})
    twice = rows.values(field).annotate(times=Count("pk")).filter(times__gt=1).order_by(field)
    first = twice.first()
    wrong = None
    if first is not None:
        again = rows.filter(**{field: first[field]}).order_by("pk")[1]
        what = (
            f"`{first[field]}`" if field == "key" else str(again.reverses and again.reverses.uuid)
        )
        wrong = Wrong("transaction", str(again.uuid), f"{field} {what} is there already; once only")
    return Proof(promise, rows.count(), wrong)


def _told() -> Proof:
    """That what the audit tells of is there: the last of a chain could go unnoticed otherwise."""
    tally = Tally("every posting that the audit tells of is there", "auditentry")
    rows = AuditEntry.objects.filter(action="transaction_post").order_by("pk")
    there = Exists(Transaction.objects.filter(uuid=OuterRef("object_uuid")))
    for id, uuid, found in rows.values_list("pk", "object_uuid", there).iterator(CHUNK):
        tally.look(id, None if found else f"transaction {uuid} is gone; it should be there")
    return tally.proof()


def _guards() -> Proof:
    """That the database holds the triggers which keep history as it was written."""
    sql = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' "
        "AND name LIKE 'history_%%' GROUP BY tbl_name HAVING count(*) = 2",
        "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger "
        "WHERE tgname LIKE 'history_%%' AND tgenabled = 'O'",
    }[connection.vendor]
    tally = Tally("the database guards history", "table")
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%%", "%"))
        there = {name for (name,) in cursor.fetchall()}
    for table in GUARDED:
        missing = (
            "its triggers are missing or off; `manage.py migrate policy` should have made them"
        )
        tally.look(table, None if table in there else missing)
    return tally.proof()
