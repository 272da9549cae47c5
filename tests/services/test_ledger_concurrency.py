"""Several post at the same moment. On PostgreSQL: SQLite has one writer at a time anyway."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policy.accounting.accounts import AccountName, Entry, payable
from policy.models import LedgerAccount, Transaction
from policy.services.ledger import transaction_post, transaction_reverse
from policy.services.ledger_proof import ledger_prove
from tests import factories
from tests.at_once import at_once
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 6
POOL = AccountName("pool", "autumn")


def _posts(key: str, party: int) -> Callable[[], Transaction]:
    entries = (Entry(POOL, "EUR", -5), Entry(payable(party), "EUR", 5))
    return lambda: transaction_post(
        kind="accrual", key=key, entries=entries, reason="x", value_date=NOW.date(), at=NOW
    )


def _all_hold() -> bool:
    return not [proof for proof in ledger_prove() if proof.wrong]


def test_the_same_at_once_is_posted_once() -> None:
    party = factories.party().pk
    rows = at_once(*[_posts("run 1", party)] * AT_ONCE)
    assert len({row.pk for row in rows}) == 1
    assert (Transaction.objects.count(), LedgerAccount.objects.count()) == (1, 2)
    assert _all_hold()


def test_different_ones_at_once_form_one_chain() -> None:
    parties = [factories.party().pk for _ in range(AT_ONCE)]
    at_once(*[_posts(f"run {party}", party) for party in parties])
    assert Transaction.objects.count() == AT_ONCE
    assert _all_hold()


def test_a_reversal_at_once_happens_once() -> None:
    row = _posts("run 1", factories.party().pk)()
    rows = at_once(
        *[
            lambda: transaction_reverse(
                of=row, key="back", reason="Wrong", value_date=NOW.date(), at=NOW
            )
        ]
        * AT_ONCE
    )
    assert len({each.pk for each in rows}) == 1
    assert _all_hold()
