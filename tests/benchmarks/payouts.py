"""How fast uses become postings and payout statements, and in how much memory:
`python -m tests.benchmarks.payouts --database URL [--uses N]`.

Fills an empty scratch database with uses that are attributed to a tenth as many tracks of a
hundredth as many parties, runs one pool under the shipped rules and issues the payout statements.
Prints seconds by stage, rows per second and peak memory; then the same again, which posts nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

RULESETS = Path(__file__).resolve().parents[2] / "rulesets"
SINCE, UNTIL = date(2026, 7, 1), date(2026, 10, 1)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = f"'{NOW.isoformat()}'"


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", metavar="URL", required=True, help="an empty PostgreSQL")
    parser.add_argument("--uses", type=int, default=1_000_000)
    parser.add_argument("--verify", action="store_true", help="prove the ledger afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stave-payouts-") as folder:
        os.environ["STAVE_STATE"] = folder
        os.environ["DATABASE_URL"] = arguments.database
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _timed("fill", lambda: _fill(arguments.uses))
        _measure()
        if arguments.verify:
            from django.core.management import call_command  # noqa: PLC0415

            _timed("ledger_verify", lambda: call_command("ledger_verify"))


def _measure() -> None:
    from policy.models import PayoutLine, PayoutStatement, Pool, Posting  # noqa: PLC0415
    from policy.services.payout_statements import statements_issue  # noqa: PLC0415
    from policy.services.pool_runs import pool_run  # noqa: PLC0415
    from policy.services.pools import Period  # noqa: PLC0415

    pool, period = Pool.objects.get(), Period(SINCE, UNTIL)
    _memory("before")
    with _Stages() as stages:
        ran = _timed("pool_run", lambda: pool_run(pool=pool, at=NOW))
    for name, seconds in stages.spent.items():
        _say(f"  {name:<24} {seconds:7.1f} s")
    _memory("after the run")
    issued = _timed("statements_issue", lambda: statements_issue(period=period, at=NOW))
    _memory("after the payout statements")
    run = ran.run
    _say(
        f"  gross {run.gross}, paid {run.paid}, held {run.held}, reserved {run.reserved}; {issued}"
    )
    for model in (PayoutLine, Posting, PayoutStatement):
        _say(f"  {model.objects.count():,} {model._meta.verbose_name_plural}")
    again = _timed("pool_run again", lambda: pool_run(pool=pool, at=NOW))
    assert not again.new
    _timed("statements_issue again", lambda: statements_issue(period=period, at=NOW))


class _Stages:
    """Wall time within a run, by what it calls; each less what it calls in turn."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._undo: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> _Stages:
        from policy.services import (  # noqa: PLC0415
            pool_earnings,
            pool_judging,
            pool_lines,
            pool_runs,
        )

        self._watch(pool_runs, "earnings_gather", "gather, all of:")
        self._watch(pool_earnings._Gathering, "_rights", "  read rights")
        self._watch(pool_judging.PoolJudge, "situations", "  make situations")
        self._watch(pool_judging.PoolJudge, "verdicts", "  judge and record")
        self._watch(pool_earnings.Spool, "add", "  spool")
        self._watch(pool_runs, "_allotment", "allot")
        self._watch(pool_lines, "accounts_open", "open accounts")
        self._watch(pool_runs, "lines_write", "lines")
        self._watch(pool_runs, "_post", "post")
        self._watch(pool_runs, "holds_told", "notices")
        return self

    def __exit__(self, *_: object) -> None:
        for place, name, work in self._undo:
            setattr(place, name, work)

    def _watch(self, place: Any, name: str, title: str) -> None:
        work: Callable[..., Any] = getattr(place, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                self.spent[title] += time.perf_counter() - started

        self.spent[title] = 0.0
        self._undo.append((place, name, work))
        setattr(place, name, watched)


def _fill(uses: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from policy.models import Account, Party, Pool, Release  # noqa: PLC0415
    from policy.services.bundles import bundle_activate, bundle_build  # noqa: PLC0415
    from policy.services.rulesets import ruleset_publish  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    ruleset_publish(root=RULESETS, published_by=None, at=NOW)
    bundle = bundle_build(root=RULESETS, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="", at=NOW)
    account = Account.objects.create(key="a", name="a", created_at=NOW)
    release = Release.objects.create(
        account=account, key="r", title="R", delivered_at=NOW, message_created_at=NOW
    )
    lab = Party.objects.create(name="Soundlab", name_key="soundlab", created_at=NOW)
    Pool.objects.create(
        key="soundlab-2026-q3", title="Soundlab", licensee=lab, scheme="outputs",
        kinds=["generate_output"], currency="EUR", income=1_000_000_000, period_from=SINCE,
        period_until=UNTIL, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    with connection.cursor() as cursor:
        for sql in _tables(uses, lab.pk, account.pk, release.pk):
            cursor.execute(sql)
        cursor.execute("VACUUM ANALYZE")


def _tables(uses: int, lab: int, account: int, release: int) -> tuple[str, ...]:
    tracks, parties = uses // 10, uses // 100
    return (
        "INSERT INTO policy_party (id, uuid, name, name_key, created_at) SELECT 100 + n, "
        f"gen_random_uuid(), 'Party ' || n, 'party ' || n, {AT} FROM {_numbers(parties)}",
        "INSERT INTO policy_track (id, uuid, release_id, account_id, reference, isrc, "
        "isrc_well_formed, iswc, title, title_key, version_title, display_artist, artist_key, "
        "genre, language, contains_ai, audio_digest, first_delivered_at, last_delivered_at, "
        f"deliveries) SELECT n, gen_random_uuid(), {release}, {account}, 'A' || n, 'ZZBEN26' || n, "
        "true, '', 'Track ' || n, 'track ' || n, '', 'Artist', 'artist', '', '', 'none', '', "
        f"{AT}, {AT}, 1 FROM {_numbers(tracks)}",
        # One owner of the recording, two of the work; a share in fifty is missing or unknown.
        *(
            "INSERT INTO policy_share (track_id, party_id, layer, basis_points, territories, "
            f"excluded_territories) SELECT n, 101 + n * {step} % {parties}, '{layer}', {share}, "
            f"'[]', '[]' FROM {_numbers(tracks)} WHERE n % 50 <> {gap}"
            for layer, step, share, gap in (
                ("master", 1, "10000", 60),
                ("publishing", 7919, "CASE WHEN n % 100 = 7 THEN NULL ELSE 5000 END", 60),
                ("publishing", 104_729, "5000", 3),
            )
        ),
        "INSERT INTO policy_usage (id, uuid, licensee_id, reference, kind, stage, model, "
        "model_version, research, territories, starts_at, query, tracks, units, artificial_units, "
        "attribution_method, output_reference, registered_at, changed_at) SELECT n, "
        f"gen_random_uuid(), {lab}, 'use-' || n, 'generate_output', 'reported', '', '', false, "
        "CASE WHEN n % 10 = 0 THEN '[\"SE\"]' ELSE '[]' END::jsonb, "
        "'2026-08-15T00:00:00Z', '{}', 1, 1 + n % 7, "
        "CASE WHEN n % 97 = 0 THEN 1 ELSE 0 END, 'likeness 1', '', "
        f"{AT}, {AT} FROM {_numbers(uses)}",
        "INSERT INTO policy_attribution (usage_id, track_id, weight, confidence) SELECT n, "
        f"1 + n * 7919 % {tracks}, 900000 + n % 100000, 800000 FROM {_numbers(uses)}",
    )


def _numbers(limit: int) -> str:
    return f"generate_series(1, {limit}::bigint) AS n"


def _timed(name: str, work: Callable[[], Any]) -> Any:
    started, cpu, theirs = time.perf_counter(), time.process_time(), _database_cpu()
    found = work()
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    theirs = _database_cpu() - theirs
    _say(f"{name:<26} {wall:7.1f} s; processor time {cpu:.1f} s here, {theirs:.1f} s in PostgreSQL")
    return found


def _database_cpu() -> float:
    """Seconds that the connection's process has computed; 0 where it is on another machine."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(when: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _say(f"  peak memory {when}: {peak:,.0f} MB")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
