"""What differs between two judgements of the same facts: by place, and rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.combine import Outcome, Status, effect_in, severity, strictest
from policy.lang.plan import Effect

RuleName: TypeAlias = tuple[str, str]
"""Ruleset and rule."""

RuleChangeKind: TypeAlias = OneOf["matches", "no_longer", "unanswered", "answered", "otherwise"]
"""What happened to a rule: it newly matches, it matches no longer, it has no answer any more, it
has one again (and does not match), or it matches with another effect or in other places."""

Way: TypeAlias = OneOf["same", "stricter", "milder", "mixed"]
"""How an outcome changed; mixed is stricter in some places and milder in others."""


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule that matched or has no answer. `territories` None is everywhere."""

    status: Status
    effect: Effect
    territories: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Said:
    """What rules made of some facts: the outcome, and the rules that had something to say."""

    outcome: Outcome
    rules: Mapping[RuleName, RuleSaid]

    @property
    def effect(self) -> Effect:
        """The strictest effect anywhere."""
        return strictest(self.outcome)


def way(before: Outcome, after: Outcome) -> Way:
    """How an outcome changed, looking at every place that either names."""
    steps = [severity(after.worldwide) - severity(before.worldwide)]
    codes = {code for outcome in (before, after) for code, _ in outcome.territories}
    steps += [
        severity(effect_in(after, code)) - severity(effect_in(before, code)) for code in codes
    ]
    stricter, milder = max(steps) > 0, min(steps) < 0
    if stricter and milder:
        return "mixed"
    return "stricter" if stricter else "milder" if milder else "same"


def rule_changes(before: Said, after: Said) -> Iterator[tuple[RuleName, RuleChangeKind]]:
    """The rules that do not say the same any more, sorted, each with what happened to it."""
    for name in sorted(before.rules.keys() | after.rules.keys()):
        kind = _kind(before.rules.get(name), after.rules.get(name))
        if kind:
            yield name, kind


def _kind(before: RuleSaid | None, after: RuleSaid | None) -> RuleChangeKind | None:
    was, now = (each.status if each else "silent" for each in (before, after))
    if now == "matched":
        if was != "matched":
            return "matches"
        return None if before == after else "otherwise"
    if was == now:
        return None
    if now == "indeterminate":
        return "unanswered"
    return "no_longer" if was == "matched" else "answered"
