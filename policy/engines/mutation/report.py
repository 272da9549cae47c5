"""A mutation report as the text that a terminal shows, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from policy.engines.mutation.running import Fate, MutationReport, Score
from policy.engines.mutation.suggested_text import advice, as_yaml
from policy.lang.diagnostics import excerpt
from policy.lang.source import Source


def render(report: MutationReport, sources: Mapping[str, Source], *, most: int) -> str:
    """At most so many survivors with their places, what falls short, and one line that sums up."""
    lines: list[str] = []
    for _, alike in groupby(report.survivors[:most], key=_told_by):
        lines += [*_survivors(list(alike), report, sources), ""]
    left = len(report.survivors) - most
    if most and left > 0:
        lines += [f"and {left} more: `--survivors {len(report.survivors)}` shows them all", ""]
    short = {owner: each for owner, each in report.by_owner().items() if each.survived}
    lines += [f"{_counted(each)}  {owner}" for owner, each in short.items()]
    return "\n".join([*lines, summary(report)]) + "\n"


def _told_by(fate: Fate) -> object:
    """Equal for survivors that one and the same case would notice."""
    case = fate.suggestion.case if fate.suggestion else None
    return (case.document, case.as_of, case.expect) if case else fate.mutant.id


def _survivors(
    fates: Sequence[Fate], report: MutationReport, sources: Mapping[str, Source]
) -> Iterator[str]:
    """Survivors that one case would notice, with that case behind them."""
    for fate in fates:
        draft = fate.mutant.draft
        yield f"{draft.path}:{draft.span.line}:{draft.span.column}: survived: {draft.words}"
        yield from excerpt(draft.path, draft.span, sources)
        yield f"{_gutter(fate)} = mutant: {fate.mutant.id}"
    last = fates[-1]
    yield f"{_gutter(last)} = help: {_help(last, report)}"
    if last.suggestion:
        yield as_yaml(last.suggestion, last.mutant.draft, report.original)


def _help(fate: Fate, report: MutationReport) -> str:
    if report.quick:
        return f"`--only {fate.mutant.id}` without `--quick` looks for a case that would notice"
    return advice(fate.suggestion)


def _gutter(fate: Fate) -> str:
    return " " * max(2, len(str(fate.mutant.draft.span.line)))


def _counted(score: Score) -> str:
    share = f"{score.killed} of {score.killed + score.survived}"
    return f"{_percent(score):>7}  {share:>12}"


def summary(report: MutationReport) -> str:
    """The line that counts."""
    score = report.score
    told = f"{many(len(report.fates), 'mutant')} on {many(report.cases, 'case')}"
    failing = f" ({report.failing} failing already)" if report.failing else ""
    counts = f"{score.killed} killed, {score.survived} survived, {score.equivalent} equivalent"
    least = "at least " if report.quick else ""
    return f"{report.ruleset}: {told}{failing}: {counts}; score {least}{_percent(score)}"


def many(number: int, noun: str) -> str:
    """`1 mutant`, `2 mutants`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _percent(score: Score) -> str:
    """Never rounded up to 100."""
    return f"{int(score.percent * 10) / 10:.1f} %"


def as_json(reports: Sequence[MutationReport]) -> bytes:
    """All reports. Scores are percentages, places 1-based code points."""
    return msgspec.json.format(msgspec.json.encode({"rulesets": list(map(_report, reports))}))


def _report(report: MutationReport) -> dict[str, Any]:
    original = report.original
    return {
        "ruleset": report.ruleset,
        "version": original.plan.version,
        "path": original.source.path,
        "cases": report.cases,
        "failing_cases": report.failing,
        "quick": report.quick,
        "mutants": len(report.fates),
        **_score(report.score),
        "owners": [{"owner": owner, **_score(each)} for owner, each in report.by_owner().items()],
        "survivors": [_survivor_json(fate, report) for fate in report.survivors],
        "equivalents": [
            {**_mutant(fate), "because": fate.because}
            for fate in report.fates
            if fate.state == "equivalent"
        ],
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "killed": score.killed,
        "survived": score.survived,
        "equivalent": score.equivalent,
        "score": int(score.percent * 10) / 10,
    }


def _mutant(fate: Fate) -> dict[str, Any]:
    draft, span = fate.mutant.draft, fate.mutant.draft.span
    return {
        "id": fate.mutant.id,
        "owner": draft.owner,
        "mutator": draft.mutator,
        "change": draft.words,
        "path": draft.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _survivor_json(fate: Fate, report: MutationReport) -> dict[str, Any]:
    made, draft = fate.suggestion, fate.mutant.draft
    return {
        **_mutant(fate),
        "help": _help(fate, report),
        "suggestion": as_yaml(made, draft, report.original) if made else None,
        "exists": made.exists if made else None,
    }
