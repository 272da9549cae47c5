"""Balances of accounts and parties, now and as of a day."""

from __future__ import annotations

from datetime import date

import pytest

from policy.accounting.accounts import AccountName, Entry, held, payable
from policy.models import Party
from policy.selectors.ledger import (
    Balance,
    account_balance,
    balances,
    balances_replayed,
    party_balances,
)
from policy.services.ledger import transaction_post
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

POOL = AccountName("pool", "autumn")
FIRST, SECOND = date(2026, 10, 31), date(2026, 11, 30)


def _post(key: str, day: date, *entries: Entry) -> None:
    transaction_post(kind="accrual", key=key, entries=entries, reason="x", value_date=day, at=NOW)


@pytest.fixture
def ana() -> Party:
    """A party that earned in two months, in two currencies; something is held."""
    ana, ben = factories.party(), factories.party()
    _post("1", FIRST, Entry(POOL, "EUR", -150), Entry(payable(ana.pk), "EUR", 100),
          Entry(payable(ben.pk), "EUR", 50))  # fmt: skip
    _post("2", SECOND, Entry(POOL, "EUR", -30), Entry(held("disputed", ana.pk), "EUR", 10),
          Entry(payable(ana.pk), "EUR", 20))  # fmt: skip
    _post("3", SECOND, Entry(POOL, "JPY", -7), Entry(payable(ana.pk), "JPY", 7))
    return ana


def test_an_account_has_what_was_posted_to_it_until_a_day(ana: Party) -> None:
    name = payable(ana.pk)
    assert account_balance(name, "EUR") == 120
    assert account_balance(name, "EUR", on=FIRST) == 100
    assert account_balance(name, "EUR", on=date(2026, 10, 30)) == 0
    assert account_balance(name, "USD") == 0


def test_a_party_sees_its_accounts_by_currency_and_nobody_elses(
    ana: Party, django_assert_num_queries: object
) -> None:
    name = payable(ana.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]  # of pytest-django
        found = party_balances(ana)
    assert found == (
        Balance(held("disputed", ana.pk), "EUR", 10), Balance(name, "EUR", 120),
        Balance(name, "JPY", 7),
    )  # fmt: skip
    assert party_balances(ana, on=FIRST) == (Balance(name, "EUR", 100),)


@pytest.mark.parametrize("on", [None, FIRST])
def test_events_come_to_the_same_balances(ana: Party, on: date | None) -> None:
    summed = {(one.account, one.currency): one.amount for one in balances(on=on)}
    assert summed == balances_replayed(on=on)
    assert len(summed) == (3 if on else 6)
