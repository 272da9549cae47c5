"""How many messages a second come in, and how many fact documents are collected.

Run `python -m tests.benchmarks.ingest`.

Delivers the sample catalogue into an empty scratch database (SQLite in a temporary folder with
`synchronous=FULL`, as shipped, or `--database URL`), one message and one transaction after the
other, then collects the facts of every request that this made.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> None:
    """Deliver, collect, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty scratch database (default: SQLite)")
    database = parser.parse_args().database
    with tempfile.TemporaryDirectory(prefix="stave-ingest-") as state:
        os.environ["STAVE_STATE"] = state
        os.environ["DATABASE_URL"] = database or f"sqlite:///{state}/ingest.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _measure()


def _measure() -> None:
    # What follows needs the app registry, which needs the environment.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, reset_queries  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from policy.facts import collect_each  # noqa: PLC0415
    from policy.management import demo  # noqa: PLC0415
    from policy.models import EvaluationRequest  # noqa: PLC0415
    from policy.samples.generator import DELIVERIES, SEED  # noqa: PLC0415
    from policy.services.ingest import delivery_read, delivery_record  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    messages = demo.messages(seed=SEED, deliveries=DELIVERIES)
    with _timed("read", len(messages), "messages"):
        for message in messages:
            delivery_read(raw=message.raw, file_name=message.name)
    tracks = 0
    with _timed("read and store", len(messages), "messages"):
        for message in messages:
            tracks += len(
                delivery_record(
                    raw=message.raw,
                    account=None,
                    file_name=message.name,
                    received_at=message.received_at,
                ).tracks
            )
    _print(f"{tracks:,} tracks")
    subjects = list(EvaluationRequest.objects.values_list("track", "as_of"))
    with _timed("collect facts", len(subjects), "documents"):
        for start in range(0, len(subjects), 500):
            collect_each(subjects[start : start + 500])
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        collect_each(subjects[:500])
    _print(f"{len(queries)} queries for a batch of 500")


@contextmanager
def _timed(what: str, number: int, things: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    _print(
        f"{what}: {number:,} {things} in {wall:.2f} s = {number / wall:,.0f} a second "
        f"({cpu:.2f} s of processor time)"
    )


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
