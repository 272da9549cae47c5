"""Celery: look at the queues now.

A message carries nothing. The rows of EvaluationRequest and Job say what is to be done, so one that
is lost costs at most the half minute until beat sweeps, and one that comes twice finds nothing.
"""

from __future__ import annotations

import logging

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from policy.services import disputes, evaluation, sweeps, work

logger = logging.getLogger(__name__)

NUDGE_EXPIRES = 60
"""Seconds after which a nudge that nobody fetched is dropped: beat has swept by then."""


@shared_task(name="policy.tasks.evaluate_pending")
def evaluate_pending(**_: object) -> None:
    """Decide one batch of waiting requests.

    Arguments are ignored, so that a message of an older or newer Stave is still a nudge. When the
    batch was full the next worker is told before this one starts on it: the message in the broker
    is then always one, and every idle process takes part.
    """
    evaluation.evaluate_pending(now=timezone.now(), tell_others=send_nudge)


@shared_task(name="policy.tasks.work_pending")
def work_pending(**_: object) -> None:
    """Do one job, and have decided what it queued. Arguments are ignored, as above."""
    if work.work_pending(clock=timezone.now, tell_others=send_work_nudge).kind:
        send_nudge()


@shared_task(name="policy.tasks.sweep_consents")
def sweep_consents(**_: object) -> None:
    """Queue the tracks whose statements of consent began or ended, and look at the queue."""
    if sweeps.consents_sweep(now=timezone.now()):
        send_nudge()


@shared_task(name="policy.tasks.sweep_disputes")
def sweep_disputes(**_: object) -> None:
    """Close the disputes that nobody answered in time, and have their tracks decided."""
    if disputes.disputes_expire(now=timezone.now()):
        send_nudge()


def nudge() -> None:
    """Tell the workers to look at the queue, once the running transaction is committed.

    Never fails: a page or command has done its work when its rows are there. A broker that is
    down is said in the log.
    """
    transaction.on_commit(send_nudge, robust=True)


def nudge_work() -> None:
    """The same about jobs."""
    transaction.on_commit(send_work_nudge, robust=True)


def send_nudge() -> None:
    """Send the nudge at once."""
    _send(evaluate_pending)


def send_work_nudge() -> None:
    """Send the nudge about jobs at once."""
    _send(work_pending)


def _send(task: Task[..., None]) -> None:
    try:
        task.apply_async(expires=NUDGE_EXPIRES, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the broker took no nudge (%s); the next sweep finds the queue", error)
