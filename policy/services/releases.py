"""Money that nobody claimed in time goes to the market: from what is held to what is owed.

What a pool's run held as unmatched becomes a pool of its own, filled from there and shared out by
what pools of the same period and currency paid. Its run, lines and statements are like any other's.
Where the first pool is run again and holds another amount, the next release corrects its run.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Sum

from policy.accounting.accounts import Entry, held, payable
from policy.accounting.apportion import apportion
from policy.accounting.scheme import FILE
from policy.engines.rows.times import parse_duration
from policy.facts.payouts import RELEASED, UNMATCHED, release_key
from policy.models import Bundle, Obligation, PayoutLine, Pool, PoolRun, Posting, Track, Transaction
from policy.services.audit import audit_record
from policy.services.bulk import reserve_ids
from policy.services.ledger import transaction_post, transaction_reverse
from policy.services.pool_runs import run_in_force
from policy.services.pools import PoolRefused, bundle_in_force, period_of, values_of
from policy.services.reevaluation import evaluations_request
from policy.services.release_lines import lines_write, market_of

HELD_FOR = "unmatched_hold"
"""The parameter of the compensation ruleset: how long money without an owner is held."""

_STANDING = (Obligation.State.OPEN, Obligation.State.ACKNOWLEDGED, Obligation.State.OVERDUE)


@dataclass(frozen=True, slots=True)
class Released:
    """What became of `amount` minor units that a pool holds unclaimed. `run` shares it out; None
    while it waits: for decisions on `undecided` tracks or, where these are none, for a market."""

    pool: Pool
    amount: int
    run: PoolRun | None
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class _Terms:
    """Under which bundle it is released, and when."""

    bundle: Bundle
    at: datetime
    actor: User | None


def hold_release(*, at: datetime, actor: User | None = None) -> list[Released]:
    """Release what pools have held for longer than the rules in force say, each in a transaction of
    its own; what is released already is left out.

    Every track of a pool must have a decision that says so, by a duty to release by market share:
    those that have none are queued. Raises PoolRefused without a bundle or the time to hold.
    """
    terms = _Terms(bundle_in_force(at), at, actor)
    before = at - _held_for(terms)
    pools = Pool.objects.exclude(scheme=RELEASED).filter(period_until__lte=before.date())
    due = [pool for pool in pools.order_by("pk") if period_of(pool).ends_at < before]
    found = (_release(pool.pk, terms) for pool in due)
    return [each for each in found if each is not None]


def _held_for(terms: _Terms) -> timedelta:
    told = values_of(terms.bundle, terms.at.date()).get(HELD_FOR)
    if told is None:
        raise PoolRefused(f"{FILE}: `{HELD_FOR}`: is missing on that day: write a dated line")
    return timedelta(microseconds=parse_duration(str(told)) // 1_000)


@transaction.atomic
def _release(id: int, terms: _Terms) -> Released | None:
    """Release what a pool holds; None when nothing is to be done. The pool is the lock, as it is
    when it is run."""
    pool = Pool.objects.select_for_update(of=("self",)).get(pk=id)
    run, before = run_in_force(pool), _released(pool)
    if run is None or _unclaimed(run) == (before.gross if before else 0):
        return None
    undecided = [] if before else list(_undecided(run))
    amount = _unclaimed(run)
    if undecided:
        evaluations_request(tracks=Track.objects.filter(pk__in=undecided), at=terms.at)
        return Released(pool, amount, None, len(undecided))
    market = market_of(pool)
    if amount and not market:
        return Released(pool, amount, None)
    return Released(pool, amount, _shared_out(run, market, before, terms))


def _released(pool: Pool) -> PoolRun | None:
    """The run in force that shares out what the pool held."""
    rows = PoolRun.objects.filter(pool__key=release_key(pool.pk), pool__scheme=RELEASED)
    return rows.select_related("transaction").filter(corrected_by=None).first()


def _unclaimed(run: PoolRun) -> int:
    """Minor units that a run holds because nobody is known."""
    name = held(UNMATCHED, None)
    rows = Posting.objects.filter(
        transaction=run.transaction_id, account__kind=name.kind, account__key=name.key
    )
    return rows.aggregate(amount=Sum("amount"))["amount"] or 0


def _waiting(run: PoolRun) -> QuerySet[PayoutLine]:
    return PayoutLine.objects.filter(run=run, hold=UNMATCHED).order_by()


def _duties() -> QuerySet[Obligation]:
    """Duties that stand to release by market share."""
    return Obligation.objects.filter(
        do="release_payout", details__key="market_share", state__in=_STANDING
    )


def _undecided(run: PoolRun) -> Iterable[int]:
    """Tracks of which no decision says that their money is to be released."""
    decided = _duties().values("decision__track")
    return _waiting(run).exclude(track__in=decided).values_list("track", flat=True).distinct()


def _shared_out(
    of: PoolRun, market: dict[int, int], before: PoolRun | None, terms: _Terms
) -> PoolRun:
    """The run that shares out what another one holds, with its lines and postings."""
    pool, amount = before.pool if before else _pool(of, terms), _unclaimed(of)
    parties = sorted(market)
    parts = dict(zip(parties, apportion(amount, [market[party] for party in parties]), strict=True))
    (id,) = reserve_ids(PoolRun, 1)
    run = PoolRun(
        id=id, uuid=uuid.uuid4(), pool=pool, number=before.number + 1 if before else 1,
        bundle=terms.bundle, input_digest=_digest(RELEASED, str(of.uuid)), corrects=before,
        scheme={RELEASED: str(of.uuid)}, gross=amount, deducted=0, paid=amount, held=0, reserved=0,
        lines=lines_write(run=id, of=of.pool, parts=parts, market=market, at=terms.at),
        ran_at=terms.at,
    )  # fmt: skip
    run.transaction = _post(run, of, parts, terms)
    run.save(force_insert=True)
    tracks = _waiting(of).values("track")
    _duties().filter(decision__track__in=tracks).update(
        state=Obligation.State.DONE, changed_at=terms.at
    )
    evaluations_request(tracks=Track.objects.filter(pk__in=tracks, removed_at=None), at=terms.at)
    audit_record(
        actor=terms.actor, action="hold_release", subject=run, at=terms.at,
        detail={"amount": amount, "currency": pool.currency, "of": str(of.uuid)},
    )  # fmt: skip
    return run


def _pool(of: PoolRun, terms: _Terms) -> Pool:
    """The pool of what is released: its period is the day of the release, so that the statements of
    then tell of it."""
    pool, day = of.pool, terms.at.date()
    return Pool.objects.create(
        key=release_key(pool.pk), title=f"Unclaimed money of {pool.title}"[:200],
        licensee=pool.licensee, scheme=RELEASED, kinds=pool.kinds, currency=pool.currency,
        income=_unclaimed(of), period_from=day, period_until=day + timedelta(days=1),
        created_by=terms.actor, created_at=terms.at, changed_at=terms.at,
    )  # fmt: skip


def _post(run: PoolRun, of: PoolRun, parts: dict[int, int], terms: _Terms) -> Transaction | None:
    before, currency = run.corrects, run.pool.currency
    why = f"unclaimed money of pool {of.pool.key}, run {of.number}, by market share"
    if before is not None and before.transaction is not None:
        transaction_reverse(
            of=before.transaction, key=_digest("reversal", before.transaction.key),
            reason=f"{why}: corrects run {before.number}", value_date=terms.at.date(), at=terms.at,
            actor=terms.actor,
        )  # fmt: skip
    if not run.gross:
        return None
    owed = (Entry(payable(party), currency, part) for party, part in parts.items() if part)
    return transaction_post(
        kind=Transaction.Kind.RELEASE,
        key=_digest(RELEASED, str(run.pool.uuid), str(of.uuid), str(run.number)),
        entries=(Entry(held(UNMATCHED, None), currency, -run.gross), *owed),
        reason=why,
        value_date=terms.at.date(),
        at=terms.at,
        actor=terms.actor,
    )


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
