"""System checks of Stave's own: settings under which tasks would be lost, doubled or stuck.

Each was seen to do so. `manage.py check` says them, and every other command before it starts.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_LOSING_TRANSPORTS = ("filesystem", "sqla+", "sqlalchemy", "db+")
_REDIS = ("redis", "unix", "sentinel")


@register("celery")
def check_transport(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Refuse the transports that lose every task a killed worker held."""
    if not settings.CELERY_BROKER_URL.startswith(_LOSING_TRANSPORTS):
        return []
    return [
        Error(
            "This broker loses the tasks of a worker that is killed.",
            hint="Set CELERY_BROKER_URL to Redis, Valkey or RabbitMQ, or leave it unset.",
            id="stave.E001",
        )
    ]


@register("celery")
def check_redelivery(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Demand that Redis gives back a killed worker's task, soon, and never a running one."""
    if not settings.CELERY_BROKER_URL.startswith(_REDIS):
        return []
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    found: list[CheckMessage] = []
    if options.get("visibility_timeout", 3600) <= settings.CELERY_TASK_TIME_LIMIT:
        hint = "visibility_timeout must exceed CELERY_TASK_TIME_LIMIT."
        found.append(Error("Redis would give out a task that still runs.", hint, id="stave.E002"))
    sweep = options.get("unacked_restore_interval", 10) * options.get(
        "unacked_restore_throttle", 10
    )
    if sweep > 30:
        hint = "unacked_restore_interval x unacked_restore_throttle is the seconds between looks."
        found.append(
            Error(f"A killed worker's task is looked for every {sweep} s.", hint, id="stave.E003")
        )
    return found


@register("celery")
def check_worker(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Demand what keeps a worker from hanging and a task from being done twice or never."""
    wanted = {
        "CELERY_WORKER_ENABLE_REMOTE_CONTROL": (True, "a worker hangs when its broker restarts"),
        "CELERY_WORKER_PREFETCH_MULTIPLIER": (1, "a task that waits in a worker is done twice"),
        "CELERY_TASK_ACKS_LATE": (True, "a killed worker's task is never done"),
        "CELERY_TASK_REJECT_ON_WORKER_LOST": (True, "a killed process's task is never done"),
    }
    return [
        Error(f"Otherwise {harm}.", hint=f"{name} must be {value!r}.", id="stave.E004")
        for name, (value, harm) in wanted.items()
        if getattr(settings, name) != value
    ]
