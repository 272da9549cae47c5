"""What the person at the terminal is told: steps with their time, progress, one clear error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class LaunchError(Exception):
    """A start that cannot go on. The message says what is wrong and what to do about it."""


class Report:
    """Writes to stderr, so that the output of the command itself stays clean on stdout."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._shown_at = 0.0

    def say(self, text: str) -> None:
        """Write one line."""
        self._write(f"{self._erase()}{text}\n")

    def progress(self, text: str) -> None:
        """Show where a long step is: in place on a terminal, else a line every five seconds."""
        now = time.monotonic()
        if self._live:
            self._write(f"{self._erase()}  … {text[:100]}")
        elif now - self._shown_at >= 5:
            self._write(f"  … {text}\n")
            self._shown_at = now

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a step, then say how long it took."""
        started = time.monotonic()
        self._shown_at = started
        self.progress(text)
        yield
        self.say(f"  ✓ {text} ({time.monotonic() - started:.1f} s)")

    def _erase(self) -> str:
        return "\r\x1b[2K" if self._live else ""

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal was closed: what is being stopped must still stop
            self._stream.write(text)
            self._stream.flush()
