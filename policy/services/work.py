"""Long work is worked off: one job at a time, by what its kind needs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError

from policy.models import Job
from policy.services.jobs import (
    RENEWED,
    ClaimedJob,
    Clock,
    Cursor,
    Handler,
    JobLost,
    job_claim,
    job_done,
    job_fail,
    job_renew,
    job_save,
    jobs_waiting,
)
from policy.services.payout_jobs import pool_run_job, statements_job
from policy.services.usage_checks import usage_check_job
from policy.services.withdrawals import withdrawal_job

logger = logging.getLogger(__name__)

LONGEST_ERROR = 2_000
"""Characters of an error that are kept with a parked job."""

HANDLERS: dict[str, Handler] = {
    Job.Kind.USAGE_CHECK: usage_check_job,
    Job.Kind.WITHDRAWAL: withdrawal_job,
    Job.Kind.POOL_RUN: pool_run_job,
    Job.Kind.STATEMENTS: statements_job,
}
"""Who does the jobs of a kind."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What one call did: the job that it took on, and whether it is done."""

    kind: str = ""
    done: bool = False


def work_pending(*, clock: Clock, tell_others: Callable[[], None] = lambda: None) -> Worked:
    """Do the job that has waited longest, from where it was left; nothing when none is due.

    `clock` tells the instant whenever the job's lease is renewed. `tell_others` is called before
    the work begins when more is waiting.
    """
    job = job_claim(now=clock())
    if job is None:
        return Worked()
    if jobs_waiting(now=clock()):
        tell_others()
    return Worked(job.kind, _do(job, clock))


def _do(job: ClaimedJob, clock: Clock) -> bool:
    try:
        HANDLERS[job.kind](
            subject_id=job.subject_id,
            now=clock(),
            cursor=job.cursor,
            save_cursor=_saving(job, clock),
            renew=_renewing(job, clock),
        )
    except OperationalError:
        raise  # the database is in trouble, not the job: the lease brings it back
    except JobLost:
        logger.warning("job %d went on elsewhere", job.id)
        return False
    except Exception as error:
        logger.exception("job %d (%s) failed", job.id, job.kind)
        job_fail(job=job, error=f"{type(error).__name__}: {error}"[:LONGEST_ERROR], now=clock())
        return False
    job_done(job=job, now=clock())
    return True


def _saving(job: ClaimedJob, clock: Clock) -> Callable[[Cursor], None]:
    return lambda cursor: job_save(job=job, cursor=cursor, now=clock())


def _renewing(job: ClaimedJob, clock: Clock) -> Callable[[], None]:
    """Renews the lease when that is due, however often it is called."""
    due = clock() + RENEWED

    def renew() -> None:
        nonlocal due
        now = clock()
        if now >= due:
            job_renew(job=job, now=now)
            due = now + RENEWED

    return renew
