"""What holds of every question about a use, whoever owns the track and whatever the parameters."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from policy.engines.testing import Bench
from policy.lang.cases import Case
from policy.lang.combine import effect_in, severity
from policy.lang.compiler import compile_tree
from policy.lang.plan import Plan
from policy.lang.testing import outcome_of
from policy.lang.words import LAYERS, USES
from tests.trees import SHIPPED

Owner: TypeAlias = dict[str, Any]

_ANSWERS = ("granted", "denied", "withdrawn", "unknown")
_PLACES = ("DE", "SE", "US")

owners = st.fixed_dictionaries(
    {
        "name": st.just(""),
        "layer": st.sampled_from(LAYERS),
        "territory": st.sampled_from(("Worldwide", *_PLACES[:2])),
        "contract": st.sampled_from(_ANSWERS),
        "preference": st.sampled_from(_ANSWERS),
        "condition": st.sampled_from(("none", "payment")),
        "condition_met": st.booleans(),
        "model_covered": st.booleans(),
    },
    optional={"basis_points": st.sampled_from((0, 2500, 5000, 10000))},
)
questions = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(USES),
        "research": st.booleans(),
        "territories": st.sampled_from(([], ["DE"], ["DE", "US"])),
        "owners": st.lists(owners, max_size=5),
    }
)
layers = st.lists(st.sampled_from(LAYERS), unique=True).map(tuple)
settings = st.fixed_dictionaries(
    {
        "quorum_any": layers,
        "quorum_by_share": layers,
        "quorum_share": st.sampled_from((1, 5001, 10000)),
        "artist_veto": st.booleans(),
    }
).map(lambda chosen: tuple(chosen.items()))


@given(questions, settings, st.randoms())
def test_the_order_of_owners_decides_nothing(question: Any, setting: Any, chance: Any) -> None:
    mixed = list(question["owners"])
    chance.shuffle(mixed)
    assert _effects(question, setting) == _effects({**question, "owners": mixed}, setting)


@given(questions, settings, owners, st.integers(0, 5))
def test_a_no_in_place_of_a_yes_loosens_nothing(
    question: Any, setting: Any, owner: Owner, place: int
) -> None:
    yes, no = ({**owner, "contract": answer} for answer in ("granted", "denied"))
    before, after = (
        _effects({**question, "owners": _with(question["owners"], said, place)}, setting)
        for said in (yes, no)
    )
    assert all(map(lambda was, now: severity(now) >= severity(was), before, after))


@given(questions, settings)
def test_a_use_that_may_happen_has_a_yes_for_every_right_it_touches(
    question: Any, setting: Any
) -> None:
    kind = question["kind"]
    if kind not in _parameter("uses_by_consent") or (
        kind == "data_mining" and question["research"]
    ):
        return
    touched = [layer for layer in LAYERS if kind in _parameter(f"uses_of_{layer}")]
    asked = question["territories"] or _PLACES
    for place, effect in zip(_PLACES, _effects(question, setting), strict=True):
        if place in asked and effect == "allow":
            assert all(_consented(question["owners"], layer, place) for layer in touched)


@given(
    st.lists(owners.map(lambda one: {**one, "layer": "publishing"}), min_size=2, max_size=4),
    st.sampled_from(("quorum_any", "quorum_by_share")),
)
def test_a_yes_elsewhere_makes_no_quorum_in_a_place_told_apart(
    publishers: list[Owner], quorum: str
) -> None:
    setting = ((quorum, ("publishing",)),)
    effects = _effects({"kind": "cover", "owners": publishers}, setting)
    for place, effect in zip(_PLACES, effects, strict=True):
        assert effect != "allow" or _consented(publishers, "publishing", place)


def _consented(given: list[Owner], layer: str, place: str) -> bool:
    """Whether some owner of a layer says yes in a place, or for the rest where it is not told."""
    owned = [owner for owner in given if owner["layer"] == layer]
    there = [owner for owner in owned if owner["territory"] == place]
    return any(map(_says_yes, there or (one for one in owned if one["territory"] == "Worldwide")))


def _says_yes(owner: Owner) -> bool:
    heard = owner["preference"] if owner["contract"] == "unknown" else owner["contract"]
    proven = owner["condition"] == "none" or owner["condition_met"]
    return bool(heard == "granted" and proven and owner["model_covered"])


def _with(given: list[Owner], owner: Owner, place: int) -> list[Owner]:
    return [*given[:place], owner, *given[place:]]


def _effects(question: dict[str, Any], setting: tuple[tuple[str, Any], ...]) -> list[Any]:
    """The effect of the question in each place."""
    bench, plan, _, case = _ready()
    track = case.document["track"]
    use = {**track["use"], **question}
    asked = replace(case, document={"track": {**track, "use": use}}, parameters=setting)
    outcome = outcome_of(bench.evaluate(plan, asked).results, plan)
    return [effect_in(outcome, place) for place in _PLACES]


def _parameter(name: str) -> Any:
    return _ready()[2][name]


@cache
def _ready() -> tuple[Bench, Plan, dict[str, Any], Case]:
    """The shipped ruleset, its parameters' values, and a case in which a use is asked about."""
    tree = compile_tree(SHIPPED)
    assert tree.schema is not None
    (ruleset,) = (each for each in tree.rulesets if each.key == "consent")
    plan = ruleset.plans[ruleset.current]
    values = {each.name: each.values[-1].value for each in ruleset.parameters}
    case = next(case for case in ruleset.cases if "use" in case.document["track"])
    return Bench(tree.schema, ruleset.parameters, tree.sources), plan, values, case
