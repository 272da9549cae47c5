"""A pool is shared out: earnings, allotment, postings, lines; all in one transaction.

A run is known by its bundle and its inputs: the same again is the run that is there. Any other
corrects the one before, whose postings are reversed before the right ones are made.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.accounts import LICENSEE, AccountName
from policy.accounting.allotment import Allotment, Sums, allot
from policy.accounting.scheme import Scheme, SchemeRefused, Values
from policy.models import Bundle, Pool, PoolRun, Transaction
from policy.services.audit import audit_record
from policy.services.bulk import reserve_ids
from policy.services.ledger import transaction_post, transaction_reverse
from policy.services.pool_earnings import Spool, earnings_gather, earnings_of, inputs_digest
from policy.services.pool_lines import holds_told, lines_write
from policy.services.pool_weights import weights_of
from policy.services.pools import MOST, PoolRefused, bundle_in_force, period_of, values_of


@dataclass(frozen=True, slots=True)
class Ran:
    """The run that holds, and whether it is new."""

    run: PoolRun
    new: bool


@dataclass(frozen=True, slots=True)
class _Terms:
    """By what a run shares out, and when."""

    pool: Pool
    bundle: Bundle
    values: Values
    scheme: Scheme
    at: datetime
    actor: User | None


def pool_run(*, pool: Pool, at: datetime, actor: User | None = None) -> Ran:
    """Share a pool out under the bundle in force. Raises PoolRefused, with nothing written, when
    its period is not over, when no bundle is active, when numbers of its scheme are missing, and
    when it comes to more than MOST."""
    bundle = bundle_in_force(at)
    with transaction.atomic():
        # The pool is the lock: of two who run it at a time, the second finds the first one's run.
        rows = Pool.objects.select_for_update(of=("self",)).select_related("licensee")
        terms = _terms(rows.get(pk=pool.pk), bundle, at, actor)
        with closing(Spool()) as spool:
            earnings_gather(
                spool=spool,
                pool=terms.pool,
                bundle=bundle,
                weights=weights_of(terms.pool, terms.scheme),
                values=terms.values,
                at=at,
            )
            return _found_or_made(terms, spool)


def run_in_force(pool: Pool) -> PoolRun | None:
    """The run of a pool that none corrects."""
    return PoolRun.objects.filter(pool=pool, corrected_by=None).first()


def refuse_early_run(pool: Pool, at: datetime) -> None:
    """Raises PoolRefused before the period of a pool is over."""
    if at < period_of(pool).ends_at:
        raise PoolRefused(
            f"pool `{pool.key}` can be run from {pool.period_until} on: till then uses come"
        )


def _terms(pool: Pool, bundle: Bundle, at: datetime, actor: User | None) -> _Terms:
    refuse_early_run(pool, at)
    values = values_of(bundle, period_of(pool).last_day)
    try:
        scheme = Scheme.read(values, pool.scheme)
    except SchemeRefused as refused:
        raise PoolRefused(*refused.problems) from None
    return _Terms(pool, bundle, values, scheme, at, actor)


def _found_or_made(terms: _Terms, spool: Spool) -> Ran:
    digest = inputs_digest(terms.pool, terms.scheme, spool)
    before = run_in_force(terms.pool)
    if before and (before.bundle_id, before.input_digest) == (terms.bundle.pk, digest):
        return Ran(before, new=False)
    return Ran(_run(terms, spool, digest, before), new=True)


def _run(terms: _Terms, spool: Spool, digest: str, before: PoolRun | None) -> PoolRun:
    """The new run with its lines and postings; the ledger is locked last and shortest."""
    allotment = _allotment(terms, spool)
    (id,) = reserve_ids(PoolRun, 1)
    lines = lines_write(
        run=id, currency=terms.pool.currency, basis=terms.scheme.key, allotment=allotment,
        spool=spool, at=terms.at,
    )  # fmt: skip
    run = PoolRun(
        id=id,
        uuid=uuid.uuid4(),
        pool=terms.pool,
        number=before.number + 1 if before else 1,
        bundle=terms.bundle,
        input_digest=digest,
        corrects=before,
        scheme=_applied(terms.scheme, allotment),
        gross=allotment.gross,
        deducted=allotment.deducted,
        paid=allotment.paid,
        held=allotment.held,
        reserved=allotment.reserved,
        lines=lines,
        ran_at=terms.at,
    )
    run.transaction = _post(terms, run, allotment)
    run.save(force_insert=True)
    holds_told(pool=terms.pool, allotment=allotment, at=terms.at)
    audit_record(
        actor=terms.actor, action="pool_run", subject=run, at=terms.at,
        detail={"gross": run.gross, "paid": run.paid, "held": run.held, "lines": lines},
    )  # fmt: skip
    return run


def _allotment(terms: _Terms, spool: Spool) -> Allotment:
    sums = Sums.of(earnings_of(spool.reading()))
    pool = terms.pool
    gross = terms.scheme.gross(
        sums=sums, currency=pool.currency, income=pool.income, minimum=pool.minimum
    )
    if gross > MOST:
        raise PoolRefused(
            f"pool `{pool.key}` comes to {gross:,} minor units, which is more than a pool holds"
            f" ({MOST:,}): open several"
        )
    return allot(
        sums,
        gross=gross,
        deduction_points=terms.scheme.deduction,
        word=terms.scheme.word,
        unattributed=spool.reserved,
    )


def _post(terms: _Terms, run: PoolRun, allotment: Allotment) -> Transaction | None:
    """Reverse what the run corrects, and post it anew; None for a pool of nothing."""
    pool, before = terms.pool, run.corrects
    why = f"pool {pool.key}, run {run.number}"
    value_date = terms.at.date()
    if before is not None and before.transaction is not None:
        transaction_reverse(
            of=before.transaction, key=_key("reversal", before.transaction.key),
            reason=f"{why} corrects run {before.number}", value_date=value_date, at=terms.at,
            actor=terms.actor,
        )  # fmt: skip
    source = AccountName(LICENSEE, f"party:{pool.licensee_id}", pool.licensee_id)
    entries = allotment.entries(source, pool.currency)
    if not entries:
        return None
    return transaction_post(
        kind=Transaction.Kind.ACCRUAL,
        key=_key(*_known_by(run)),
        entries=entries,
        reason=why,
        value_date=value_date,
        at=terms.at,
        actor=terms.actor,
    )


def _known_by(run: PoolRun) -> Iterator[str]:
    """What a run's postings are known by: its number tells it from an equal run that was corrected
    in between."""
    yield from ("pool_run", str(run.pool.uuid), run.bundle.digest, run.input_digest)
    yield str(run.number)


def _key(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _applied(scheme: Scheme, allotment: Allotment) -> dict[str, str | int]:
    """The numbers as they were applied, with what the tracks had in each layer."""
    found: dict[str, str | int] = {**asdict(scheme), "unattributed": allotment.unattributed}
    for name, layer in sorted(allotment.sums.layers.items()):
        found |= {f"{name}_weight": layer.weight, f"{name}_points": layer.points}
    return found
