"""From what rules say to what is decided.

The one page that settles it: of all rules that speak for a territory, the strictest effect holds. A
rule that could not be evaluated speaks with its `on_error`, never for `allow`. In a ruleset that
combines by first match, a territory listens to the first rule that matches, and to those above it
that might have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.plan import EFFECTS, Effect
from policy.lang.territories import WORLDWIDE

Status: TypeAlias = OneOf["matched", "not_matched", "indeterminate"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of one subject.

    `effect` is the rule's own when it matched; when it is indeterminate that of its `on_error`,
    None for `skip`. `territories` are codes, None for everywhere; `Worldwide` among them is
    everywhere too.
    """

    ruleset: str
    rule: str
    status: Status
    effect: Effect | None
    territories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision: `worldwide` holds wherever `territories` (sorted by code) says nothing else.

    `determining` are the rules, as (ruleset, rule), that speak for what holds somewhere.
    """

    worldwide: Effect
    territories: tuple[tuple[str, Effect], ...]
    determining: tuple[tuple[str, str], ...]


def combine(results: Iterable[RuleResult], *, first_match: Collection[str] = ()) -> Outcome:
    """The outcome of all rules of all rulesets; `first_match` are the rulesets that combine so.

    The order of results matters only within those rulesets.
    """
    speaking = [result for result in results if result.status != "not_matched"]
    codes = {code for result in speaking for code in result.territories or ()} - {WORLDWIDE}
    worldwide, because = _decide(speaking, None, first_match)
    determining = set(because)
    differing: list[tuple[str, Effect]] = []
    for code in sorted(codes):
        effect, because = _decide(speaking, code, first_match)
        determining.update(because)
        if effect != worldwide:
            differing.append((code, effect))
    return Outcome(worldwide, tuple(differing), tuple(sorted(determining)))


def strictest(outcome: Outcome) -> Effect:
    """The strictest effect of an outcome in any place."""
    return max((outcome.worldwide, *(effect for _, effect in outcome.territories)), key=severity)


def effect_in(outcome: Outcome, code: str) -> Effect:
    """The effect of an outcome in a territory."""
    return dict(outcome.territories).get(code, outcome.worldwide)


def severity(effect: Effect) -> int:
    """The position from mild to strict."""
    return EFFECTS.index(effect)


def argued(result: RuleResult) -> Effect:
    """What a result that speaks argues for. An unknown never argues for less than a review."""
    effect = result.effect or "review"
    if result.status == "matched" or severity(effect) > severity("review"):
        return effect
    return "review"


def _decide(
    speaking: list[RuleResult], code: str | None, first_match: Collection[str]
) -> tuple[Effect, list[tuple[str, str]]]:
    """The effect in one territory (None: in those that no rule names) and the rules behind it."""
    heard = list(_heard(speaking, code, first_match))
    effects = [argued(result) for result in heard]
    effect: Effect = max(effects, key=severity) if effects else "allow"
    return effect, [(each.ruleset, each.rule) for each in heard if argued(each) == effect]


def _heard(
    speaking: list[RuleResult], code: str | None, first_match: Collection[str]
) -> Iterator[RuleResult]:
    settled: set[str] = set()
    for result in speaking:
        skipped = result.status == "indeterminate" and result.effect is None
        if skipped or result.ruleset in settled or not _covers(result, code):
            continue
        if result.status == "matched" and result.ruleset in first_match:
            settled.add(result.ruleset)
        yield result


def _covers(result: RuleResult, code: str | None) -> bool:
    listed = result.territories
    return listed is None or code in listed or WORLDWIDE in listed
