"""Probes for supervisors, load balancers and monitors: no login, no secrets.

`/live` says that this process answers; a load balancer asks that. `/health/` says whether
everything behind it answers too, in JSON, with 503 where something does not; a monitor asks that.
"""

import logging
import threading
import time
from collections.abc import Callable

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)

OK = "ok"
NO_ANSWER = "no answer"
_TIMEOUT = 1  # seconds that one part gets
_KEPT = 5.0  # seconds that an answer is kept, so that asking often costs nothing


@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Say for database, broker and workers whether each answers."""
    parts = _answers.get()
    well = all(answer == OK for answer in parts.values())
    body = {"status": OK if well else "degraded", **parts}
    return JsonResponse(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def ask_database() -> None:
    """Raise where the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    """Raise where the broker takes no connection."""
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=_TIMEOUT)


def ask_workers() -> None:
    """Raise where no worker answers. A worker may run and yet hang, so it is asked itself."""
    if not current_app.control.broadcast("ping", reply=True, timeout=_TIMEOUT, limit=1):
        raise TimeoutError("no worker answered a ping")


PARTS: dict[str, Callable[[], None]] = {
    "database": ask_database,
    "broker": ask_broker,
    "workers": ask_workers,
}


class _Answers:
    """The last answers of this process, asked again when old. One thread asks at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._answers: dict[str, str] = {}

    def get(self) -> dict[str, str]:
        """Return part -> answer."""
        with self._lock:
            if time.monotonic() - self._asked_at > _KEPT:
                self._answers = {name: _ask(name, ask) for name, ask in PARTS.items()}
                self._asked_at = time.monotonic()
            return self._answers


def _ask(name: str, ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception:  # every driver has errors of its own, and each means the same here
        logger.warning("health: %s does not answer", name, exc_info=True)
        return NO_ANSWER
    return OK


_answers = _Answers()
