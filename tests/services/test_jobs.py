"""Long work: claimed with a lease, done in steps, finished by whoever lives."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from policy.models import Job
from policy.services import work
from policy.services.jobs import (
    LEASE,
    MOST_ATTEMPTS,
    PAUSE,
    ClaimedJob,
    Cursor,
    JobLost,
    job_add,
    job_claim,
    job_done,
    job_fail,
    job_renew,
    job_save,
)
from policy.services.work import Worked, work_pending
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + LEASE
KIND = Job.Kind.WITHDRAWAL


def _claim(now: datetime = NOW) -> ClaimedJob:
    job = job_claim(now=now)
    assert job is not None
    return job


def _state() -> tuple[str, int, str]:
    job = Job.objects.get()
    return job.state, job.attempts, job.error


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Registers what does withdrawals."""
    return lambda handler: monkeypatch.setitem(work.HANDLERS, KIND, handler)


def test_a_job_about_a_row_is_there_once_until_it_is_done() -> None:
    first = job_add(kind=KIND, subject_id=7, at=NOW, cursor={"after": 0})
    assert job_add(kind=KIND, subject_id=7, at=NOW) == first
    job_done(job=_claim(), now=NOW)
    assert job_add(kind=KIND, subject_id=7, at=NOW) != first


def test_jobs_are_claimed_in_their_order_and_by_one_worker() -> None:
    rows = [job_add(kind=KIND, subject_id=number, at=NOW) for number in (5, 6)]
    assert [_claim().id, _claim().id] == [row.pk for row in rows]
    assert job_claim(now=LATER - timedelta(seconds=1)) is None
    assert _claim(LATER).id == rows[0].pk


def test_a_cursor_is_saved_by_the_worker_that_has_the_job_only() -> None:
    job_add(kind=KIND, subject_id=7, at=NOW)
    slow = _claim()
    other = _claim(LATER)
    with pytest.raises(JobLost), transaction.atomic():
        job_save(job=slow, cursor={"after": 1}, now=LATER)
    job_save(job=other, cursor={"after": 2}, now=LATER)
    job_done(job=slow, now=LATER)
    job_fail(job=slow, error="late", now=LATER)
    assert _state() == ("claimed", 1, "")
    assert _claim(LATER + LEASE).cursor == {"after": 2}


def test_the_same_cursor_renews_the_lease_and_is_no_progress() -> None:
    job_add(kind=KIND, subject_id=7, at=NOW)
    _claim()
    job = _claim(LATER)
    job_save(job=job, cursor={}, now=LATER + LEASE / 2)
    assert _state() == ("claimed", 2, "")
    assert job_claim(now=LATER + LEASE) is None


def test_a_job_that_kills_every_worker_is_parked() -> None:
    job_add(kind=KIND, subject_id=7, at=NOW)
    for number in range(MOST_ATTEMPTS):
        assert _claim(NOW + number * LEASE).attempts == number
    assert job_claim(now=NOW + MOST_ATTEMPTS * LEASE) is None
    assert _state() == ("parked", 5, "5 workers died or fell silent over this job")


def test_a_failure_is_tried_again_after_a_pause_that_doubles_and_then_parked(
    handle: Callable[[Any], None],
) -> None:
    def fail(**_: Any) -> None:
        raise ValueError("boom")

    handle(fail)
    job_add(kind=KIND, subject_id=7, at=NOW)
    now = NOW
    for attempt in range(MOST_ATTEMPTS):
        assert work_pending(clock=lambda at=now: at) == Worked(KIND, done=False)  # type: ignore[misc]
        assert work_pending(clock=lambda at=now: at) == Worked()  # type: ignore[misc]
        now += PAUSE * 2**attempt
    assert _state() == ("parked", 5, "ValueError: boom")


def test_work_goes_on_from_the_cursor_and_tells_others_of_more(
    handle: Callable[[Any], None],
) -> None:
    seen: list[tuple[int, Cursor]] = []

    def step(*, subject_id: int, cursor: Cursor, save_cursor: Any, **_: Any) -> None:
        seen.append((subject_id, cursor))
        save_cursor({"after": 1})
        if not cursor:
            raise JobLost("killed")

    handle(step)
    told: list[str] = []
    for number in (7, 8):
        job_add(kind=KIND, subject_id=number, at=NOW)
    for now in (NOW, LATER):
        work_pending(clock=lambda at=now: at, tell_others=lambda: told.append("more"))  # type: ignore[misc]
    assert seen == [(7, {}), (7, {"after": 1})]
    assert told == ["more", "more"]
    assert Job.objects.get(subject_id=7).state == "done"


def test_trouble_with_the_database_is_not_the_jobs(handle: Callable[[Any], None]) -> None:
    def trouble(**_: Any) -> None:
        raise OperationalError("gone")

    handle(trouble)
    job_add(kind=KIND, subject_id=7, at=NOW)
    with pytest.raises(OperationalError):
        work_pending(clock=lambda: NOW)
    assert _state() == ("claimed", 1, "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_in_the_middle_of_a_transaction(handle: Callable[[Any], None]) -> None:
    minutes = iter(range(100))
    told: list[bool] = []

    def long(*, renew: Callable[[], None], **_: Any) -> None:
        with transaction.atomic():
            for _second in range(9):
                renew()
            with closing(connections.create_connection("default")) as other:
                told.append(_taken_back(other, NOW + LEASE))

    handle(long)
    job_add(kind=KIND, subject_id=7, at=NOW)
    assert work_pending(clock=lambda: NOW + timedelta(minutes=next(minutes))).done
    assert told == [False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_lost_a_job_hears_so_as_it_renews_its_lease() -> None:
    job_add(kind=KIND, subject_id=7, at=NOW)
    mine = _claim()
    job_renew(job=mine, now=NOW)
    _claim(LATER)
    with pytest.raises(JobLost, match="another worker's"), transaction.atomic():
        job_renew(job=mine, now=LATER)


def test_a_lease_is_renewed_once_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[datetime] = []
    monkeypatch.setattr(work, "job_renew", lambda job, now: renewed.append(now))
    seconds = iter(range(0, 1_000, 20))

    def long(*, renew: Callable[[], None], **_: Any) -> None:
        for _time in range(8):
            renew()

    monkeypatch.setitem(work.HANDLERS, KIND, long)
    job_add(kind=KIND, subject_id=7, at=NOW)
    work_pending(clock=lambda: NOW + timedelta(seconds=next(seconds)))
    assert [(later - earlier).seconds for earlier, later in pairwise(renewed)] == [60]


def _taken_back(other: Any, now: datetime) -> bool:
    """Whether a worker on another connection would take the job for that of a dead one."""
    with other.cursor() as cursor:
        cursor.execute("SELECT lease_until <= %s FROM policy_job", [now])
        return bool(cursor.fetchone()[0])
