"""CPU time of several workers, measured in turn so that they share the machine's moods."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Worker:
    """Something to measure: `run` is called with each input. `firings` reads its result."""

    name: str
    inputs: Sequence[Any]
    run: Callable[[Any], Any]
    firings: Callable[[Any], list[int]]


def measure(workers: Iterable[Worker], rounds: int) -> dict[str, float]:
    """Median CPU microseconds per input by worker, over interleaved rounds, collector off."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for worker in workers:
            found.setdefault(worker.name, []).append(_once(worker))
    return {name: statistics.median(times) for name, times in found.items()}


def _once(worker: Worker) -> float:
    run = worker.run
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        for each in worker.inputs:
            run(each)
        used = time.process_time() - start
    finally:
        gc.enable()
    return used / len(worker.inputs) * 1e6


def least(call: Callable[[], Any], times: int) -> float:
    """Median CPU seconds of a call."""
    found = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return statistics.median(found)
