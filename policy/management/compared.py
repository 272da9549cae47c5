"""Decisions compared with another bundle, as text: what changes, for which rules, for whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.lang.plan import EFFECTS
from policy.management.words import counted
from policy.services.replay_changes import RuleChangeKind
from policy.services.replay_report import Comparison, Example, PartyChange, RuleChange

MOST = 10
"""Parties that are listed of each kind; a person reads no more, a program reads the JSON."""

_KINDS: dict[RuleChangeKind, str] = {
    "matches": "newly matches",
    "no_longer": "matches no longer",
    "unanswered": "has no answer any more",
    "answered": "has an answer again, and does not match",
    "otherwise": "matches with another effect or elsewhere",
}


def compared(found: Comparison, what: str) -> str:
    """The whole report; `what` names the rules that the decisions were run under."""
    return "\n".join(_lines(found, what)) + "\n"


def _lines(found: Comparison, what: str) -> Iterator[str]:
    yield f"{counted(found.decisions, 'decision')} run again under {what}; nothing is stored"
    for each in found.versions:
        yield f"  {each.ruleset} {' '.join(each.recorded) or 'none'} -> {each.compared or 'none'}"
    yield from _notes(found)
    yield ""
    yield (
        f"Outcomes: {found.same:,} as before, {found.stricter:,} stricter, {found.milder:,} milder,"
        f" {found.mixed:,} stricter here and milder there"
    )
    yield from _matrix(found)
    for change in found.outcomes:
        if change.examples:
            yield f"  {change.before} -> {change.after}"
            yield from _examples(change.examples)
    yield from _rules(found.rules)
    yield from _parties("Deliverers", found.deliverers)
    yield from _parties("Rights holders", found.rights_holders)


def _notes(found: Comparison) -> Iterator[str]:
    for each in found.out_of_force:
        many = counted(each.decisions, "decision")
        yield f"note: {each.ruleset} is not in force on the day of {many}, so it is silent there"
    for fact in found.lacking:
        many = counted(fact.decisions, "snapshot")
        taken = "absent" if fact.optional else "unknown"
        yield f"note: {fact.fact} was declared after {many}, where it is taken as {taken}"
    if found.unread:
        many = counted(found.unread, "decision")
        yield f"note: {many} cannot be run, since the facts have other types now"
        yield from (f"    {each.uuid}: {each.why}" for each in found.unreadable)


def _matrix(found: Comparison) -> Iterator[str]:
    """The strictest effects, before in rows and after in columns."""
    cells = {(each.before, each.after): each.decisions for each in found.outcomes}
    if not cells:
        return
    yield "  from \\ to  " + "".join(f"{effect:>10}" for effect in EFFECTS)
    for before in EFFECTS:
        numbers = [cells.get((before, after), 0) for after in EFFECTS]
        if any(numbers):
            yield f"  {before:<10} " + "".join(f"{number or '.':>10}" for number in numbers)


def _rules(changes: Sequence[RuleChange]) -> Iterator[str]:
    if changes:
        yield ""
        yield "Rules"
    for change in changes:
        many = counted(change.decisions, "decision")
        yield f"  {change.ruleset} {change.rule} {_KINDS[change.kind]}: {many}"
        yield from _examples(change.examples)


def _parties(title: str, changes: Sequence[PartyChange]) -> Iterator[str]:
    if changes:
        yield ""
        yield f"{title} whose tracks change"
    for change in changes[:MOST]:
        tracks = counted(change.tracks, "track")
        yield f"  {change.party}: {tracks}, {change.stricter:,} stricter, {change.milder:,} milder"
        yield from _examples(change.examples)
    if len(changes) > MOST:
        yield f"  and {len(changes) - MOST:,} more; --json names all"


def _examples(examples: Sequence[Example]) -> Iterator[str]:
    for each in examples:
        step = each.after if each.before == each.after else f"{each.before} -> {each.after}"
        yield f"    {each.uuid}  {step}  {each.track}"
