"""Test reports as JSON, for other programs: its shape is told in `rulesets/REFERENCE.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from policy.engines.coverage import AtomCovered, VersionCoverage, Wanted
from policy.engines.coverage.report import atom_text, home_words
from policy.lang.source import Source
from policy.lang.testing import TestReport, Verdict


@dataclass(frozen=True, slots=True)
class RulesetRun:
    """One ruleset's report; `conditions` where they were asked for, `source` the version's file."""

    report: TestReport
    source: Source | None
    conditions: VersionCoverage | None = None


def as_json(runs: Sequence[RulesetRun], *, good: bool, seconds: float) -> bytes:
    """All reports as one JSON document, ending in a line break."""
    document = {
        "good": good,
        "seconds": round(seconds, 3),
        "rulesets": [_ruleset(run) for run in runs],
    }
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


def _ruleset(run: RulesetRun) -> dict[str, object]:
    report = run.report
    return {
        "ruleset": report.ruleset,
        "version": report.version,
        "path": report.path,
        "good": report.good,
        "cases": [_verdict(verdict) for verdict in report.verdicts],
        "rules": [
            {"rule": rule.rule, "line": rule.span.line, "seen": sorted(rule.statuses)}
            for rule in report.coverage.rules
        ],
        "outcomes": [
            {"effect": each.effect, "reach": each.reach, "seen": each.seen}
            for each in report.coverage.outcomes
        ],
        "conditions": _conditions(run.conditions, run.source) if run.conditions else None,
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    case = verdict.case
    return {
        "name": case.name,
        "path": case.path,
        "line": case.span.line,
        "status": verdict.status,
        "todo": case.todo,
        "problems": verdict.problems,
        "explanations": [{"rule": rule, "text": text} for rule, text in verdict.explanations],
    }


def _conditions(found: VersionCoverage, source: Source | None) -> dict[str, object]:
    seen, truths = found.truths
    return {
        "atoms": found.feasible + found.infeasible,
        "shown": found.shown,
        "infeasible": found.infeasible,
        "percent": round(found.percent, 2),
        "truths": {"seen": seen, "of": truths},
        "decisions": [
            {
                "of": home_words(each.decision.home, found.plan),
                "line": each.decision.tree.span.line,
                "each_item": each.decision.item,
                "atoms": [_atom(atom, source) for atom in each.atoms],
            }
            for each in found.decisions
        ],
    }


def _atom(atom: AtomCovered, source: Source | None) -> dict[str, object]:
    span = atom.shown.atom.node.span
    return {
        "text": atom_text(atom, source),
        "line": span.line,
        "column": span.column,
        "status": atom.status,
        "because": atom.because,
        "shown": [
            {"truth": side.truth, "case": found.case, "line": found.line, "item": found.item}
            for side, found in atom.shown.by.items()
            if atom.shown.pair is None or side in atom.shown.pair
        ],
        "missing": [_wanted(each) for each in atom.wanted],
    }


def _wanted(wanted: Wanted) -> dict[str, object]:
    return {
        "truth": wanted.side.truth,
        "name": wanted.name,
        "case": wanted.case,
        "because": wanted.because,
    }
