"""The settings: what the environment switches, and the values under which no task is lost.

Each case reads `policy/settings.py` anew in a process of its own, as an installation would.
"""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.checks import run_checks
from pytest_django import Settings

from policy.celery import app
from policy.launch.state import ROOT

PRODUCTION = {
    "STAVE_PRODUCTION": "1",
    "SECRET_KEY": "k3y-" * 20 + "of tests, with 5% of everything",
    "ALLOWED_HOSTS": "stave.example.org",
    "DATABASE_URL": "postgres://stave:secret@127.0.0.1/stave",
    "CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1//",
}
READ = """
import json, sys
from policy import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def run(state: Path, arguments: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an environment that has only these variables."""
    environment = {"PATH": os.environ["PATH"], "STAVE_STATE": str(state), **variables}
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def read(state: Path, *names: str, **variables: str) -> dict[str, Any]:
    """Return settings as an installation with these variables has them."""
    done = run(state, ["-c", READ, *names], **variables)
    assert done.returncode == 0, done.stderr
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_with_nothing_set_it_is_sqlite_and_a_socket_in_the_state_folder(tmp_path: Path) -> None:
    settings = read(tmp_path, "DATABASES", "CELERY_BROKER_URL", "DEBUG", "PRODUCTION")
    database = settings["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]
    assert settings["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path}/broker.sock"
    assert not settings["DEBUG"]
    assert not settings["PRODUCTION"]


def test_two_variables_switch_to_servers(tmp_path: Path) -> None:
    names = ("DATABASES", "CELERY_BROKER_URL", "CELERY_BROKER_TRANSPORT_OPTIONS")
    settings = read(tmp_path, *names, **PRODUCTION)
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert "OPTIONS" not in settings["DATABASES"]["default"]
    assert settings["CELERY_BROKER_URL"].startswith("amqp://")
    assert settings["CELERY_BROKER_TRANSPORT_OPTIONS"] is None  # RabbitMQ knows none of them


def test_the_secret_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = read(tmp_path, "SECRET_KEY")["SECRET_KEY"]
    assert len(first) >= 50
    assert read(tmp_path, "SECRET_KEY")["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"STAVE_PRODUCTION": "1"}, "STAVE_PRODUCTION=1 needs SECRET_KEY"),
        ({"STAVE_PRODUCTION": "maybe"}, "STAVE_PRODUCTION is 'maybe', and must be 1 or 0."),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL must begin with postgres:// or sqlite://."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must begin with postgres:// or sqlite://."),
    ],
)
def test_a_wrong_variable_is_one_sentence(
    tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    done = run(tmp_path, ["manage.py", "check"], **variables)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_down_is_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, ["manage.py", "migrate"], DATABASE_URL="postgres://127.0.0.1:1/stave")
    assert done.returncode == 1
    assert "The database does not answer: connection failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_passes_djangos_deployment_checks(tmp_path: Path) -> None:
    arguments = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = run(tmp_path, arguments, **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_a_broker_that_loses_tasks_is_refused(tmp_path: Path) -> None:
    for url in ("filesystem://", "sqla+sqlite:///x", "sqlalchemy+postgresql://x"):
        done = run(tmp_path, ["manage.py", "check"], CELERY_BROKER_URL=url)
        assert "stave.E001" in done.stderr, url


def test_redis_gives_a_killed_workers_task_back_soon_and_a_running_one_never(
    tmp_path: Path,
) -> None:
    """Traps 1 and 3: the sweep, and a message that waits counting as lost."""
    names = ("CELERY_BROKER_TRANSPORT_OPTIONS", "CELERY_TASK_TIME_LIMIT")
    settings = read(tmp_path, *names, CELERY_BROKER_URL="redis://127.0.0.1:6379/0")
    options = settings["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 5
    assert options["visibility_timeout"] > settings["CELERY_TASK_TIME_LIMIT"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CELERY_WORKER_ENABLE_REMOTE_CONTROL", False, "stave.E004"),  # trap 2: the worker hangs
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 16, "stave.E004"),  # trap 3: done twice
        ("CELERY_TASK_ACKS_LATE", False, "stave.E004"),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", False, "stave.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {"visibility_timeout": 60}, "stave.E002"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {"visibility_timeout": 900}, "stave.E003"),
    ],
)
def test_a_setting_that_walks_into_a_trap_is_refused(
    settings: Settings, name: str, value: object, code: str
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
    assert run_checks(tags=["celery"]) == []
    setattr(settings, name, value)
    assert code in {message.id for message in run_checks(tags=["celery"])}


def test_every_variable_has_a_line_in_the_page_on_running() -> None:
    text = "".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in ("policy/settings.py", "policy/management/demo.py")
    )
    read_names = set(re.findall(r"""(?:env(?:\.\w+)?|_flag|environ\.get)\(\s*"([A-Z_]+)\"""", text))
    page = (ROOT / "policy" / "launch" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == read_names


def test_only_json_is_taken_from_the_broker(tmp_path: Path) -> None:
    names = ("CELERY_ACCEPT_CONTENT", "CELERY_TASK_SERIALIZER", "CELERY_TASK_IGNORE_RESULT")
    assert list(read(tmp_path, *names).values()) == [["json"], "json", True]


def test_beat_sweeps_the_queue_with_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in conf.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(app.tasks)
