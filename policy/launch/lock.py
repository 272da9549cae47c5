"""Locks between processes, kept by the operating system and so gone when their holder is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockHeld(Exception):
    """Another process holds the lock; the message is what it wrote about itself."""


@contextmanager
def hold(path: Path, about: str = "", *, wait: bool = False) -> Iterator[int]:
    """Hold the lock at `path`, with `about` in it for whoever comes next; yield its descriptor.

    Raises LockHeld where another process holds it, unless `wait` is set. The file stays: to remove
    it would let two processes lock two files of one name. A process that inherits the descriptor
    holds the lock too.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise LockHeld(os.read(descriptor, 1000).decode()) from None
        write(descriptor, about)
        try:
            yield descriptor
        finally:
            write(descriptor, "")
    finally:
        os.close(descriptor)


def write(descriptor: int, about: str) -> None:
    """Replace what a held lock says about its holder."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, about.encode(), 0)
