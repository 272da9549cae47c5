"""Every test that uses the database runs on SQLite, then again on PostgreSQL.

pytest-django knows one database per process, so `--all-databases` (what `manage.py test` passes)
runs the database tests a second time in a process of their own and adds their reports to this run:
one closing line, one exit code, one list of failures. Tests marked `postgres` run only there.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.guards import unguarded
from tests.plugins import services

_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
_PROCESS_MARKERS = {"browser", "e2e"}  # they start databases of their own
_SUFFIX = " [postgresql]"
_WANTED = pytest.StashKey[
    bool
]()  # whether any test here uses the database; xdist's head cannot say


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options that make a run of two databases."""
    group = parser.getgroup("stave")
    group.addoption(
        "--all-databases",
        action="store_true",
        help="run the tests that use the database on PostgreSQL too",
    )
    group.addoption(
        "--relay-reports", metavar="FILE", help="(internal) write reports as JSON lines"
    )


def on_postgresql() -> bool:
    """Say whether this process tests on PostgreSQL."""
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what belongs to this process's database."""
    config.stash[_WANTED] = any(map(_uses_database, items))
    if on_postgresql():
        kept = [item for item in items if _uses_database(item)]
    elif config.getoption("--all-databases") and services.find("postgres")[0]:
        kept = [item for item in items if item.get_closest_marker("postgres") is None]
    else:
        return
    dropped = [item for item in items if item not in set(kept)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in _PROCESS_MARKERS):
        return False
    if item.get_closest_marker("postgres") or item.get_closest_marker("django_db"):
        return True
    return bool(_DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep a test that needs PostgreSQL away from SQLite."""
    if item.get_closest_marker("postgres") and not on_postgresql() and services.find("postgres")[0]:
        pytest.skip("runs on PostgreSQL: `python3 manage.py test`, or set TEST_DATABASE_URL")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Run the second process after this one's tests, and count its failures as ours."""
    result = yield
    config = session.config
    asked = config.getoption("--all-databases") and not hasattr(config, "workerinput")
    wanted = asked and config.stash.get(_WANTED, True)
    if wanted and not session.shouldfail and not session.shouldstop:
        address, reason = services.find("postgres")
        if address:
            session.testsfailed += sum(_add(config, r) for r in _run_on_postgresql(config, address))
        elif services.DEMANDED:
            session.shouldfail = f"{reason} (STAVE_DEMAND_SERVICES=1)"
            raise session.Failed(session.shouldfail)
    return result


def _run_on_postgresql(config: pytest.Config, address: str) -> Iterator[pytest.TestReport]:
    """Yield the reports of the database tests, run on PostgreSQL with this run's arguments."""
    arguments = [word for word in config.invocation_params.args if word != "--all-databases"]
    reporter = config.pluginmanager.getplugin("terminalreporter")
    assert reporter is not None
    reporter.line("\n\nAgain on PostgreSQL, the tests that use the database:")
    with tempfile.TemporaryDirectory(prefix="stave-reports-") as folder:
        file = Path(folder) / "reports.jsonl"
        command = [sys.executable, "-m", "pytest", *map(str, arguments)]
        command += ["--no-header", "--no-summary", "-q", f"--relay-reports={file}"]
        environment = {**os.environ, "TEST_DATABASE_URL": address, "TEST_POSTGRES_URL": address}
        code = subprocess.run(command, env=environment, check=False).returncode
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, 5):
            raise pytest.UsageError(f"the run on PostgreSQL ended with code {code}, see above")
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for line in lines:
        data = json.loads(line)
        report = config.hook.pytest_report_from_serializable(config=config, data=data)
        report.nodeid += _SUFFIX
        report.keywords["postgres"] = 1  # counted for PostgreSQL at the end
        yield report


def _add(config: pytest.Config, report: pytest.TestReport) -> int:
    """Add a report of the other process to this run's statistics; return 1 if it is a failure."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    category, _, _ = config.hook.pytest_report_teststatus(report=report, config=config)
    assert reporter is not None
    if category:
        reporter.stats.setdefault(category, []).append(report)
    return int(report.failed)


class _Relay:
    """Writes every report of this process for the process that started it."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self.config = config
        self.file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append one report as a line of JSON."""
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        data.pop("node", None)  # xdist's own object, not serializable
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(data) + "\n")


def _empty_unguarded() -> None:
    """Let SQLite be emptied between tests, where it has to delete rows that refuse it."""
    operations = type(connection.ops)
    empty = operations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        with unguarded():
            empty(self, sql_list)

    if connection.vendor == "sqlite":
        operations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign,assignment]


def pytest_configure(config: pytest.Config) -> None:
    """Make this process's state folder, and relay reports when another process asked for them."""
    shutil.rmtree(settings.STATE, ignore_errors=True)  # left by a killed process of the same id
    Path(settings.STATIC_ROOT).mkdir(parents=True)
    _empty_unguarded()
    file = config.getoption("--relay-reports")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Relay(config, Path(file)))


def pytest_unconfigure() -> None:
    """Remove this process's state folder."""
    shutil.rmtree(settings.STATE, ignore_errors=True)
