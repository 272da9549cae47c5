"""How fast waiting tracks are decided: `python -m tests.benchmarks.evaluation [--database URL]`.

Delivers the sample catalogue into an empty scratch database (SQLite in a temporary folder, or
`--database URL`), activates the shipped rulesets, and has every track evaluated again and again in
one process. Prints queries per batch, tracks per second, and the CPU time of each stage a track.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import watch

ROUNDS = 3
RULESETS = Path(__file__).resolve().parents[2] / "rulesets"


def main() -> None:
    """Make the catalogue, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", metavar="URL", help="an empty scratch database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stave-evaluation-") as folder:
        os.environ["STAVE_STATE"] = folder
        os.environ["DATABASE_URL"] = arguments.database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _measure()


def _measure() -> None:
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from policy.services import evaluation  # noqa: PLC0415

    tracks = _fill()
    _say(f"{tracks} tracks, {connection.vendor}")
    spent = _watched(evaluation)
    for number in range(ROUNDS):
        _queue()
        spent.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        decided = 0
        while (drained := evaluation.evaluate_pending(now=timezone.now())).claimed:
            decided += drained.decided
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        stages = ", ".join(f"{name} {1e6 * used / decided:.0f}" for name, used in spent.items())
        rate = f"{decided / wall:,.0f} tracks/s"
        _say(f"round {number + 1}: {rate}, CPU us/track {1e6 * cpu / decided:.0f} ({stages})")
    for size in (5, 200):
        _queue(size)
        with CaptureQueriesContext(connection) as queries:
            evaluation.evaluate_pending(now=timezone.now())
        _say(f"{len(queries)} queries for a batch of {size}")


def _watched(evaluation: Any) -> dict[str, float]:
    """CPU seconds by stage, filled while batches run."""
    spent: dict[str, float] = defaultdict(float)

    watch(spent, evaluation.facts, "collect_each")
    watch(spent, evaluation, "judge")
    watch(spent, evaluation, "decisions_record")
    return spent


def _fill() -> int:
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from policy.models import EvaluationRequest, Track  # noqa: PLC0415
    from policy.samples.generator import generate  # noqa: PLC0415
    from policy.services.bundles import bundle_activate, bundle_build  # noqa: PLC0415
    from policy.services.rulesets import ruleset_publish  # noqa: PLC0415
    from tests import factories, messages  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = timezone.now()
    ruleset_publish(root=RULESETS, published_by=None, at=now)
    bundle = bundle_build(root=RULESETS, at=now).bundle
    bundle_activate(bundle=bundle, live_from=now, activated_by=None, why="", at=now)
    accounts: dict[str, Any] = {}
    for file in generate().files:
        account = accounts.setdefault(file.sender.name, None) or factories.account()
        accounts[file.sender.name] = account
        messages.deliver(file.raw, account=account, at=file.received_at, file_name=file.name)
    EvaluationRequest.objects.all().delete()
    return Track.objects.filter(removed_at=None).count()


def _queue(size: int | None = None) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from policy.models import EvaluationRequest, Track  # noqa: PLC0415

    now = timezone.now()
    ids = Track.objects.filter(removed_at=None).values_list("pk", flat=True)[:size]
    EvaluationRequest.objects.bulk_create(
        EvaluationRequest(track_id=pk, cause="requested", as_of=now, created_at=now) for pk in ids
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
