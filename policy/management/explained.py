"""A decision as text: verdict first, then the rules that caused it with the values they saw."""

from __future__ import annotations

from collections.abc import Iterator

from policy.selectors.decision_page import DecidingRule, DecisionPage, Duty, RuleFinding
from policy.selectors.flips import Way
from policy.selectors.rule_text import Line, Note, SeenFact

_MARKS = {"true": "✓", "false": "✗", "error": "!"}
_GUTTER = 6


def explained(page: DecisionPage) -> str:
    """All that a person needs to understand the decision, in the order in which they ask."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: DecisionPage) -> Iterator[str]:
    track = page.track
    yield f"{page.verdict.headline}. {page.verdict.meaning}"
    yield f"  {track.artist} - {track.title} ({track.isrc or 'no ISRC'}), {track.release}"
    yield f"  delivered by {track.deliverer}, decided {page.decided_at:%Y-%m-%d %H:%M:%S} UTC"
    if page.later:
        yield f"  A later decision holds now: {page.later}"
    if page.case_opened_at:
        yield f"  Waits for a person since {page.case_opened_at:%Y-%m-%d %H:%M} UTC."
    for rule in page.deciding:
        yield ""
        yield from _deciding(rule)
    if page.others:
        yield ""
        yield "Also found:"
        yield from (f"  {_heading(finding)}: {finding.reason}" for finding in page.others)
    if page.duties:
        yield ""
        yield "Duties:"
        yield from map(_duty, page.duties)
    yield ""
    yield f"Bundle {page.evidence.bundle}"
    yield f"Snapshot {page.evidence.snapshot}, as of {page.as_of:%Y-%m-%d %H:%M:%S} UTC"
    if page.masked:
        yield "What other parties hold and agreed to is hidden."


def _deciding(rule: DecidingRule) -> Iterator[str]:
    yield f"{_heading(rule.finding)}: {rule.finding.reason}"
    if rule.text is None:
        return
    yield f"  {rule.path}"
    yield from _text(rule.text.head.lines)
    for variable in rule.text.variables:
        yield from _text(variable.lines)
    yield from _ways(rule.ways)


def _heading(finding: RuleFinding) -> str:
    where = "" if finding.territories is None else f" in {' '.join(finding.territories)}"
    unsure = "" if finding.status == "matched" else ", could not be evaluated"
    name = f"{finding.ruleset} {finding.version} {finding.rule}"
    return f"{finding.effect.upper()}{where} by {name}{unsure}"


def _text(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        text = "".join(token.text for token in line.tokens)
        yield f"{line.number:>{_GUTTER}} | {text}".rstrip()
        yield from (f"{'':>{_GUTTER}} | {_note(note)}" for note in line.notes)


def _note(note: Note) -> str:
    seen = ", ".join(map(_seen, note.seen))
    told = "; ".join(filter(None, (seen, note.remark)))
    return f"{'  ' * note.depth}    {_MARKS.get(note.truth, ' ')} {told or note.text}"


def _seen(fact: SeenFact) -> str:
    return f"{fact.label} = {'(hidden)' if fact.hidden else fact.value}"


def _ways(ways: tuple[Way, ...]) -> Iterator[str]:
    for number, way in enumerate(ways):
        wanted = " and ".join(change.wanted for change in way.changes)
        yield f"  {'would not hold if' if number == 0 else 'or if'} {wanted}"


def _duty(duty: Duty) -> str:
    who = duty.party_name or duty.of
    due = f" by {duty.due_at:%Y-%m-%d}" if duty.due_at else ""
    details = "".join(f", {name} {value}" for name, value in duty.details)
    return f"  {duty.do} of {who}{due}{details}: {duty.state} ({duty.rule})"
