"""Pool runs and payout statements as jobs: done once, and gone on with where they were left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policy.models import Job, PayoutStatement, Pool, PoolRun
from policy.services import payout_statements
from policy.services.payout_jobs import pool_run_ask, statements_ask, statements_job
from policy.services.pools import Period
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
        statements_job(subject_id=job.subject_id, now=NOW, cursor={}, save_cursor=die_after_one)
    first = PayoutStatement.objects.get()
    steps: list[Mapping[str, Any]] = []
    statements_job(subject_id=job.subject_id, now=NOW, cursor=saved[0], save_cursor=steps.append)
    assert PayoutStatement.objects.count() == 2
    assert [step["party"] > first.party_id for step in steps] == [True]
