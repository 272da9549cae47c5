"""What tests of rulesets cost: `python -m tests.benchmarks.rule_tests [FOLDER] [--thorough]`.

CPU seconds of one thread: compiling the whole folder, then for each ruleset making its program,
running its cases, observing and judging their conditions (MC/DC), and trying its mutants; with
`--thorough` also a closer look at those that survive.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from policy.engines.coverage import VersionCoverage, cover
from policy.engines.mutation.original import Original
from policy.engines.mutation.running import MutationReport, run_mutants
from policy.engines.solver import Setting
from policy.engines.testing import Bench, Stand, current
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.schema import FactSchema
from policy.lang.testing import TestReport, run_tests

_RULESETS = Path(__file__).parents[2] / "rulesets"
_Result = TypeVar("_Result")
_HEAD = (
    "ruleset",
    "cases",
    "program",
    "run",
    "coverage",
    "MC/DC",
    "mutants",
    "score",
    "per second",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One ruleset: CPU seconds, and what came out of the work that they paid for."""

    ruleset: str
    program: float
    run: float
    report: TestReport
    coverage: float
    covered: VersionCoverage
    mutating: float
    mutated: MutationReport

    def cells(self) -> tuple[str, ...]:
        """As a row of the table."""
        mutants = len(self.mutated.fates)
        return (
            self.ruleset,
            str(len(self.report.verdicts)),
            f"{self.program:.3f} s",
            f"{self.run:.3f} s",
            f"{self.coverage:.2f} s",
            f"{self.covered.percent:.1f} %",
            f"{mutants} in {self.mutating:.1f} s",
            f"{self.mutated.score.percent:.1f} %",
            f"{mutants / max(self.mutating, 1e-9):.0f}",
        )


def timed(call: Callable[[], _Result]) -> tuple[float, _Result]:
    """CPU seconds of a call, with what it gave."""
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def rows(tree: CompiledTree, schema: FactSchema, *, thorough: bool) -> Iterator[Row]:
    """A row for each ruleset of a folder that has a version to run."""
    for ruleset in tree.rulesets:
        original = Original.of(ruleset, tree)
        found = current(ruleset, tree)
        if original is not None and found is not None:
            yield _row(ruleset, original, Bench(schema, ruleset.parameters), found[1], thorough)


def _row(
    ruleset: CompiledRuleset, original: Original, bench: Bench, path: str, thorough: bool
) -> Row:
    plan, cases = original.plan, ruleset.cases
    program, stand = timed(lambda: _warm(bench.stand(plan), ruleset))
    run, report = timed(lambda: run_tests(plan, path, cases, bench.evaluate))
    setting = Setting(plan, original.schema, original.parameters)
    coverage, covered = timed(lambda: cover(stand, setting, path, cases))
    mutating, mutated = timed(
        lambda: run_mutants(
            original,
            cases,
            wanted=lambda mutant: True,
            progress=lambda done, of: None,
            quick=not thorough,
        )
    )
    return Row(ruleset.key, program, run, report, coverage, covered, mutating, mutated)


def _warm(stand: Stand, ruleset: CompiledRuleset) -> Stand:
    """The program writes each of its functions when the first case asks for it."""
    for case in ruleset.cases[:1]:
        stand.observed(case)
    return stand


def main(arguments: Sequence[str] | None = None, *, out: TextIO = sys.stdout) -> None:
    """Measure once and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=_RULESETS)
    parser.add_argument("--thorough", action="store_true", help="look closer at survivors")
    chosen = parser.parse_args(arguments)
    compiling, tree = timed(lambda: compile_tree(chosen.folder))
    if tree.schema is None:
        parser.error(f"{chosen.folder} has no facts to test rules over")
    made = list(rows(tree, tree.schema, thorough=chosen.thorough))
    table = [_HEAD, *(row.cells() for row in made)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        print("  ".join(map(str.rjust, cells, widths)), file=out)
    cases = sum(len(row.report.verdicts) for row in made)
    running = sum(row.run for row in made)
    print(f"{cases} cases: compiled in {compiling:.2f} s, run in {running:.2f} s", file=out)


if __name__ == "__main__":
    main()
