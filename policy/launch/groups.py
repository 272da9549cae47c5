"""Process groups: every program of an installation leads one, so that its children end with it."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def ask_to_end(leader: int) -> None:
    """Send SIGTERM to the leader alone: gunicorn and Celery end their own children in order."""
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(leader, signal.SIGTERM)


def kill_group(leader: int) -> None:
    """Kill whatever is left of the group, at once."""
    with suppress(ProcessLookupError, PermissionError):  # nothing is left; the latter on macOS
        os.killpg(leader, signal.SIGKILL)


def runs(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no such folder on this system
        return True
    return status.rpartition(")")[2].split()[0] != "Z"


def end_stranger(leader: int, grace: float) -> None:
    """End a group whose leader is not our child: ask, wait up to `grace` seconds, kill the rest."""
    ask_to_end(leader)
    deadline = time.monotonic() + grace
    while runs(leader) and time.monotonic() < deadline:
        time.sleep(0.05)
    kill_group(leader)
