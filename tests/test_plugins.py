"""What the suite adds to pytest: runs on two databases are one run, absent services are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policy.launch.state import ROOT

NOWHERE = {
    "TEST_POSTGRES_URL": "postgres://127.0.0.1:1/nowhere",
    "TEST_REDIS_URL": "redis://127.0.0.1:1/0",
    "TEST_RABBITMQ_URL": "amqp://guest:guest@127.0.0.1:1//",
    "TEST_CHROMIUM": "no-such-browser",
}
DATABASES = """
import pytest
from django.db import connection

def test_without_a_database(): pass
def test_anywhere(db): assert connection.vendor in ("sqlite", "postgresql")
def test_only_right_on_sqlite(db): assert connection.vendor == "sqlite"
@pytest.mark.postgres
def test_only_there(db): assert connection.vendor == "postgresql"
"""
SERVICES = """
import pytest

@pytest.mark.redis
def test_redis(redis_url): pass
@pytest.mark.rabbitmq
def test_rabbitmq(rabbitmq_url): pass
@pytest.mark.browser
def test_browser(chromium): pass
@pytest.mark.postgres
def test_postgres(): pass
"""


def run(path: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests as `manage.py test` would, in a clean environment."""
    path.write_text(text)
    plugins = [f"-ptests.plugins.{name}" for name in ("services", "databases")]
    command = [sys.executable, "-m", "pytest", "--all-databases", "-q", "-pno:cacheprovider"]
    dropped = ("TEST_DATABASE_URL", "STAVE_DEMAND_SERVICES", "PYTEST_ADDOPTS", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [*command, f"--rootdir={ROOT}", f"-c{ROOT / 'pyproject.toml'}", *plugins, str(path)],
        cwd=ROOT,
        env={**environment, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.postgres
def test_a_failure_on_the_second_database_is_a_failure_of_the_run(tmp_path: Path) -> None:
    done = run(tmp_path / "test_databases.py", DATABASES)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_only_right_on_sqlite [postgresql]" in done.stdout
    assert "assert 'postgresql' == 'sqlite'" in done.stdout  # its text, not only its name
    assert "PostgreSQL:  2 passed, 1 failed (" in done.stdout
    assert "1 failed, 5 passed" in done.stdout.splitlines()[-1]


def test_absent_services_are_skips_with_their_reasons(tmp_path: Path) -> None:
    done = run(tmp_path / "test_services.py", SERVICES, **NOWHERE)
    assert done.returncode == 0, done.stdout + done.stderr
    for title in ("PostgreSQL", "Redis", "RabbitMQ", "Chromium"):
        assert f"{title + ':':12} 1 not run: {title} is absent (" in done.stdout
    assert "The database tests ran on SQLite only" in done.stdout
    assert "4 skipped" in done.stdout.splitlines()[-1]


def test_absent_services_are_failures_where_they_are_demanded(tmp_path: Path) -> None:
    done = run(tmp_path / "test_services.py", SERVICES, **NOWHERE, STAVE_DEMAND_SERVICES="1")
    assert done.returncode == 1
    assert "4 errors" in done.stdout.splitlines()[-1]


def test_database_tests_without_postgresql_fail_where_it_is_demanded(tmp_path: Path) -> None:
    text = "def test_anywhere(db): pass\n"
    done = run(tmp_path / "test_database.py", text, **NOWHERE, STAVE_DEMAND_SERVICES="1")
    assert done.returncode == 1
    assert "PostgreSQL is absent (" in done.stdout
