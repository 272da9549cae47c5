"""The row engine against its peers: `python -m tests.benchmarks.rows [--tracks N] [--rounds R]`.

CPU time per track for all forty rules, one thread, all workers taking turns. Every worker's
firings are compared with the hand-written oracle's before anything is measured. Goals are judged by
medians.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import msgspec

from policy.engines import rows
from policy.lang.plan import decode_plan, encode
from tests.benchmarks import oracle, peers
from tests.benchmarks.catalogue import NOW, Catalogue, catalogue, enlarged
from tests.benchmarks.measuring import Times, Worker, least, measure
from tests.benchmarks.tracks import tracks


@dataclass(frozen=True, slots=True)
class Inputs:
    """The same facts as dicts, as text and as bytes."""

    dicts: list[dict[str, Any]]
    texts: list[str]
    raw: list[bytes]

    @classmethod
    def make(cls, count: int) -> Inputs:
        """Seeded tracks."""
        dicts = tracks(count)
        texts = [json.dumps(each, separators=(",", ":")) for each in dicts]
        return cls(dicts, texts, [text.encode() for text in texts])


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the bound that it is to keep."""

    name: str
    figure: float
    bound: float
    at_most: bool

    def line(self) -> str:
        """As a row of the table."""
        met = self.figure <= self.bound if self.at_most else self.figure >= self.bound
        sign = "<=" if self.at_most else ">="
        return (
            f"{self.name:<58} {self.figure:8.2f}  {sign} {self.bound:<5g} "
            f"{'met' if met else 'MISSED'}"
        )


def workers(made: Catalogue, inputs: Inputs, *, regexes: bool) -> list[Worker]:
    """Everybody who can take these rules."""
    by_hand = oracle.firings if regexes else oracle.plain_firings
    found = [
        peers.rows_json("rows, JSON in", made, inputs.raw),
        peers.rows_dict("rows, dict in", made, inputs.dicts),
        peers.rows_trace("rows, JSON in, full trace", made, inputs.raw),
        peers.hand_written("hand-written Python, dict in", by_hand, inputs.dicts),
        peers.zen_list("zen-engine, JSON in", made, inputs.texts),
        peers.zen_list("zen-engine, dict in", made, inputs.dicts),
        peers.cel_list("cel-expr-python, dict in", made, inputs.dicts),
    ]
    if not regexes:
        found.append(peers.datalogic("datalogic-py, JSON in", made, inputs.texts))
    return found


def check(found: Sequence[Worker], expected: list[list[int]]) -> None:
    """Raises ValueError where a worker's firings are not the oracle's."""
    for worker in found:
        for index, (each, firings) in enumerate(zip(worker.inputs, expected, strict=True)):
            got = worker.firings(worker.run(each))
            if got != firings:
                raise ValueError(f"{worker.name}: track {index} fires {got} instead of {firings}")


def table(found: dict[str, Times]) -> Iterator[str]:
    """Microseconds per track, and against ours from JSON."""
    ours = found["rows, JSON in"]
    yield f"{'':<32} {'median us':>10} {'x':>6} {'quiet us':>10} {'x':>6}"
    for name, times in sorted(found.items(), key=lambda item: item[1].median):
        yield (
            f"{name:<32} {times.median:10.2f} {times.median / ours.median:6.2f} "
            f"{times.quiet:10.2f} {times.quiet / ours.quiet:6.2f}"
        )


def spelling(inputs: Inputs, rounds: int, *, regexes: bool) -> dict[str, Times]:
    """Check and measure one spelling of the rules."""
    made = catalogue(regexes=regexes)
    by_hand = oracle.firings if regexes else oracle.plain_firings
    found = workers(made, inputs, regexes=regexes)
    check(found, [by_hand(each) for each in inputs.dicts])
    return measure(found, rounds)


def size(inputs: Inputs, rounds: int) -> float:
    """The time of 1,000 rules over that of 40, decoding included."""
    small = catalogue(regexes=False)
    large = Catalogue(small.schema, enlarged(small.plan, 1000), small.parameters)
    found = measure(
        [
            peers.rows_json("40", small, inputs.raw),
            peers.rows_json("1000", large, inputs.raw),
        ],
        rounds,
    )
    return found["1000"].median / found["40"].median


def readiness(count: int) -> float:
    """CPU milliseconds per rule from the bytes of a stored plan to a function that decides."""
    small = catalogue(regexes=True)
    raw = encode(enlarged(small.plan, count))
    used = least(lambda: rows.load([decode_plan(raw)], small.schema, "track"), 7)
    return used / count * 1000


def trace_bytes(inputs: Inputs) -> float:
    """Mean size of a trace as JSON."""
    made = catalogue(regexes=True)
    program = made.program()
    ruleset = program.rulesets[0]
    numbers = ruleset.parameters(made.parameters)
    sizes = [
        len(msgspec.json.encode(ruleset.trace(program.decode(raw), numbers, NOW).values))
        for raw in inputs.raw[:500]
    ]
    return sum(sizes) / len(sizes)


def goals(plain: dict[str, Times], full: dict[str, Times], larger: float) -> Iterator[Goal]:
    """What the issue asks for."""

    def ahead(found: dict[str, Times], name: str) -> float:
        return found[name].median / found["rows, JSON in"].median

    def of(found: dict[str, Times], name: str, other: str) -> float:
        return found[name].median / found[other].median

    json_in, dict_in = "rows, JSON in", "rows, dict in"
    hand, zen = "hand-written Python, dict in", "zen-engine, JSON in"
    yield Goal("JSON in, of datalogic-py", of(plain, json_in, "datalogic-py, JSON in"), 1, True)
    yield Goal("JSON in, ahead of zen-engine, no regexes", ahead(plain, zen), 4, False)
    yield Goal("JSON in, ahead of zen-engine, regexes", ahead(full, zen), 25, False)
    cel, zen_dict = "cel-expr-python, dict in", "zen-engine, dict in"
    yield Goal("JSON in, ahead of cel-expr-python, no regexes", ahead(plain, cel), 7, False)
    yield Goal("the same dicts, ahead of cel-expr-python", of(plain, cel, dict_in), 7, False)
    yield Goal("the same dicts, ahead of zen-engine", of(plain, zen_dict, dict_in), 4, False)
    yield Goal("dict in, of hand-written Python, no regexes", of(plain, dict_in, hand), 1, True)
    yield Goal("dict in, of hand-written Python, regexes", of(full, dict_in, hand), 1, True)
    trace = "rows, JSON in, full trace"
    yield Goal("full trace, of untraced", of(full, trace, json_in), 2, True)
    yield Goal("1,000 rules, of 40", larger, 5, True)
    for count in (40, 1000):
        name = f"plan bytes to a function, ms a rule, {count} rules"
        yield Goal(name, readiness(count), 0.25, True)


def main(arguments: Sequence[str] | None = None, *, out: TextIO) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rows", description=__doc__)
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    inputs = Inputs.make(chosen.tracks)
    plain = spelling(inputs, chosen.rounds, regexes=False)
    full = spelling(inputs, chosen.rounds, regexes=True)
    larger = size(inputs, 1)
    for title, found in (("Without regular expressions", plain), ("With four", full)):
        out.write("\n".join((title, *table(found), "", "")))
    out.write(f"trace as JSON: {trace_bytes(inputs):.0f} bytes on average\n\n")
    for goal in goals(plain, full, larger):
        out.write(goal.line() + "\n")


if __name__ == "__main__":
    main(out=sys.stdout)
