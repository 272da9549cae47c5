"""The Celery app: `celery -A policy.celery worker`, configured by the `CELERY_*` settings."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policy.settings")

app = Celery("policy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_root(**_: Any) -> None:
    """Keep a production worker from running as root: its messages come over a network."""
    if settings.PRODUCTION and os.geteuid() == 0:
        raise SystemExit("With STAVE_PRODUCTION=1 a worker does not run as root.")
