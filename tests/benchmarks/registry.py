"""How long look-ups in the consent registry and answers of owners take.

Run `python -m tests.benchmarks.registry --database postgres://.../an_empty_one`, or without an
address for SQLite with a tenth of the tracks. Prints look-ups in milliseconds (median and 99th
percentile), how the database finds them, and the seconds of a stream over all tracks.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

LOOKUPS = 400
DAY = datetime(2026, 7, 1, tzinfo=UTC)
LATER = datetime(2026, 10, 1, tzinfo=UTC)


def main() -> None:
    """Make the rows, measure, print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="stave-registry-") as folder:
        os.environ["STAVE_STATE"] = folder
        os.environ["DATABASE_URL"] = arguments.database or f"sqlite:///{folder}/registry.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        os.environ["STAVE_DEBUG"] = ""
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        tracks = arguments.tracks or (1_000_000 if arguments.database else 100_000)
        _fill(tracks)
        _look_up(tracks)
        if not os.environ.get("NOSTREAM"):
            _stream(tracks)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=0)
    parser.add_argument("--database", default="", help="address of an empty database")
    return parser.parse_args()


def _fill(tracks: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from policy.models import Consent, Track  # noqa: PLC0415
    from tests.benchmarks import registry_rows  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if not Track.objects.exists():
        started = time.perf_counter()
        registry_rows.fill(tracks)
        print(f"filled in {time.perf_counter() - started:.0f} s")  # noqa: T201
    print(f"{Track.objects.count():,} tracks, {Consent.objects.count():,} statements")  # noqa: T201


def _look_up(tracks: int) -> None:
    from policy.facts.owners import owners_of  # noqa: PLC0415
    from policy.models import Party, Track  # noqa: PLC0415
    from policy.registry.said import Ask  # noqa: PLC0415
    from policy.selectors.decision_search import Place  # noqa: PLC0415
    from policy.selectors.masking import Reader  # noqa: PLC0415
    from policy.selectors.registry import consents_in_force, consents_of_party  # noqa: PLC0415
    from tests.benchmarks.registry_rows import labels  # noqa: PLC0415

    dice, staff = random.Random(7), Reader(everything=True)
    ids = [dice.randint(1, tracks) for _ in range(LOOKUPS)]
    rows = [Track.objects.select_related("release").get(pk=pk) for pk in ids]
    writers = [Party.objects.get(pk=labels(tracks) + 1 + pk % 1000) for pk in ids]
    label = Party.objects.get(pk=1)
    ask = Ask(use="train_generative", at=DAY, known_at=LATER)

    def of_track(row: Any) -> object:
        return consents_in_force(row, staff, at=DAY, known_at=LATER)

    def of_party(row: Any) -> object:
        return consents_of_party(row, staff, Place(), at=DAY, known_at=LATER)

    _timed("a track, all uses", rows, of_track)
    _timed("a writer's page", writers, of_party)
    _timed("a label's page", [label] * 99, of_party)
    _timed("owners of a track, one use", ids, lambda pk: owners_of(ask, [pk]))
    batches = [[dice.randint(1, tracks) for _ in range(500)] for _ in range(20)]
    _timed("owners of 500 tracks, one use", batches, lambda batch: owners_of(ask, batch))


def _timed(name: str, inputs: list[Any], run: Callable[[Any], Any]) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as seen:
        run(inputs[0])
    queries = [query["sql"] for query in seen.captured_queries]
    found = []
    for each in inputs:
        started = time.perf_counter()
        run(each)
        found.append((time.perf_counter() - started) * 1e3)
    p50, p99 = statistics.median(found), sorted(found)[int(len(found) * 0.99)]
    told = f"{name:32} {len(queries)} queries  p50 {p50:7.2f} ms  p99 {p99:7.2f} ms"
    print(told)  # noqa: T201
    for query in queries:
        if "policy_consent" in query and len(query) < 9_000:
            print(_explained(query))  # noqa: T201


def _explained(sql: str) -> str:
    """By which indexes a query finds its rows."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        kind = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{kind} {sql}")
        lines = [str(row[-1]).strip() for row in cursor.fetchall()]
    wanted = ("Index", "Seq Scan", "SCAN", "SEARCH")
    return "\n".join(f"    {line[:110]}" for line in lines if any(word in line for word in wanted))


def _stream(tracks: int) -> None:
    from policy.facts.owners import owners_stream  # noqa: PLC0415
    from policy.registry.said import Ask  # noqa: PLC0415

    ask = Ask(use="train_generative", at=DAY, known_at=LATER)
    started, before = time.perf_counter(), time.process_time()
    count = owners = facts = 0
    seen: set[Any] = set()
    for _, answers in owners_stream(ask):
        count += 1
        owners += len(answers)
        seen.add(tuple(one.fact for one in answers))
    facts = len(seen)
    cpu, wall = time.process_time() - before, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(  # noqa: T201
        f"stream over {count:,} tracks: {wall:.1f} s, of it {cpu:.1f} s CPU here; "
        f"{owners:,} answers, {facts:,} different situations, peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
