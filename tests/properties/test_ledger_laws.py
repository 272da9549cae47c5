"""What holds of every ledger, whatever was posted, corrected and posted again in whatever order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.accounting.accounts import AccountName
from policy.models import Posting, Transaction
from policy.selectors.ledger import balances, balances_replayed
from policy.services.ledger import transaction_post, transaction_reverse
from policy.services.ledger_proof import ledger_prove
from tests import factories
from tests.factories import NOW
from tests.properties.drawn_pools import SOURCE, DrawnPool, pools

pytestmark = pytest.mark.django_db

DAY = NOW.date()
drawn = st.lists(pools, min_size=1, max_size=4)


@contextmanager
def _ledger() -> Iterator[None]:
    """An empty ledger, with parties of the ids that random pools name; gone afterwards."""
    with transaction.atomic():
        for id in range(1, 10):
            factories.party(pk=id)
        yield
        transaction.set_rollback(True)


def _share_out(key: str, pool: DrawnPool) -> Transaction | None:
    """Post what a pool comes to; None where it is nothing."""
    entries = pool.allotted().entries(SOURCE, pool.currency)
    if not entries:
        return None
    return transaction_post(
        kind="accrual", key=key, entries=entries, reason="A pool", value_date=DAY, at=NOW
    )


def _take_back(row: Transaction | None) -> None:
    if row is not None:
        transaction_reverse(of=row, key=f"back {row.pk}", reason="Wrong", value_date=DAY, at=NOW)


def _now() -> dict[tuple[AccountName, str], int]:
    return {(one.account, one.currency): one.amount for one in balances() if one.amount}


@settings(max_examples=15)
@given(drawn)
def test_balances_are_what_the_events_come_to_and_the_proof_holds(some: list[DrawnPool]) -> None:
    with _ledger():
        rows = [_share_out(f"run {at}", pool) for at, pool in enumerate(some)]
        _take_back(rows[0])
        replayed = balances_replayed()
        assert {name: amount for name, amount in replayed.items() if amount} == _now()
        sums: Counter[str] = Counter()
        for (_, currency), amount in _now().items():
            sums[currency] += amount
        assert not any(sums.values())
        assert [proof for proof in ledger_prove() if proof.wrong] == []


@settings(max_examples=15)
@given(drawn)
def test_the_same_again_posts_nothing(some: list[DrawnPool]) -> None:
    with _ledger():
        rows = [_share_out(f"run {at}", pool) for at, pool in enumerate(some)]
        before = Posting.objects.count(), _now()
        again = [_share_out(f"run {at}", pool) for at, pool in enumerate(some)]
        assert again == rows
        assert (Posting.objects.count(), _now()) == before


@settings(max_examples=15)
@given(drawn, st.permutations(range(4)))
def test_corrections_in_any_order_end_at_what_is_posted_last(
    some: list[DrawnPool], order: list[int]
) -> None:
    """However often a pool was wrong before: only what it is now is on the accounts."""
    with _ledger():
        _share_out("right", some[-1])
        right = _now()
    with _ledger():
        row = None
        for at in order:
            _take_back(row)
            row = _share_out(f"run {at}", some[at % len(some)])
        _take_back(row)
        _share_out("right", some[-1])
        assert _now() == right


@settings(max_examples=15)
@given(drawn, st.randoms())
def test_the_order_of_posting_decides_no_balance(some: list[DrawnPool], chance: Random) -> None:
    keyed = [(f"run {at}", pool) for at, pool in enumerate(some)]
    with _ledger():
        for key, pool in keyed:
            _share_out(key, pool)
        there = _now()
    with _ledger():
        chance.shuffle(keyed)
        for key, pool in keyed:
            _share_out(key, pool)
        assert _now() == there
