"""How fast money is shared out, posted and proved: `python -m tests.benchmarks.ledger`.

Shares a pool out to 100,000 tracks of 10,000 parties in memory, then posts to an empty scratch
database (SQLite in a temporary folder, or `--database URL`): one transaction of many postings, its
reversal, many small ones; and proves all of it. Prints CPU and wall seconds and the peak of memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from policy.accounting.accounts import AccountName, Entry, payable
from policy.accounting.allotment import Sums, allot
from policy.accounting.earnings import Earning, LayerEarning

TRACKS, PARTIES, SMALL = 100_000, 10_000, 1_000


def main() -> None:
    """Share out, post, prove, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", metavar="URL", help="an empty scratch database")
    parser.add_argument("--postings", type=int, default=100_000, help="of the large transaction")
    arguments = parser.parse_args()
    _share_out()
    with tempfile.TemporaryDirectory(prefix="stave-ledger-") as folder:
        os.environ["STAVE_STATE"] = folder
        os.environ["DATABASE_URL"] = arguments.database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _post(arguments.postings)


def _earnings() -> Iterator[Earning]:
    """Every track has a master of one party and a work of three, one of them not known."""
    for track in range(TRACKS):
        one, two, three = (track * step % PARTIES for step in (1, 7, 13))
        layers = (
            LayerEarning("master", 3_000, ((one, 10_000),)),
            LayerEarning("publishing", 3_000, ((two, 5_000), (three, 3_000))),
        )
        yield Earning(track, "train_generative", "Worldwide", 1, 1 + track % 7, layers)


def _share_out() -> None:
    with _timed(f"first reading of {TRACKS:,} tracks"):
        sums = Sums.of(_earnings())
    with _timed(f"{len(sums.claims):,} accounts rounded"):
        allotment = allot(sums, gross=100_000_00, deduction_points=1_000, word="training")
    with _timed("second reading"):
        lines = sum(1 for _ in allotment.lines(_earnings()))
    _say(f"  {lines:,} lines")


def _post(postings: int) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - Django is set up by now

    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from policy.models import Party  # noqa: PLC0415
    from policy.services.ledger import transaction_post, transaction_reverse  # noqa: PLC0415
    from policy.services.ledger_proof import ledger_prove  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    rows = [Party(name=f"P{number}", created_at=now) for number in range(PARTIES)]
    ids = [row.pk for row in Party.objects.bulk_create(rows, batch_size=2_000)]
    pool = AccountName("pool", "large")
    entries = [
        Entry(AccountName("hold", f"{number}:party:{ids[number % PARTIES]}", ids[number % PARTIES]),
              "EUR", 1)
        for number in range(postings - 1)
    ]  # fmt: skip
    large = (Entry(pool, "EUR", -len(entries)), *entries)
    shared: dict[str, Any] = {"reason": "benchmark", "value_date": now.date(), "at": now}
    with _timed(f"a transaction of {postings:,} postings, accounts opened ({connection.vendor})"):
        row = transaction_post(kind="accrual", key="large", entries=large, **shared)
    with _timed("the same again"):
        transaction_post(kind="accrual", key="large", entries=large, **shared)
    with _timed("its reversal"):
        transaction_reverse(of=row, key="back", **shared)
    with _timed(f"{SMALL:,} small transactions"):
        for number in range(SMALL):
            pair = (Entry(pool, "EUR", -5), Entry(payable(ids[number]), "EUR", 5))
            transaction_post(kind="accrual", key=f"small {number}", entries=pair, **shared)
    with _timed(f"the proof over {2 * postings + 2 * SMALL:,} postings"):
        broken = [proof for proof in ledger_prove() if proof.wrong]
    assert not broken, broken


@contextmanager
def _timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"{what}: {wall:.2f} s, {cpu:.2f} s of it here; peak {peak} MB")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a script for a terminal


if __name__ == "__main__":
    main()
