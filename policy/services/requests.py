"""The queue of record: which tracks wait for an evaluation, and which worker has them.

A row is claimed with a lease. What a dead worker held is taken back when its lease has run out, and
claimed again in ever smaller batches, so that one track which kills its worker is soon alone and
is parked, while its neighbours are decided.

On a queued row `lease_until` is the instant before which it is not to be claimed: the pause after a
failure, or the start of an activation that is still to come.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from policy.models import EvaluationRequest
from policy.services.bulk import insert_models

LEASE = timedelta(minutes=2)
"""How long a worker may hold a batch. A batch takes about a second; a lease that ran out under a
slow worker costs work, never a decision, because decisions are unique."""

MOST_ATTEMPTS = 5
"""Claims after which a request is parked; of a full batch they hold 500, 62, 7, 1 and 1 rows."""

PAUSE = timedelta(seconds=30)
"""Pause after a failed attempt; doubled with each further one."""

State = EvaluationRequest.State
Cause = EvaluationRequest.Cause


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed request: ids of request, track and account, its instant, the claims before this."""

    id: int
    track_id: int
    account_id: int
    as_of: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What one worker holds. `more` tells that further rows may be waiting."""

    id: uuid.UUID
    requests: tuple[Claimed, ...] = ()
    more: bool = False


def requests_queue(*, tracks: Iterable[int], cause: Cause, at: datetime) -> list[EvaluationRequest]:
    """Queue an evaluation of tracks, by id, as of an instant, in the caller's transaction."""
    requests = [
        EvaluationRequest(track_id=pk, cause=cause, as_of=at, created_at=at) for pk in tracks
    ]
    insert_models(requests)
    return requests


def requests_claim(*, now: datetime, limit: int) -> Claim:
    """Claim up to `limit` waiting requests in the order of their arrival; empty when none waits.

    Two workers never hold the same row: on PostgreSQL rows that another one is claiming are
    skipped, on SQLite the transaction has the only write lock.
    """
    claim = uuid.uuid4()
    with transaction.atomic():
        _take_back(now)
        rows = [Claimed(*row) for row in _next(now)[:limit]]
        if not rows:
            return Claim(claim)
        size = max(1, limit >> 3 * rows[0].attempts)
        taken = tuple(row for row in rows if row.attempts == rows[0].attempts)[:size]
        EvaluationRequest.objects.filter(id__in=[row.id for row in taken]).update(
            state=State.CLAIMED, claim=claim, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    return Claim(claim, taken, more=len(rows) == limit or len(taken) < len(rows))


def requests_held(*, claim: Claim) -> set[int]:
    """Ids of the rows that a claim still has, locked until the running transaction ends."""
    rows = EvaluationRequest.objects.filter(
        claim=claim.id, state=State.CLAIMED, id__in=[request.id for request in claim.requests]
    )
    return set(rows.select_for_update().values_list("id", flat=True))


def requests_release(*, claim: Claim, requests: Iterable[Claimed]) -> None:
    """Give back untouched what was claimed, as if it never had been; attempts do not count."""
    EvaluationRequest.objects.filter(
        claim=claim.id, state=State.CLAIMED, id__in=[request.id for request in requests]
    ).update(state=State.QUEUED, claim=None, lease_until=None, attempts=F("attempts") - 1)


def request_fail(*, claim: Claim, request: Claimed, error: str, now: datetime) -> bool:
    """Queue a failed request again after a pause, or park it with its error; whether it is
    parked."""
    attempts = request.attempts + 1
    parked = attempts >= MOST_ATTEMPTS
    EvaluationRequest.objects.filter(claim=claim.id, state=State.CLAIMED, id=request.id).update(
        state=State.PARKED if parked else State.QUEUED,
        claim=None,
        lease_until=None if parked else now + PAUSE * 2**request.attempts,
        error=error,
    )
    return parked


def _take_back(now: datetime) -> None:
    """Queue again what a dead worker held; park what has been held too often."""
    expired = EvaluationRequest.objects.filter(state=State.CLAIMED, lease_until__lte=now)
    expired.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=State.PARKED,
        claim=None,
        lease_until=None,
        error=f"{MOST_ATTEMPTS} workers died or fell silent while they evaluated this track",
    )
    expired.update(state=State.QUEUED, claim=None, lease_until=None)


def _next(now: datetime) -> QuerySet[EvaluationRequest, tuple[Any, ...]]:
    due = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = EvaluationRequest.objects.filter(due, state=State.QUEUED).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    return rows.values_list("id", "track_id", "track__account_id", "as_of", "attempts")
