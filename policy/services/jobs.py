"""The queue of long work: which job is next, which worker has it, and how far it has come.

A job is claimed with a lease, as requests are. Its work is done in steps: each step is one
transaction that also saves the cursor, and saving fails when another worker has the job by now. So
no step is done twice, and what a dead worker began is finished by the next one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import F, Q, QuerySet

from policy.models import Job

LEASE = timedelta(minutes=5)
"""How long a worker may be silent about a job: longer than its longest step."""

RENEWED = timedelta(minutes=1)
"""How often a worker renews its lease within a long step."""

MOST_ATTEMPTS = 5
"""Claims without progress after which a job is parked."""

PAUSE = timedelta(seconds=30)
"""Pause after a failed attempt; doubled with each further one."""

State = Job.State

Cursor: TypeAlias = Mapping[str, Any]
"""How far a job has come, as JSON; empty at its beginning."""

Clock: TypeAlias = Callable[[], datetime]
"""Gives the instant. Only doors have one, and lend it to long work for its lease."""


_RENEW = "UPDATE policy_job SET lease_until = %s WHERE id = %s AND claim = %s AND state = 'claimed'"


class JobLost(Exception):
    """Another worker has the job by now: whatever this one was about to write is undone."""


class Handler(Protocol):
    """Does a job from its cursor on. `now` is when this attempt began.

    `save_cursor` is called within the transaction of each step, `renew` as often as can be within a
    long one. Both raise JobLost.
    """

    def __call__(
        self,
        *,
        subject_id: int,
        now: datetime,
        cursor: Cursor,
        save_cursor: Callable[[Cursor], None],
        renew: Callable[[], None],
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that a worker has; `attempts` are the claims without progress before this one."""

    id: int
    kind: str
    subject_id: int
    cursor: dict[str, Any]
    attempts: int
    claim: uuid.UUID


def job_add(*, kind: Job.Kind, subject_id: int, at: datetime, cursor: Cursor | None = None) -> Job:
    """Queue a job about a row; the one that waits or runs already, when there is one.

    The caller nudges the workers once its transaction is committed.
    """
    job, _ = Job.objects.get_or_create(
        kind=kind,
        subject_id=subject_id,
        state__in=[State.QUEUED, State.CLAIMED],
        defaults={"cursor": dict(cursor or {}), "created_at": at},
    )
    return job


def job_claim(*, now: datetime) -> ClaimedJob | None:
    """Claim the job that has waited longest; None when none is due."""
    claim = uuid.uuid4()
    with transaction.atomic():
        _take_back(now)
        row = _next(now).first()
        if row is None:
            return None
        Job.objects.filter(pk=row[0]).update(
            state=State.CLAIMED, claim=claim, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    id, kind, subject_id, cursor, attempts = row
    return ClaimedJob(id, kind, subject_id, cursor, attempts, claim)


def job_save(*, job: ClaimedJob, cursor: Cursor, now: datetime) -> None:
    """Keep how far a job has come, in the transaction of the step, and renew its lease.

    Progress makes the count of attempts begin anew; the same cursor renews the lease only. Raises
    JobLost.
    """
    changes: dict[str, Any] = {"lease_until": now + LEASE}
    if cursor != job.cursor:
        changes |= {"cursor": dict(cursor), "attempts": 1}
    if not _mine(job).update(**changes):
        raise JobLost(f"job {job.id} is another worker's by now")


def job_renew(*, job: ClaimedJob, now: datetime) -> None:
    """Renew the lease of a job in the middle of a transaction, so that others see it at once.

    That takes a connection of its own. On SQLite nothing is to be done: nobody can claim anything
    before the transaction is over, which saves the cursor at its end. Raises JobLost.
    """
    if connection.vendor != "postgresql":
        return
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with own.cursor() as cursor:
            cursor.execute(_RENEW, [now + LEASE, job.id, job.claim])
            renewed = cursor.rowcount
    finally:
        own.close()
    if not renewed:
        raise JobLost(f"job {job.id} is another worker's by now")


def job_done(*, job: ClaimedJob, now: datetime) -> None:
    """Mark a job as done, unless another worker has it by now."""
    _mine(job).update(state=State.DONE, done_at=now, claim=None, lease_until=None, error="")


def job_fail(*, job: ClaimedJob, error: str, now: datetime) -> bool:
    """Queue a failed job again after a pause, or park it with its error; whether it is parked."""
    row = _mine(job).first()
    if row is None:
        return False
    parked = row.attempts >= MOST_ATTEMPTS
    _mine(job).update(
        state=State.PARKED if parked else State.QUEUED,
        claim=None,
        lease_until=None if parked else now + PAUSE * 2 ** (row.attempts - 1),
        error=error,
    )
    return parked


def jobs_waiting(*, now: datetime) -> bool:
    """Whether a job is due."""
    return _due(now).exists()


def _mine(job: ClaimedJob) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.id, claim=job.claim, state=State.CLAIMED)


def _take_back(now: datetime) -> None:
    """Queue again what a dead worker held; park what has been held too often."""
    expired = Job.objects.filter(state=State.CLAIMED, lease_until__lte=now)
    expired.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=State.PARKED,
        claim=None,
        lease_until=None,
        error=f"{MOST_ATTEMPTS} workers died or fell silent over this job",
    )
    expired.update(state=State.QUEUED, claim=None, lease_until=None)


def _due(now: datetime) -> QuerySet[Job]:
    due = Q(lease_until=None) | Q(lease_until__lte=now)
    return Job.objects.filter(due, state=State.QUEUED)


def _next(now: datetime) -> QuerySet[Job, tuple[Any, ...]]:
    rows = _due(now).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.values_list("id", "kind", "subject_id", "cursor", "attempts")
