"""Coverage of a version as text: rule by rule, atom by atom, with what would show the missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from policy.engines.coverage.asking import AtomCovered, DecisionCovered, Wanted
from policy.engines.coverage.covering import VersionCoverage
from policy.engines.coverage.decisions import Home
from policy.engines.coverage.goals import Side
from policy.engines.coverage.measuring import Evidence
from policy.lang.plan import Plan
from policy.lang.source import Source


def render_coverage(found: VersionCoverage, source: Source | None) -> str:
    """The text that a terminal shows; `source` is the version's file, for the author's words."""
    lines: list[str] = []
    for home, decisions in groupby(found.decisions, key=lambda each: each.decision.home):
        lines += [home_words(home, found.plan), *_decisions(decisions, found.path, source), ""]
    return "\n".join([*lines, summary(found)]) + "\n"


def summary(found: VersionCoverage) -> str:
    """The line that counts."""
    seen, truths = found.truths
    out = f", {found.infeasible} infeasible" if found.infeasible else ""
    return (
        f"MC/DC of {found.plan.ruleset}: {found.shown} of {found.feasible} feasible atoms "
        f"({found.percent:.1f} %){out}; {seen} of {truths} truths of conditions"
    )


def home_words(home: Home, plan: Plan) -> str:
    """What a tree belongs to."""
    match home.kind:
        case "variable":
            return f"variable `{home.variable}`"
        case "when":
            return f"rule `{plan.rules[home.rule].id}`"
        case "territories":
            return f"territories of rule `{plan.rules[home.rule].id}`"


def atom_text(atom: AtomCovered, source: Source | None) -> str:
    """The author's words of an atom, on one line."""
    span = atom.shown.atom.node.span
    return " ".join(source.cut(span).split()) if source else f"{span.line}:{span.column}"


def _decisions(
    decisions: Iterator[DecisionCovered], path: str, source: Source | None
) -> Iterator[str]:
    for each in decisions:
        for atom in each.atoms:
            span = atom.shown.atom.node.span
            yield f"  {path}:{span.line}:{span.column}: {atom_text(atom, source)}"
            yield from (f"    {line}" for line in _atom(atom))


def _atom(atom: AtomCovered) -> Iterator[str]:
    if atom.status == "infeasible":
        yield f"infeasible: {atom.because}"
        return
    wanted = {each.side: each for each in atom.wanted}
    sides = atom.shown.pair or (*wanted, *_beside(atom.shown.by, wanted))
    for side in sorted(sides, key=lambda side: not side.truth):
        if side in wanted:
            yield from _wanted(wanted[side])
        else:
            yield f"{_truth(side.truth):<5} {evidence_words(atom.shown.by[side])}"


def _beside(by: Iterable[Side], wanted: Collection[Side]) -> Iterator[Side]:
    """The side that was seen already, where one is wanted to make a pair."""
    pairs = {Side(not side.truth, not side.outcome) for side in wanted}
    yield from (side for side in by if side in pairs and side not in wanted)


def _wanted(wanted: Wanted) -> Iterator[str]:
    truth = _truth(wanted.side.truth)
    if wanted.because:
        yield f"{truth:<5} missing: {wanted.because}"
    elif not wanted.case:
        yield f"{truth:<5} missing: `{wanted.name}` above shows it"
    else:
        yield f"{truth:<5} missing: no case in which it is {truth} and decides, such as"
        yield from (f"  {line}" for line in wanted.case.splitlines())


def evidence_words(evidence: Evidence) -> str:
    """The case that showed something, and the item of a list if it was about one."""
    item = f", item {evidence.item}" if evidence.item is not None else ""
    return f"{evidence.case} (line {evidence.line}{item})"


def _truth(value: bool) -> str:
    return "true" if value else "false"
