"""How long "may I?" takes for a million tracks: `python -m tests.benchmarks.may_i --database URL`.

Fills an empty scratch database (SQLite in a temporary folder, or `--database URL`) and asks for
generative training with the whole catalogue, planned and then reported. Prints seconds of wall and
of CPU time, the CPU time of each stage, tracks by answer, and the most memory that was held.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.measuring import watch


def main() -> None:
    """Make the catalogue, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", metavar="URL", help="an empty scratch database")
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--parties", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stave-may-i-") as folder:
        os.environ["STAVE_STATE"] = folder
        os.environ["DATABASE_URL"] = arguments.database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _fill(arguments.tracks, arguments.parties)
        _measure()


def _fill(tracks: int, parties: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from policy.models import Track  # noqa: PLC0415
    from tests import usages  # noqa: PLC0415
    from tests.benchmarks import licensed  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if Track.objects.exists():
        return
    started = time.perf_counter()
    licensed.fill(tracks, parties)
    usages.live()
    _say(f"{tracks:,} tracks of {parties:,} parties made in {time.perf_counter() - started:.0f} s")


def _measure() -> None:
    from policy.models import Party, UsageDecision  # noqa: PLC0415 - as above
    from policy.services import usage_checks, usages  # noqa: PLC0415
    from policy.services.usage_catalogue import CatalogueQuery  # noqa: PLC0415
    from tests.benchmarks.licensed import START  # noqa: PLC0415

    licensee = Party.objects.order_by("pk").last()
    assert licensee is not None
    spent = _watched(usage_checks)
    said = usages.UsageSaid(
        licensee=licensee,
        reference=f"run-{time.time_ns()}",
        kind="train_generative",
        starts_at=START,
        query=CatalogueQuery(),
    )
    usage = usages.usage_register(said=said, actor=None, at=START).usage
    for what in ("planned", "reported"):
        if what == "reported":
            usage = usages.usage_report(said=said, actor=None, at=START).usage
        spent.clear()
        started, cpu = time.perf_counter(), time.process_time()
        check = usage_checks.usage_check(usage=usage, at=START)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())
        _say(f"{what}: {wall:.1f} s, CPU {cpu:.1f} s ({stages})")
        _say(f"  {check.counts}, {UsageDecision.objects.count()} situations")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _say(f"peak memory {peak:,.0f} MiB")


def _watched(usage_checks: Any) -> dict[str, float]:
    """Seconds by stage, filled while checks run."""
    spent: dict[str, float] = defaultdict(float)

    def streamed(*arguments: Any, **options: Any) -> Iterator[Any]:
        stream = original(*arguments, **options)
        while True:
            started = time.process_time()
            found = list(itertools.islice(stream, 1_000))
            spent["owners_stream"] += time.process_time() - started
            if not found:
                return
            yield from found

    original = usage_checks.owners_stream
    usage_checks.owners_stream = streamed
    watch(spent, usage_checks.UseJudge, "decide")
    watch(spent, usage_checks, "_written")
    return spent


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
