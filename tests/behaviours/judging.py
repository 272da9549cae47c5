"""Situations judged by the shipped drafts, as decisions are; no database is needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import msgspec
from hypothesis import strategies as st

from policy.lang.bundle import BundlePlan, RulesetPlan
from policy.lang.combine import Outcome, effect_in
from policy.lang.compiler import compile_tree
from policy.lang.plan import Effect
from policy.lang.situations import neutral
from policy.services.judging import Judgement, judge
from policy.services.programs import SUBJECT, LoadedBundle
from policy.services.replay_compare import bundle_of_folder
from tests.fact_documents import documents, shipped_schema
from tests.trees import SHIPPED

AS_OF = "2026-12-10T00:00:00Z"
"""After the last date from which a shipped rule holds (2 December 2026)."""

PLACES = ("Worldwide", "DE", "FR", "CN", "US", "SE")
"""Where outcomes are looked at; `Worldwide` stands for all places that no rule names."""

Facts: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[RulesetPlan], RulesetPlan]


@cache
def plan() -> BundlePlan:
    """The shipped drafts as a bundle."""
    return bundle_of_folder(root=SHIPPED)


@cache
def bundle(*keys: str) -> LoadedBundle:
    """The shipped drafts, ready to run: those of these keys alone, or all."""
    held = tuple(each for each in plan().rulesets if not keys or each.plan.ruleset in keys)
    return LoadedBundle(msgspec.structs.replace(plan(), rulesets=held))


def changed(change: Change) -> LoadedBundle:
    """All of them, each changed."""
    return LoadedBundle(
        msgspec.structs.replace(plan(), rulesets=tuple(map(change, plan().rulesets)))
    )


def snapshot(track: Facts, *, as_of: str = AS_OF) -> bytes:
    """A track of which this is said; all else is neutral."""
    schema = shipped_schema()
    whole = neutral(schema, schema.root(SUBJECT), as_of, track)
    return json.dumps({"as_of": as_of, SUBJECT: whole}).encode()


def judged(track: Facts, *keys: str, as_of: str = AS_OF) -> Judgement:
    """What the drafts make of it: those of these keys alone, or all."""
    return judge(bundle(*keys), snapshot(track, as_of=as_of))


def rules(judgement: Judgement, status: str = "matched") -> set[str]:
    """The rules that came out so."""
    return {rule.rule for rule in judgement.rules if rule.status == status}


def effects(judgement: Judgement) -> dict[str, Effect]:
    """The outcome in each of PLACES."""
    outcome = Outcome(judgement.worldwide, judgement.territories, ())
    return {place: effect_in(outcome, place) for place in PLACES}


def snapshots() -> st.SearchStrategy[bytes]:
    """Situations of the shipped tests, which are made to set rules off, and any others."""
    return st.sampled_from(_tested()) | documents().map(_at_once)


@cache
def _tested() -> tuple[bytes, ...]:
    cases = [case for ruleset in compile_tree(SHIPPED).rulesets for case in ruleset.cases]
    return tuple(
        json.dumps({"as_of": case.as_of, **case.document}, sort_keys=True).encode()
        for case in cases
    )


def _at_once(document: bytes) -> bytes:
    return json.dumps({"as_of": AS_OF, **json.loads(document)}).encode()
