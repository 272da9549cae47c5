"""Laws of answers to uses, over drawn owners and what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policy.facts.owners import OwnerFact
from policy.facts.uses import Asking, situation
from policy.lang.combine import severity
from policy.models import Layer
from policy.services.bundle_parts import BundlePart, about_uses, part_of
from policy.services.judging import Judgement, judge, snapshot
from policy.services.programs import LoadedBundle
from policy.services.usage_judging import blocking
from tests.usages import shipped

AS_OF = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDS = ("granted", "denied", "withdrawn", "unknown")
TOUCHED = ("master", "publishing")
"""Layers that generative training touches."""

FACTS = st.builds(
    OwnerFact,
    layer=st.sampled_from(Layer.values),
    territory=st.sampled_from(["Worldwide", "DE", "FR"]),
    basis_points=st.none() | st.integers(0, 10_000),
    contract=st.sampled_from(WORDS),
    preference=st.sampled_from(WORDS),
    condition=st.sampled_from(["none", "payment"]),
    condition_met=st.booleans(),
    model_covered=st.booleans(),
)
OWNERS = st.lists(FACTS, max_size=5)


@cache
def _part() -> BundlePart:
    loaded = LoadedBundle(shipped())
    return part_of(loaded, about_uses(loaded))


def _snapshot(owners: list[OwnerFact], **changed: Any) -> bytes:
    plain: dict[str, Any] = {
        "kind": "train_generative",
        "licensee": "Aural Labs",
        "model": "",
        "model_version": "",
        "territories": (),
        "research": False,
        "units": 0,
        "artificial_units": 0,
        "reported": False,
    }
    asking = Asking(**plain | changed)
    document = situation(asking, owners, attributed=False, fields=_part().fields)
    return snapshot(document, AS_OF)


def _judge(owners: list[OwnerFact], **changed: Any) -> Judgement:
    return judge(_part(), _snapshot(owners, **changed))


@given(OWNERS.flatmap(lambda owners: st.tuples(st.just(owners), st.permutations(owners))))
def test_the_order_of_owners_is_irrelevant(both: tuple[list[OwnerFact], list[OwnerFact]]) -> None:
    assert _snapshot(both[0]) == _snapshot(both[1])


@given(OWNERS)
def test_unknown_is_never_allow(owners: list[OwnerFact]) -> None:
    """For each layer that the use touches some owner said yes, and none left it open."""
    judgement = _judge(owners)
    if judgement.effect != "allow":
        return
    for layer in TOUCHED:
        said = [one for one in owners if one.layer == layer]
        assert said
        assert all("granted" in (one.contract, one.preference) for one in said)


@given(OWNERS, FACTS)
def test_a_refusal_never_makes_an_answer_milder(owners: list[OwnerFact], more: OwnerFact) -> None:
    refusal = OwnerFact(
        layer=more.layer, territory="Worldwide", basis_points=None, contract="denied",
        preference="unknown", condition="none", condition_met=False, model_covered=True,
    )  # fmt: skip
    assert more.layer not in TOUCHED or _judge([*owners, refusal]).effect == "block"
    covered = {one.layer for one in owners}
    if set(TOUCHED) <= covered:
        assert severity(_judge([*owners, refusal]).effect) >= severity(_judge(owners).effect)


@given(OWNERS)
def test_what_is_not_allowed_says_why_and_what_is_allowed_does_not(owners: list[OwnerFact]) -> None:
    made = _snapshot(owners)
    judgement = judge(_part(), made)
    found = list(blocking(_part(), made, judgement))
    assert bool(found) == (judgement.effect != "allow")
    assert {layer for layer, *_ in found} <= set(Layer.values)
    rules = {rule.rule for rule in judgement.rules if rule.determining}
    assert {rule for *_, rule in found} <= rules


@given(OWNERS, st.sampled_from(["licensee", "model"]))
def test_equal_facts_give_equal_bytes(owners: list[OwnerFact], name: str) -> None:
    assert _judge(owners) == _judge(list(owners))
    assert _snapshot(owners).count(b"{title}") == 1
    read = name in _part().fields["Use"]
    assert (_snapshot(owners) != _snapshot(owners, **{name: "Other"})) == read
