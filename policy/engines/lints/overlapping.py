"""Rules with different effects that match the same facts, so that one of them says nothing.

Where the strictest effect holds, a rule is idle when another with a stricter effect matches
whenever it does. In a first-match table, an exception above the general rule is the idiom; two
rules of which neither is the exception leave it to their order what holds where both match.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

from policy.engines.coverage.goals import both, negation
from policy.engines.lints.looked import Looked, head
from policy.engines.solver import Found, Impossible
from policy.lang.diagnostics import Diagnostic, Related, quoted
from policy.lang.doubts import constant
from policy.lang.plan import EFFECTS, RulePlan
from policy.lang.tree import Node


def overlapping_rules(looked: Looked) -> Iterator[Diagnostic]:
    """Idle rules, or in a table pairs that only their order tells apart."""
    found = _by_order if looked.plan.combine == "first_match" else _idle
    yield from found(looked)


def _idle(looked: Looked) -> Iterator[Diagnostic]:
    told: set[str] = set()
    for (at, mild), (other, strict) in permutations(enumerate(looked.plan.rules), 2):
        if mild.id in told or not _says_no_more(mild, strict):
            continue
        if not _seen(looked, at, other) and _is_within(looked, mild, strict):
            told.add(mild.id)
            message = f"{quoted(mild.id)} changes nothing: {quoted(strict.id)} is stricter"
            help = "whatever it matches, the other matches too: make it narrower, or remove it"
            place = Related(f"this rule says `{strict.effect}`", looked.path, head(strict.span))
            yield looked.warn("overlapping-rules", message, head(mild.span), help, place)


def _is_within(looked: Looked, mild: RulePlan, strict: RulePlan) -> bool:
    """Whether the stricter rule matches whenever the milder one does, which it can."""
    alone = looked.answer(_only(mild, strict))
    return isinstance(alone, Impossible) and isinstance(looked.answer(mild.when), Found)


def _says_no_more(mild: RulePlan, strict: RulePlan) -> bool:
    """Whether all that the milder rule asks for follows from the stricter one, in all places."""
    if EFFECTS.index(mild.effect) >= EFFECTS.index(strict.effect) or strict.territories:
        return False
    return _duties(mild) <= _duties(strict) and constant(strict.when) is None


def _duties(rule: RulePlan) -> set[tuple[str, str, str, tuple[tuple[str, str], ...]]]:
    return {(duty.do, duty.of, duty.within, duty.details) for duty in rule.obligations}


def _by_order(looked: Looked) -> Iterator[Diagnostic]:
    for (at, above), (other, below) in combinations(enumerate(looked.plan.rules), 2):
        if above.effect == below.effect or (above.territories and below.territories):
            continue
        both_match = looked.answer(both([above.when, below.when]))
        if not isinstance(both_match, Found):
            continue
        if _apart(looked, at, other) and _apart(looked, other, at):
            message = f"the order of {quoted(above.id)} and {quoted(below.id)} decides"
            help = (
                "where neither is the exception to the other, let their conditions exclude each "
                f"other\nboth match with {looked.facts(both_match)}"
            )
            place = Related(f"this rule says `{below.effect}`", looked.path, head(below.span))
            yield looked.warn("overlapping-rules", message, head(above.span), help, place)


def _apart(looked: Looked, at: int, other: int) -> bool:
    """Whether one rule can match without the other."""
    rules = looked.plan.rules
    found = _seen(looked, at, other)
    return found or isinstance(looked.answer(_only(rules[at], rules[other])), Found)


def _seen(looked: Looked, at: int, other: int) -> bool:
    """Whether one rule matched without the other in a case."""
    pairs = [(each.rules[at], each.rules[other]) for each in looked.seen]
    return any(one.value is True and two.value is False for one, two in pairs)


def _only(rule: RulePlan, other: RulePlan) -> Node:
    return both([rule.when, negation(other.when)])
