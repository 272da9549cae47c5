"""CPU time of several workers, measured in turn so that they share the machine's moods."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Worker:
    """Something to measure: `run` is called with each input. `firings` reads its result."""

    name: str
    inputs: Sequence[Any]
    run: Callable[[Any], Any]
    firings: Callable[[Any], list[int]]


CHUNK = 250
"""Inputs that a worker is given at a time: a few milliseconds, so that all see the same moods."""


@dataclass(frozen=True, slots=True)
class Times:
    """CPU microseconds per input: the median of all chunks, and the tenth that was least disturbed.

    On a busy machine whose processors share a core the two lie far apart, and not equally for all.
    """

    median: float
    quiet: float


def measure(workers: Sequence[Worker], rounds: int) -> dict[str, Times]:
    """Times by worker, over interleaved chunks, collector off."""
    found: dict[str, list[float]] = {worker.name: [] for worker in workers}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for start in range(0, len(workers[0].inputs), CHUNK):
                for worker in workers:
                    chunk = worker.inputs[start : start + CHUNK]
                    found[worker.name].append(_once(worker.run, chunk))
    finally:
        gc.enable()
    return {name: _times(times) for name, times in found.items()}


def _times(times: list[float]) -> Times:
    return Times(statistics.median(times), sorted(times)[len(times) // 10])


def _once(run: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    start = time.process_time()
    for each in inputs:
        run(each)
    return (time.process_time() - start) / len(inputs) * 1e6


def least(call: Callable[[], Any], times: int) -> float:
    """Median CPU seconds of a call."""
    found = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return statistics.median(found)


def watch(spent: dict[str, float], place: Any, name: str) -> None:
    """Add the CPU seconds of each call of `place.name` to `spent`, under its name."""
    work: Callable[..., Any] = getattr(place, name)

    def watched(*arguments: Any, **options: Any) -> Any:
        started = time.process_time()
        try:
            return work(*arguments, **options)
        finally:
            spent[name] += time.process_time() - started

    setattr(place, name, watched)
