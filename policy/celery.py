"""The Celery app: `celery -A policy.celery worker`, configured by the `CELERY_*` settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policy.settings")

app = Celery("policy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
