"""Tiny programs for the tests of the launcher: each a line of Python that does one thing."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from policy.launch import groups
from policy.launch.supervisor import Program

SLEEP = "import time; time.sleep(60)"


def program(name: str, code: str, *arguments: object, rank: int = 1, grace: float = 5) -> Program:
    """Return a program that runs a piece of Python."""
    command = (sys.executable, "-S", "-c", code, *map(str, arguments))
    return Program(name, command, rank=rank, grace=grace)


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Say whether a condition comes true within a time that only a broken machine exceeds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def lines(path: Path) -> list[str]:
    """Return the lines of a file, none if it is absent."""
    return path.read_text().splitlines() if path.exists() else []


def gone(pid: int) -> bool:
    """Say whether no process with this id does anything any more."""
    return not groups.runs(pid)
