"""Pool runs and payout statements as jobs: done once, and gone on with where they were left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policy.models import Job, PayoutStatement, Pool, PoolRun
from policy.services import payout_statements, pool_earnings, pool_lines
from policy.services.payout_jobs import (
    pool_run_ask,
    pool_run_job,
    statements_ask,
    statements_job,
)
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, pool_change
from policy.services.work import work_pending
from tests import factories, money
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PERIOD = Period(money.SINCE, money.UNTIL)


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    """A pool over a song of two parties."""
    money.in_force(tmp_path)
    lab, label, writer = (factories.party() for _ in range(3))
    song = money.song(master={label: 10_000}, publishing={writer: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    return money.pool(licensee=lab)


def test_workers_run_a_pool_and_issue_what_follows(pool: Pool) -> None:
    asked = pool_run_ask(pool=pool, at=NOW)
    assert pool_run_ask(pool=pool, at=NOW) == asked
    statements_ask(period=PERIOD, at=NOW)
    assert [work_pending(clock=lambda: NOW).done for _ in range(2)] == [True, True]
    assert (PoolRun.objects.count(), PayoutStatement.objects.count()) == (1, 2)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_issuing_goes_on_after_the_last_step(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payout_statements, "CHUNK", 1)
    pool_run_ask(pool=pool, at=NOW)
    work_pending(clock=lambda: NOW)
    job = statements_ask(period=PERIOD, at=NOW)
    saved: list[Mapping[str, Any]] = []

    def die_after_one(cursor: Mapping[str, Any]) -> None:
        if saved:
            raise KeyboardInterrupt
        saved.append(cursor)

    with pytest.raises(KeyboardInterrupt):
        statements_job(
            subject_id=job.subject_id,
            now=NOW,
            cursor={},
            save_cursor=die_after_one,
            renew=lambda: None,
        )
    first = PayoutStatement.objects.get()
    steps: list[Mapping[str, Any]] = []
    statements_job(
        subject_id=job.subject_id,
        now=NOW,
        cursor=saved[0],
        save_cursor=steps.append,
        renew=lambda: None,
    )
    assert PayoutStatement.objects.count() == 2
    assert [step["party"] > first.party_id for step in steps] == [True]


def test_a_run_that_is_made_is_not_made_again(pool: Pool) -> None:
    saved: list[Mapping[str, Any]] = []
    for cursor in ({}, {"run": 1}):
        pool_run_job(
            subject_id=pool.pk, now=NOW, cursor=cursor, save_cursor=saved.append,
            renew=lambda: None,
        )  # fmt: skip
        pool_change(pool=pool, at=NOW, income=1)
    assert saved == [{"run": PoolRun.objects.get().pk}]


def test_a_run_tells_again_and_again_that_it_goes_on(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_earnings, "CHUNK", 1)
    monkeypatch.setattr(pool_lines, "OFTEN", 1)
    told: list[str] = []
    run = pool_run(pool=pool, at=NOW, alive=lambda: told.append("alive")).run
    assert run.lines == 2
    assert len(told) == 1 + 2, "for a track, and for each line"
