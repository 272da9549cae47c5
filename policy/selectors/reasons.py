"""The sentence of a rule as its reader may see it.

A reason is kept as it was said. To those who may not see a fact that it names it is said anew, with
HIDDEN in that fact's place: facts are hidden by making them unknown, so that what is computed from
them is hidden with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from policy.engines import rows
from policy.engines.rows.reasons import UNKNOWN
from policy.lang.bundle import RulesetPlan
from policy.lang.plan import Plan
from policy.selectors.bundles import bundle_plan, find_rule
from policy.selectors.facts_seen import Path, paths_of
from policy.selectors.masking import HIDDEN, Reader, hidden_paths

KEPT = 32
"""Rulesets that a process keeps ready to say their reasons."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reason and where it was said: rule, and digest of the bundle."""

    reason: str
    ruleset: str
    rule: str
    bundle: str


def reason_for(reader: Reader, said: Said, document: Mapping[str, Any]) -> str:
    """The reason as the reader may see it; `document` is the unmasked snapshot."""
    if reader.everything:
        return said.reason
    hidden = hidden_paths(reader.document(document))
    return _say_anew(said, document, hidden) if _names(said, hidden) else said.reason


def _names(said: Said, hidden: Iterable[Path]) -> bool:
    """Whether the reason's holes read one of these facts."""
    found = find_rule(bundle_plan(said.bundle), said.ruleset, said.rule)
    if found is None:
        return False
    plan, position = found
    read = paths_of(plan, plan.rules[position].reason.holes)
    return any(_meet(path, other) for path in read for other in hidden)


def _meet(one: Path, other: Path) -> bool:
    """Whether one is the other or lies within it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _say_anew(said: Said, document: Mapping[str, Any], hidden: Iterable[Path]) -> str:
    program = _ready(said.bundle, said.ruleset)
    found = find_rule(bundle_plan(said.bundle), said.ruleset, said.rule)
    assert found is not None, "its holes were looked at"
    unknown = sorted({*document.get("unknown", ()), *(".".join(path) for path in hidden)})
    as_of = datetime.fromisoformat(document["as_of"]).astimezone(UTC)
    values = rows.in_force(_ruleset(said).parameters, as_of.date())
    [ruleset] = program.rulesets
    sentence = ruleset.reason(
        found[1],
        program.view({**document, "unknown": unknown}),
        ruleset.parameters(values),
        rows.instant(as_of),
    )
    return sentence.replace(UNKNOWN, HIDDEN)


def _ruleset(said: Said) -> RulesetPlan:
    rulesets = bundle_plan(said.bundle).rulesets
    return next(each for each in rulesets if each.plan.ruleset == said.ruleset)


@lru_cache(maxsize=KEPT)
def _ready(digest: str, ruleset: str) -> rows.Program:
    bundle = bundle_plan(digest)
    plans: list[Plan] = [each.plan for each in bundle.rulesets if each.plan.ruleset == ruleset]
    return rows.load(plans, bundle.schema, "track")
