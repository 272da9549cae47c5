"""A nudge is a courtesy: it carries nothing, and nothing depends on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from policy import tasks
from policy.celery import app
from policy.services import evaluation
from policy.services.evaluation import Drained

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent to the broker."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(
        tasks.evaluate_pending, "apply_async", lambda **options: messages.append(options)
    )
    return messages


@pytest.mark.django_db
def test_a_nudge_waits_for_the_commit(
    sent: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            tasks.nudge()
        assert sent == []
    assert len(sent) == 1


@pytest.mark.django_db
def test_what_is_rolled_back_sends_no_nudge(
    sent: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                tasks.nudge()
                raise KeyError
        except KeyError:
            pass
    assert sent == []


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionResetError("reset")])
def test_a_broker_that_is_down_is_said_and_nothing_fails(
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(tasks.evaluate_pending, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.nudge()
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert "the broker took no nudge" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.parametrize(
    "broker",
    [
        "redis://127.0.0.1:1/0",
        "redis+socket:///nowhere/broker.sock",
        "amqp://guest:guest@127.0.0.1:1//",
    ],
)
def test_no_kind_of_broker_that_is_down_fails_a_command(broker: str, tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from policy import tasks; tasks.nudge(); print('went on')"
    )
    environment = {
        **os.environ,
        "CELERY_BROKER_URL": broker,
        "DATABASE_URL": "",
        "STAVE_STATE": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "policy.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout.strip(), run.returncode) == ("went on", 0), run.stderr
    assert "the broker took no nudge" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_task_ignores_what_a_message_says_and_tells_others_by_a_nudge(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    def work(*, tell_others: Any, **_: Any) -> Drained:
        tell_others()
        return Drained(claimed=2, decided=2)

    monkeypatch.setattr(evaluation, "evaluate_pending", work)
    tasks.evaluate_pending(since="an older Stave", limit=7)
    assert len(sent) == 1
    assert sent[0]["expires"] == tasks.NUDGE_EXPIRES


def test_beat_sweeps_with_tasks_that_exist() -> None:
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    tasks_of_beat = ("evaluate_pending", "work_pending", "sweep_consents", "sweep_disputes")
    assert names == {f"policy.tasks.{name}" for name in tasks_of_beat}
    assert names <= set(app.tasks)


@pytest.mark.django_db
def test_the_sweep_of_consents_nudges_when_it_queued_something(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for queued in (0, 3):
        monkeypatch.setattr("policy.services.sweeps.consents_sweep", lambda now, n=queued: n)
        tasks.sweep_consents(anything="ignored")
    assert len(sent) == 1


@pytest.mark.django_db
def test_the_sweep_of_disputes_nudges_when_it_closed_one(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for closed in (0, 3):
        monkeypatch.setattr("policy.services.disputes.disputes_expire", lambda now, n=closed: n)
        tasks.sweep_disputes(anything="ignored")
    assert len(sent) == 1
