"""What holds of every situation, whichever rules speak."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.lang.bundle import RulesetPlan
from policy.lang.combine import severity
from policy.lang.source import Span
from policy.lang.territories import WORLDWIDE
from policy.lang.tree import ListOf, Literal
from policy.services.judging import JudgedRule, Judgement, judge
from policy.services.programs import LoadedBundle
from tests.behaviours.judging import PLACES, Facts, bundle, changed, effects, snapshot, snapshots

replace = msgspec.structs.replace
thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SEEDS = range(8)
"""Changed bundles that are tried; making one takes longer than judging a hundred situations."""


def _strict(judgement: Judgement) -> list[int]:
    return [severity(effect) for effect in effects(judgement).values()]


# The most restrictive rule wins


@given(snapshots())
@thorough
def test_in_every_place_the_most_restrictive_rule_wins(kept: bytes) -> None:
    found = judge(bundle(), kept)
    skipped = {(rule.ruleset, rule.rule) for rule in found.rules if not _speaks(rule)}
    heard = [rule for rule in found.rules if (rule.ruleset, rule.rule) not in skipped]
    for place, effect in effects(found).items():
        said = [severity(rule.effect) for rule in heard if _covers(rule, place)]
        assert severity(effect) == max(said, default=0)


def _speaks(rule: JudgedRule) -> bool:
    """Whether a rule argues for something: one without an answer may be skipped."""
    plans = {each.plan.ruleset: each.plan for each in bundle().plan.rulesets}
    [plan] = [each for each in plans[rule.ruleset].rules if each.id == rule.rule]
    return rule.status == "matched" or plan.on_error != "skip"


def _covers(rule: JudgedRule, place: str) -> bool:
    listed = rule.territories
    return listed is None or place in listed or WORLDWIDE in listed


# The order of rules decides nothing


@cache
def _shuffled(seed: int) -> LoadedBundle:
    """The drafts with their rules and variables in another order."""
    chance = Random(seed)

    def mixed(parts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(chance.sample(parts, len(parts)))

    def change(ruleset: RulesetPlan) -> RulesetPlan:
        plan = ruleset.plan
        rules, variables = mixed(plan.rules), mixed(plan.variables)
        return replace(ruleset, plan=replace(plan, rules=rules, variables=variables))

    return changed(change)


@given(kept=snapshots(), seed=st.sampled_from(SEEDS))
@thorough
def test_another_order_of_rules_changes_nothing_but_the_order(kept: bytes, seed: int) -> None:
    before, after = judge(bundle(), kept), judge(_shuffled(seed), kept)
    assert effects(after) == effects(before)
    assert (after.effect, after.territories) == (before.effect, before.territories)
    assert set(after.rules) == set(before.rules)


# A further rule that blocks loosens nothing


@cache
def _blocking(seed: int) -> LoadedBundle:
    """The drafts, each with a further rule that blocks where one of them speaks, or elsewhere."""
    chance = Random(seed)

    def change(ruleset: RulesetPlan) -> RulesetPlan:
        model = chance.choice(ruleset.plan.rules)
        places = chance.choice([None, model.territories, _literal("DE", "US")])
        added = replace(
            model,
            id="blocks-too",
            effect="block",
            territories=places,
            on_error=chance.choice(["review", "block", "skip"]),
        )
        rules = list(ruleset.plan.rules)
        rules.insert(chance.randint(0, len(rules)), added)
        return replace(ruleset, plan=replace(ruleset.plan, rules=tuple(rules)))

    return changed(change)


def _literal(*codes: str) -> ListOf:
    nowhere = Span(1, 1, 1, 1)
    items = tuple(Literal(type="string", span=nowhere, value=code) for code in codes)
    return ListOf(type="list(string)", span=nowhere, items=items)


@given(kept=snapshots(), seed=st.sampled_from(SEEDS))
@thorough
def test_a_further_rule_that_blocks_loosens_nothing(kept: bytes, seed: int) -> None:
    before, after = judge(bundle(), kept), judge(_blocking(seed), kept)
    pairs = zip(_strict(before), _strict(after), strict=True)
    assert all(was <= now for was, now in pairs)
    added = [rule for rule in after.rules if rule.rule == "blocks-too"]
    for rule in added:
        if rule.status == "matched":
            covered = [place for place in PLACES if _covers(rule, place)]
            assert all(effects(after)[place] == "block" for place in covered)


# A truthful disclosure is never judged more strictly than silence or a lie

GENERATED = {"role": "LeadVocalist", "facet": "vocals", "ai": "all", "special": "generative_ai"}
HELPED = {"role": "Lyricist", "facet": "lyrics", "ai": "partly", "special": "no"}
ALONE = {"role": "Composer", "facet": "composition", "ai": "none", "special": "no"}
CREDITS: dict[str, list[dict[str, str]]] = {
    "all": [GENERATED],
    "partly": [HELPED],
    "none": [ALONE],
    "undeclared": [],
}
LESS = {"all": ("partly", "none", "undeclared"), "partly": ("none", "undeclared")}
"""What a deliverer who has something to disclose can say instead."""


@given(
    kept=snapshots(), truth=st.sampled_from(sorted(LESS)), credited=st.booleans(), data=st.data()
)
@thorough
def test_a_truthful_label_is_never_stricter(
    kept: bytes, truth: str, credited: bool, data: st.DataObject
) -> None:
    situation = json.loads(kept)
    instead = data.draw(st.sampled_from(LESS[truth]))
    honest, other = (
        _strict(judge(bundle("labelling"), _declared(situation, truth, says, credited)))
        for says in (truth, instead)
    )
    assert all(one <= two for one, two in zip(honest, other, strict=True))


def _declared(situation: Facts, truth: str, says: str, credited: bool) -> bytes:
    """The situation of a recording of which `truth` is true, delivered as `says`.

    People who listened and marks of makers tell the truth, where there are any; a detector may err.
    """
    track = situation["track"]
    found = {name: truth for name in ("human_review", "provenance") if name in track["ai"]}
    ai = {**track["ai"], **found, "declared": says}
    contributors = CREDITS[says] if credited else []
    track = {**track, "ai": ai, "contributors": contributors}
    return json.dumps({**situation, "track": track}).encode()


def test_a_law_that_is_broken_is_seen() -> None:
    """Limiting what declares itself, as the first version did, makes the truth stricter."""

    def change(ruleset: RulesetPlan) -> RulesetPlan:
        rules = tuple(
            replace(rule, effect="limit") if rule.id == "fully-ai-shown" else rule
            for rule in ruleset.plan.rules
        )
        return replace(ruleset, plan=replace(ruleset.plan, rules=rules))

    punishing = changed(change)
    situation = json.loads(snapshot({"isrc_well_formed": True}))
    honest, silent = (
        _strict(judge(punishing, _declared(situation, "all", says, True)))
        for says in ("all", "undeclared")
    )
    assert max(honest) > max(silent)
