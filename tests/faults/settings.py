"""Settings of installations that the fault tests start: the product's own, but for the waiting."""

import os
from datetime import timedelta

from policy.settings import *  # noqa: F403 - the product's own
from policy.settings import CELERY_BEAT_SCHEDULE

CELERY_TASK_DEFAULT_QUEUE = os.environ["STAVE_TEST_QUEUE"]  # brokers are shared between runs
for name in ("sweep-pending-requests", "sweep-pending-jobs"):
    CELERY_BEAT_SCHEDULE[name]["schedule"] = timedelta(seconds=1)
