"""Pool runs and payout statements as jobs of workers.

A run is one transaction and known by its inputs: a worker that dies leaves nothing, and one that
comes twice finds the run. Statements are issued in steps, each with its cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from policy.models import Job, Pool
from policy.services.jobs import Cursor, job_add
from policy.services.payout_statements import Step, refuse_early, statements_issue
from policy.services.pool_runs import pool_run, refuse_early_run
from policy.services.pools import Period

_DAYS = 10_000_000
"""Makes one number of two days, by which jobs know a period: no day's number is as large."""


def pool_run_ask(*, pool: Pool, at: datetime) -> Job:
    """Queue a run of a pool; the caller nudges the workers. Raises PoolRefused before its period
    is over."""
    refuse_early_run(pool, at)
    return job_add(kind=Job.Kind.POOL_RUN, subject_id=pool.pk, at=at)


def statements_ask(*, period: Period, at: datetime) -> Job:
    """Queue the issuing of a period's payout statements; the caller nudges the workers. Raises
    StatementsRefused for a period that is not over."""
    refuse_early(period, at)
    number = period.since.toordinal() * _DAYS + period.until.toordinal()
    return job_add(kind=Job.Kind.STATEMENTS, subject_id=number, at=at)


def pool_run_job(
    *, subject_id: int, now: datetime, cursor: Cursor, save_cursor: Callable[[Cursor], None]
) -> None:
    """Run a pool: the job of that kind."""
    pool_run(pool=Pool.objects.get(pk=subject_id), at=now)


def statements_job(
    *, subject_id: int, now: datetime, cursor: Cursor, save_cursor: Callable[[Cursor], None]
) -> None:
    """Issue payout statements: the job of that kind."""
    since, until = divmod(subject_id, _DAYS)
    statements_issue(
        period=Period(date.fromordinal(since), date.fromordinal(until)),
        at=now,
        after=Step(cursor["currency"], cursor["party"]) if cursor else None,
        step=lambda step: save_cursor({"currency": step.currency, "party": step.party}),
    )
