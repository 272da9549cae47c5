"""The programs of an installation, as data: what runs, and in which order it is ended."""

import os
import sys
from pathlib import Path

from policy.launch import broker
from policy.launch.ports import HOST
from policy.launch.state import ROOT
from policy.launch.supervisor import Program

_MANAGE = (sys.executable, str(ROOT / "manage.py"))
_CELERY = (sys.executable, "-m", "celery", "-A", "policy.celery")
_CORES = os.cpu_count() or 1


def broker_at(endpoint: Path) -> Program:
    """Return the broker that listens at a Unix socket."""
    return Program("broker", broker.command(broker.find_server(), endpoint), rank=4, grace=5)


def web_on(port: int) -> Program:
    """Return the web server. Threads, since its work is waiting for the database."""
    options = ("--worker-class=gthread", f"--workers={min(_CORES, 2)}", "--threads=4", "--preload")
    logs = ("--access-logfile=-", "--error-logfile=-")
    command = (sys.executable, "-m", "gunicorn", "policy.wsgi", f"--bind={HOST}:{port}")
    return Program("web", (*command, *options, *logs, "--no-control-socket"), rank=1, grace=15)


# Gossip and mingle only tell workers of each other, and cost a second at the start. Remote control
# is another thing and stays on: without it a worker hangs when its broker restarts.
WORKER = Program(
    "worker",
    (
        *(*_CELERY, "worker", f"--concurrency={min(_CORES, 4)}", "--hostname=worker@stave"),
        *("--without-gossip", "--without-mingle", "--loglevel=INFO"),
    ),
    rank=2,
    grace=30,
)
# A process of its own: inside the worker it would die and double with it.
BEAT = Program("beat", (*_CELERY, "beat", "--loglevel=INFO", "--pidfile="), rank=3, grace=5)

PREPARE = Program("prepare", (*_MANAGE, "state_prepare"), rank=0)
SAMPLE = Program("sample", (*_MANAGE, "sample_load"), rank=0, on_terminal=True)
