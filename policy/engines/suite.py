"""`test PATH`: the cases of rulesets, and what they cover."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from policy.engines.coverage import cover, render_coverage
from policy.engines.coverage.report import summary
from policy.engines.junit import junit
from policy.engines.opening import Refused, chosen, opened, written
from policy.engines.reports import RulesetRun, as_json
from policy.engines.solver import Setting
from policy.engines.testing import Bench, current
from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.diagnostics import quoted
from policy.lang.testing import render_report, render_verdicts, run_tests

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was asked for."""

    path: Path
    ruleset: str = ""
    case: str = ""
    coverage: bool = False
    json: bool = False
    junit: Path | None = None
    fail_under_mcdc: float | None = None

    @property
    def conditions(self) -> bool:
        """Whether conditions are looked at."""
        return self.coverage or self.fail_under_mcdc is not None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command, all but the path."""
    parser.add_argument("--ruleset", metavar="KEY", default="", help="only this ruleset")
    parser.add_argument(
        "--case", metavar="TEXT", default="", help="only cases with TEXT in the name"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="which condition was shown by which case"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write a JUnit report as well")
    parser.add_argument(
        "--fail-under-mcdc",
        metavar="N",
        type=_percent,
        help="fail when less than N %% of the feasible atoms of a ruleset were shown to decide",
    )


def _percent(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= 100:
        raise argparse.ArgumentTypeError(f"`{text}` is no number from 0 to 100")
    return found


def asked(chosen: argparse.Namespace, path: Path) -> Asked:
    """The options as they were given."""
    return Asked(
        path=path,
        ruleset=chosen.ruleset,
        case=chosen.case,
        coverage=chosen.coverage,
        json=chosen.format == "json",
        junit=chosen.junit,
        fail_under_mcdc=chosen.fail_under_mcdc,
    )


def run(wish: Asked, *, out: TextIO, err: TextIO, clock: Clock) -> int:
    """Run the cases and write the report: 0 fine, 1 something fails or has mistakes, 2 wrong usage.

    `clock` gives seconds; only differences of it are used.
    """
    begun = clock()
    try:
        tree = opened(wish.path, out=out, err=err)
        rulesets = chosen(wish.path, wish.ruleset, tree, err=err)
        ready = clock()
        runs = [made for each in rulesets if (made := _run(each, tree, wish))]
        if wish.case and not any(each.report.verdicts for each in runs):
            err.write(f"error: no case has {quoted(wish.case)} in its name\n")
            raise Refused(2)
        short = list(_short(runs, wish))
        good = all(each.report.good for each in runs) and not short
        if wish.json:
            out.write(as_json(runs, good=good, seconds=clock() - ready).decode())
        else:
            _write_text(runs, wish, out)
            out.write(_last_line(runs, clock() - ready, ready - begun))
        if wish.junit:
            written(wish.junit, junit(each.report for each in runs), err=err)
    except Refused as refused:
        return refused.code
    err.writelines(short)
    return 0 if good else 1


def _run(ruleset: CompiledRuleset, tree: CompiledTree, wish: Asked) -> RulesetRun | None:
    """A ruleset's cases that were asked for; None when it has no version to run."""
    found = current(ruleset, tree)
    if found is None or tree.schema is None:
        return None
    plan, path = found
    cases = [case for case in ruleset.cases if wish.case.casefold() in case.name.casefold()]
    bench = Bench(tree.schema, ruleset.parameters, tree.sources)
    report = run_tests(plan, path, cases, bench.evaluate)
    stand = bench.stand(plan)
    if not wish.conditions:
        return RulesetRun(report, stand.source)
    setting = Setting(plan, tree.schema, ruleset.parameters)
    return RulesetRun(report, stand.source, cover(stand, setting, path, cases))


def _short(runs: Sequence[RulesetRun], wish: Asked) -> Iterator[str]:
    """What is said of each ruleset of which less was shown than demanded."""
    for each in runs:
        found = each.conditions
        demanded = wish.fail_under_mcdc
        if found is not None and demanded is not None and found.percent < demanded:
            yield f"error: {summary(found)}; {demanded:g} % are demanded\n"


def _write_text(runs: Sequence[RulesetRun], wish: Asked, out: TextIO) -> None:
    for each in runs:
        if each.conditions is not None and wish.coverage:
            out.write(render_coverage(each.conditions, each.source) + "\n")
    for each in runs:
        if not wish.case:
            out.write(render_report(each.report))
        elif each.report.verdicts:
            out.write(render_verdicts(each.report))


def _last_line(runs: Sequence[RulesetRun], seconds: float, start: float) -> str:
    verdicts = [verdict for each in runs for verdict in each.report.verdicts]
    bad = sum(not verdict.good for verdict in verdicts)
    cases = "1 case" if len(verdicts) == 1 else f"{len(verdicts)} cases"
    said = f"{cases}, {bad} failed" if bad else f"{cases}, all fine"
    return f"{said}, in {seconds:.2f} s after {start:.2f} s of compiling\n"
