"""What the databases themselves refuse, whoever writes to the ledger."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from policy.accounting.accounts import AccountName, Entry, payable
from policy.models import LedgerAccount, Posting, Transaction
from policy.services.ledger import transaction_post
from tests import factories
from tests.factories import NOW
from tests.guards import unguarded

HISTORY = (
    "ledgeraccount", "transaction", "posting", "exchangerate", "poolrun", "payoutline",
    "payoutstatement",
)  # fmt: skip


def _posted(key: str = "run 1") -> Transaction:
    party = factories.party().pk
    pool = AccountName("pool", "autumn")
    entries = (Entry(pool, "EUR", -5), Entry(payable(party), "EUR", 5))
    return transaction_post(
        kind="accrual", key=key, entries=entries, reason="x", value_date=date(2026, 11, 30), at=NOW
    )


def _run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def _bare_transaction() -> Transaction:
    """A row that nothing belongs to, as somebody might write it by hand."""
    return Transaction.objects.create(
        kind="accrual", key="bare", reason="x", value_date=NOW.date(), digest="0" * 64,
        posted_at=NOW,
    )  # fmt: skip


def _one_sided(row: Transaction) -> None:
    account = LedgerAccount.objects.create(kind="pool", key="p", currency="EUR", opened_at=NOW)
    Posting.objects.create(transaction=row, account=account, currency="EUR", amount=1)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledgeraccount", "transaction", "posting"])
@pytest.mark.parametrize("what", ["DELETE FROM policy_{}", "UPDATE policy_{} SET id = id"])
def test_rows_of_the_ledger_can_neither_be_changed_nor_deleted(table: str, what: str) -> None:
    _posted()
    with pytest.raises(DatabaseError, match=f"policy_{table} rows are history"):
        _run(what.format(table))


@pytest.mark.django_db
@pytest.mark.parametrize("table", HISTORY)
def test_every_table_of_history_is_guarded(table: str) -> None:
    triggers = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass",
    }
    with connection.cursor() as cursor:
        cursor.execute(triggers[connection.vendor], [f"policy_{table}"])
        names = {name for (name,) in cursor.fetchall()}
    history = f"history_policy_{table}"
    assert names >= ({history} if connection.vendor == "postgresql" else {
        f"{history}_UPDATE", f"{history}_DELETE",
    })  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_takes_no_more_postings() -> None:
    row = _posted()
    _posted("run 2")
    with pytest.raises(DatabaseError, match="is posted: it takes no more"), transaction.atomic():
        _one_sided(row)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_committed_transaction_takes_no_more_even_if_it_is_the_newest() -> None:
    row = _posted()
    with (
        pytest.raises(IntegrityError, match=f"{row.uuid} is posted: it takes no more"),
        transaction.atomic(),
    ):
        _one_sided(row)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postings_may_follow_in_other_savepoints_of_the_same_transaction() -> None:
    with transaction.atomic():
        with transaction.atomic():
            row = _posted()
        with transaction.atomic():
            for amount in (1, -1):
                account = LedgerAccount.objects.create(
                    kind="pool", key=f"p{amount}", currency="USD", opened_at=NOW
                )
                Posting.objects.create(
                    transaction=row, account=account, currency="USD", amount=amount
                )
    assert Posting.objects.filter(transaction=row).count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_does_not_add_up_cannot_be_committed() -> None:
    with (
        pytest.raises(IntegrityError, match="adds up to 1 in EUR, not to zero"),
        transaction.atomic(),
    ):
        _one_sided(_bare_transaction())
    assert Transaction.objects.count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_without_postings_cannot_be_committed() -> None:
    with pytest.raises(IntegrityError, match="has no postings"):
        _bare_transaction()


@pytest.mark.django_db
def test_guards_that_were_taken_away_come_back() -> None:
    _posted()
    with unguarded():
        _run("UPDATE policy_transaction SET reason = 'y'")
    with pytest.raises(DatabaseError, match="rows are history"):
        _run("UPDATE policy_transaction SET reason = 'z'")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_with_history_is_emptied_between_tests(turn: int) -> None:
    assert Transaction.objects.count() == 0
    _posted(f"turn {turn}")
