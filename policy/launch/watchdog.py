"""The process that ends an installation whose `up` was killed before it could.

It reads from `up` which programs run, one line each. When `up` dies, however it dies, the kernel
closes the pipe: whatever is still listed is ended then, in the order in which `up` would have done
it. A pipe works on every Unix and reaches grandchildren; Linux's PR_SET_PDEATHSIG does neither.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from policy.launch import groups
from policy.launch.state import ROOT

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watchdog:
    """`up`'s end of the pipe."""

    def __init__(self, *, keep_open: tuple[int, ...] = ()) -> None:
        """Start the process. It inherits `keep_open`: a lock stays held until it ends."""
        self._keep_open = keep_open
        self._listed: dict[int, str] = {}
        self._process = self._spawn()

    def add(self, leader: int, rank: int, grace: float) -> None:
        """List a program: ended in ascending `rank`, with `grace` seconds to wind down."""
        self._listed[leader] = f"+ {leader} {rank} {grace}"
        self._tell(self._listed[leader])

    def remove(self, leader: int) -> None:
        """Take a program that ended off the list."""
        self._listed.pop(leader, None)
        self._tell(f"- {leader} 0 0")

    def look(self) -> None:
        """Start the process again if somebody killed it."""
        if self._process.poll() is not None:
            self._hang_up()
            self._process = self._spawn()
            for line in self._listed.values():
                self._tell(line)

    def close(self) -> None:
        """Close the pipe and wait: what is still listed is ended."""
        self._hang_up()
        self._process.wait()

    def _hang_up(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-S", "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            bufsize=0,
            pass_fds=self._keep_open,
            start_new_session=True,
        )

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it was killed: `look` starts it again and tells all
            self._process.stdin.write(f"{line}\n".encode())


def watch(lines: Iterable[str]) -> list[tuple[int, int, float]]:
    """Read lines until the pipe closes; return (rank, leader, grace) of what is left, in order."""
    listed: dict[int, tuple[int, int, float]] = {}
    for line in lines:
        sign, leader, rank, grace = line.split()
        if sign == "+":
            listed[int(leader)] = (int(rank), int(leader), float(grace))
        else:
            listed.pop(int(leader), None)
    return sorted(listed.values())


def main(source: TextIO) -> None:
    """Wait for the pipe to close, then end what is left."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    for _, leader, grace in watch(source):
        groups.end_stranger(leader, grace)


if __name__ == "__main__":
    main(sys.stdin)
