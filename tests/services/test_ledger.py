"""Posting to the ledger: balanced, once, chained, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from policy.accounting.accounts import AccountName, Entry, held, payable
from policy.models import AuditEntry, LedgerAccount, Posting, Transaction
from policy.services.ledger import NotPosted, transaction_post, transaction_reverse
from policy.services.ledger_accounts import AccountOfAnother, accounts_open
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

POOL = AccountName("pool", "autumn")
DAY = date(2026, 11, 30)


def _entries(party: int, amount: int = 100, currency: str = "EUR") -> tuple[Entry, ...]:
    return Entry(POOL, currency, -amount), Entry(payable(party), currency, amount)


def _post(*entries: Entry, **fields: Any) -> Transaction:
    given: dict[str, Any] = {
        "kind": "accrual", "key": "run 1", "reason": "Pool autumn", "value_date": DAY, "at": NOW,
    } | fields  # fmt: skip
    return transaction_post(entries=entries, **given)


def _reverse(of: Transaction, **fields: Any) -> Transaction:
    given: dict[str, Any] = {
        "key": "undo 1", "reason": "Appeal won", "value_date": DAY, "at": NOW,
    } | fields  # fmt: skip
    return transaction_reverse(of=of, **given)


def _postings(row: Transaction) -> dict[str, int]:
    found = Posting.objects.filter(transaction=row).select_related("account")
    return {f"{one.account.kind}:{one.account.key}": one.amount for one in found}


def test_a_transaction_moves_money_between_accounts_that_it_opens() -> None:
    party = factories.party()
    row = _post(*_entries(party.pk))
    assert _postings(row) == {"pool:autumn": -100, f"payable:party:{party.pk}": 100}
    assert LedgerAccount.objects.get(kind="payable").party == party
    assert AuditEntry.objects.get(action="transaction_post").object_uuid == row.uuid


def test_the_same_again_is_the_row_that_is_there() -> None:
    party = factories.party()
    first = _post(*_entries(party.pk))
    again = _post(*reversed(_entries(party.pk)), at=NOW + timedelta(days=1))
    assert again == first
    assert (Transaction.objects.count(), Posting.objects.count()) == (1, 2)
    assert AuditEntry.objects.filter(action="transaction_post").count() == 1


@pytest.mark.parametrize(
    "change", [{"reason": "Other"}, {"value_date": date(2026, 12, 1)}, {"kind": "penalty"}]
)
def test_something_else_under_the_same_key_is_refused(change: dict[str, Any]) -> None:
    party = factories.party()
    _post(*_entries(party.pk))
    with pytest.raises(NotPosted, match="something else is posted under the key `run 1`"):
        _post(*_entries(party.pk), **change)


def test_other_amounts_under_the_same_key_are_refused_and_open_no_account() -> None:
    party = factories.party()
    _post(*_entries(party.pk))
    with pytest.raises(NotPosted, match="something else"):
        _post(*_entries(factories.party().pk, 99))
    assert LedgerAccount.objects.count() == 2


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written() -> None:
    party = factories.party().pk
    with pytest.raises(NotPosted) as refused:
        _post(
            *_entries(party, 5, "EUX"), Entry(POOL, "EUR", 3), Entry(POOL, "EUR", -2),
            Entry(payable(party), "EUR", 0), kind="gift", key="", reason="r" * 301,
        )  # fmt: skip
    assert str(refused.value).splitlines() == [
        "`gift` is no kind of transaction",
        "the key of a transaction has 1 to 64 characters, not 0",
        "the reason of a transaction has 1 to 300 characters, not 301",
        "the account pool:autumn EUR has 2 entries: add them up",
        f"0 into payable:party:{party} is no amount to post",
        "entries in EUR add up to 1, not to zero",
        "`EUX` is no currency of ISO 4217: write its three letters, like EUR",
    ]
    assert LedgerAccount.objects.count() == Transaction.objects.count() == 0


def test_each_currency_adds_up_to_zero_for_itself() -> None:
    party = factories.party().pk
    _post(*_entries(party, 5, "EUR"), *_entries(party, 500, "JPY"))
    with pytest.raises(NotPosted, match="EUR add up to -5, not to zero\nentries in JPY add up"):
        _post(Entry(POOL, "EUR", -5), Entry(payable(party), "JPY", 5), key="run 2")


def test_a_transaction_without_entries_is_refused() -> None:
    with pytest.raises(NotPosted, match="has entries"):
        _post()


def test_a_reversal_turns_every_posting_and_names_what_it_reverses() -> None:
    party = factories.party().pk
    row = _post(*_entries(party), Entry(held("dispute", party), "EUR", 7), Entry(
        AccountName("licensee", "x"), "EUR", -7
    ))  # fmt: skip
    turned = _reverse(row)
    assert turned.reverses == row
    assert _postings(turned) == {name: -amount for name, amount in _postings(row).items()}


def test_a_transaction_is_reversed_once() -> None:
    row = _post(*_entries(factories.party().pk))
    turned = _reverse(row)
    assert _reverse(row) == turned
    with pytest.raises(NotPosted, match=f"reversed by {turned.uuid} already"):
        _reverse(row, key="undo 2")
    with pytest.raises(NotPosted, match="a reversal is not reversed"):
        _reverse(turned, key="undo 3")


def test_a_reversal_has_its_own_way() -> None:
    with pytest.raises(NotPosted, match="transaction_reverse"):
        _post(*_entries(factories.party().pk), kind="reversal")


def test_transactions_form_a_chain() -> None:
    party = factories.party().pk
    rows = [_post(*_entries(party), key=f"run {number}") for number in range(3)]
    assert [row.previous for row in rows] == [None, *rows[:2]]
    assert len({row.digest for row in rows}) == 3


def test_accounts_are_opened_once_in_a_constant_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    parties = [factories.party().pk for _ in range(30)]
    names = [(payable(party), currency) for party in parties for currency in ("EUR", "JPY")]
    with django_assert_max_num_queries(3):
        some = accounts_open(names=names[:20], at=NOW)
    with django_assert_max_num_queries(3):
        found = accounts_open(names=names, at=NOW)
    assert len(found) == LedgerAccount.objects.count() == 60
    assert some.items() <= found.items()
    assert accounts_open(names=[], at=NOW) == {}


def test_an_account_stays_with_its_party() -> None:
    name = AccountName("hold", "unmatched")
    accounts_open(names=[(name, "EUR")], at=NOW)
    with pytest.raises(AccountOfAnother, match="hold:unmatched EUR belongs to another"):
        accounts_open(names=[(replace(name, party=factories.party().pk), "EUR")], at=NOW)
