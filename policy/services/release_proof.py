"""Proves that what was released is what was held because nobody claimed it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Sum

from policy.accounting.accounts import held
from policy.facts.payouts import RELEASED, UNMATCHED
from policy.models import PoolRun, Posting
from policy.services.proofs import Proof, Tally

CHUNK = 10_000
"""Rows that are fetched at a time."""


def releases_prove() -> Iterator[Proof]:
    """The one proof; three queries a release."""
    tally = Tally("what is released was held for nobody known", "poolrun")
    rows = PoolRun.objects.filter(pool__scheme=RELEASED).order_by("pk")
    for run in rows.iterator(chunk_size=CHUNK):
        tally.look(run.uuid, _otherwise_held(run))
    yield tally.proof()


def _otherwise_held(run: PoolRun) -> str | None:
    of = PoolRun.objects.filter(uuid=run.scheme.get(RELEASED)).first()
    if of is None:
        return "it does not say what run it releases the money of"
    before, taken = _unmatched(of.transaction_id), _unmatched(run.transaction_id)
    if (before, taken) == (run.gross, -run.gross):
        return None
    return f"it releases {run.gross} and takes {-taken}; run {of.uuid} held {before}"


def _unmatched(transaction: int | None) -> int:
    name = held(UNMATCHED, None)
    rows = Posting.objects.filter(
        transaction=transaction, account__kind=name.kind, account__key=name.key
    )
    return rows.aggregate(amount=Sum("amount"))["amount"] or 0
