"""`python -m policy.engines mutate PATH`: how much the tests of rulesets would notice."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from policy.engines.mutation.mutants import Mutant
from policy.engines.mutation.original import Original
from policy.engines.mutation.report import as_json, many, render, summary
from policy.engines.mutation.running import MutationReport, run_mutants
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import did_you_mean, has_errors, quoted, render_all
from policy.lang.folders import FACTS, find_root, no_root

SHOWN = 20
"""Survivors that are shown of a ruleset unless told otherwise."""


def add_options(parser: Any) -> None:
    """The options of the command, for argparse and for Django's commands alike."""
    parser.add_argument("--ruleset", metavar="KEY", default="", help="only this ruleset")
    parser.add_argument(
        "--rule", metavar="ID", default="", help="only mutants that touch this rule"
    )
    parser.add_argument("--only", metavar="ID", default="", help="only the mutant of this id")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="look no closer at survivors: no suggested cases, no proofs; the score is the least",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument(
        "--fail-under", metavar="N", type=float, default=0.0, help="exit 1 below a score of N %%"
    )
    parser.add_argument(
        "--survivors",
        metavar="N",
        type=int,
        default=SHOWN,
        help=f"how many survivors of a ruleset are shown (default: {SHOWN})",
    )


def add_command(commands: Any) -> None:
    """Register `mutate` among the commands of an argparse parser."""
    parser = commands.add_parser("mutate", help="change rules and see whether their tests notice")
    parser.add_argument("path", help=f"the folder that holds {FACTS}, or one ruleset in it")
    add_options(parser)


def run(chosen: argparse.Namespace, *, out: TextIO, err: TextIO) -> int:
    """Run the command: exit code 0, 1 for a low score or mistakes, 2 for wrong usage."""
    path = Path(chosen.path)
    root = find_root(path)
    if root is None:
        err.write(no_root(path))
        return 2
    tree = compile_tree(root)
    if has_errors(tree.diagnostics):
        out.write(render_all(tree.diagnostics, tree.sources))
        return 1
    key = chosen.ruleset or ("" if path == root else path.resolve().name)
    wrong = _wrong(tree, key, chosen.rule)
    if wrong:
        err.write(f"error: {wrong}\n")
        return 2
    started = time.perf_counter()
    run = _Run(tree, chosen, err)
    reports = [run.report(each) for each in tree.rulesets if key in ("", each.key)]
    told = [report for report in reports if report is not None]
    return _Ending(tree, chosen, told, time.perf_counter() - started).tell(out, err)


def _wrong(tree: CompiledTree, key: str, rule: str) -> str:
    """What is wrong with the choice, with a way out; empty when nothing is."""
    keys = [each.key for each in tree.rulesets]
    if key and key not in keys:
        return _unknown("ruleset", key, keys)
    chosen = [each for each in tree.rulesets if key in ("", each.key)]
    plans = [each.plans[each.current] for each in chosen if each.current in each.plans]
    rules = [each.id for plan in plans for each in plan.rules]
    return _unknown("rule", rule, rules) if rule and rule not in rules else ""


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    help = did_you_mean(name, known)
    return f"there is no {what} {quoted(name)}" + (f": {help}" if help else "")


@dataclass(frozen=True, slots=True)
class _Run:
    tree: CompiledTree
    chosen: argparse.Namespace
    err: TextIO

    def report(self, ruleset: CompiledRuleset) -> MutationReport | None:
        """The report of a ruleset; None where nothing of it is wanted."""
        original = Original.of(ruleset, self.tree)
        if original is None:
            return None
        progress = self._progress(ruleset.key)
        return run_mutants(
            original,
            ruleset.cases,
            wanted=self._wanted,
            progress=progress,
            quick=self.chosen.quick,
        )

    def _wanted(self, mutant: Mutant) -> bool:
        rule, only = self.chosen.rule, self.chosen.only
        return (not rule or mutant.touches(rule)) and only in ("", mutant.id)

    def _progress(self, key: str) -> Callable[[int, int], None]:
        """A line that is written over and over, where a person watches."""
        if not self.err.isatty():
            return lambda done, of: None
        return lambda done, of: _write_over(self.err, f"{key}: {done} of {of} mutants")


def _write_over(err: TextIO, line: str) -> None:
    err.write(f"\r{line}\x1b[K")
    err.flush()


@dataclass(frozen=True, slots=True)
class _Ending:
    """Tells what came out of all rulesets."""

    tree: CompiledTree
    chosen: argparse.Namespace
    reports: Sequence[MutationReport]
    seconds: float

    def tell(self, out: TextIO, err: TextIO) -> int:
        """Write the reports; gives the exit code."""
        tried = sum(len(report.fates) for report in self.reports)
        if self.chosen.only and not tried:
            err.write(f"error: there is no mutant {quoted(self.chosen.only)}\n")
            return 2
        if err.isatty():
            _write_over(err, "")
        out.write(as_json(self.reports).decode() + "\n" if self.chosen.json else self._text())
        err.write(f"{many(tried, 'mutant')} tried in {self.seconds:.1f} s\n")
        low = [each for each in self.reports if each.score.percent < self.chosen.fail_under]
        err.writelines(f"error: {summary(each)}; {self._demanded}\n" for each in low)
        return 1 if low else 0

    @property
    def _demanded(self) -> str:
        return f"{self.chosen.fail_under:g} % are demanded"

    def _text(self) -> str:
        sources, most = self.tree.sources, self.chosen.survivors
        return "\n".join(render(report, sources, most=most) for report in self.reports)
