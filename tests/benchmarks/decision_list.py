"""How long the list of decisions takes with a million of them.

Run `python -m tests.benchmarks.decision_list`.

Fills an empty scratch database (SQLite in a temporary folder, or `--database URL`) and asks for the
first and the last page of each filter as a signed-in analyst does: whole requests, with session,
login and template. Prints the queries and the median milliseconds of each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = 5

PAGES = (
    ("unfiltered", ""),
    ("outcome", "effect=block"),
    ("common rule", "rule=undeclared-after-cutover"),
    ("common rule, outcome", "rule=undeclared-after-cutover&effect=block"),
    ("rare rule", "rule=shares-just-over"),
    ("ruleset", "ruleset=duplicates"),
    ("large party", "party={large}"),
    ("small party", "party={small}"),
    ("large party, outcome", "party={large}&effect=review"),
    ("small deliverer", "deliverer=small-distributor"),
    ("common word", "q=love"),
    ("rare word", "q=word4712"),
    ("ISRC", "q=ZZBEN260004711"),
    ("two common words", "q=love+night"),
    ("word, outcome, ruleset", "q=love&effect=review&ruleset=duplicates"),
    ("nothing found", "q=nosuchword"),
    ("current only", "current=on"),
)


def main() -> None:
    """Make the rows, measure, print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="stave-million-") as folder:
        state = arguments.keep or Path(folder)
        os.environ["STAVE_STATE"] = str(state)
        os.environ["DATABASE_URL"] = arguments.database or f"sqlite:///{state}/million.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "policy.settings"
        os.environ["STAVE_DEBUG"] = "1"  # plain static file names; query counts are taken below
        import django  # noqa: PLC0415 - the environment above must be set first

        django.setup()
        _fill(arguments.decisions)
        _measure()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="address of an empty database")
    parser.add_argument("--keep", type=Path, help="folder to keep and find the SQLite database in")
    return parser.parse_args()


def _fill(decisions: int) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from policy.models import Decision  # noqa: PLC0415
    from tests.benchmarks import million  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if Decision.objects.exists():
        return
    started = time.perf_counter()
    User.objects.create_user("analyst", is_staff=True)
    million.fill(decisions)
    _say(f"{decisions:,} decisions made in {time.perf_counter() - started:.0f} s\n")


def _measure() -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415

    from tests.benchmarks.million import LARGE_PARTY, SMALL_PARTY  # noqa: PLC0415

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="analyst"))
    _say(f"{'filter':<26}{'first: queries':>15}{'ms':>8}{'last: queries':>16}{'ms':>8}\n")
    for name, query in PAGES:
        query = query.format(large=LARGE_PARTY, small=SMALL_PARTY)
        cells = [_page(client, f"/decisions/?{query}{end}") for end in ("", "&page=last")]
        _say(
            f"{name:<26}{cells[0][0]:>15}{cells[0][1]:>8.0f}{cells[1][0]:>16}{cells[1][1]:>8.0f}\n"
        )


def _page(client: object, path: str) -> tuple[int, float]:
    """Queries of one request, and the median milliseconds of several."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415

    queries = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    assert isinstance(client, Client)
    with connection.execute_wrapper(counted):
        assert client.get(path).status_code == 200, path
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - started) * 1000)
    return len(queries), statistics.median(times)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
