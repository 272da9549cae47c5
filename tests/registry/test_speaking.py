"""Which statement speaks for a grantor: laws that hold of any records, and the order by example."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.registry.owners import NOBODY, ROUNDING, WHOLE, Owned, Stake, owners
from policy.registry.said import GRANTED, Ask, Said, in_force, may_speak, reach
from policy.registry.speaking import SILENT, Answer, answer
from policy.registry.territories import WORLDWIDE, Where, cells, folded, where

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ASK = Ask(use="train_generative", at=NOW, known_at=NOW, licensee=7, model="M", model_version="2")
SCOPES = ("catalogue", "label", "artist", "release", "work", "recording", "track")
SOURCES = ("ern_deal", "declaration", "contract", "public_signal", "court_order", "portal", "file")
ASSURANCES = ("self_declared", "verified_party", "contract", "court_order")
PLACES = ("DE", "SE", "US")

days = st.integers(0, 4).map(lambda n: NOW + (n - 3) * DAY)
places = st.frozensets(st.sampled_from(PLACES), max_size=2)
statements = st.builds(
    Said,
    id=st.integers(1, 10_000),
    grantor=st.integers(1, 3),
    layer=st.sampled_from(("master", "performer")),
    use=st.just("train_generative"),
    decision=st.sampled_from(("granted", "denied", "withdrawn")),
    scope=st.sampled_from(SCOPES),
    source=st.sampled_from(SOURCES),
    assurance=st.sampled_from(ASSURANCES),
    valid_from=days,
    valid_until=st.none() | days,
    recorded_at=days,
    replaced_at=st.none() | days,
    licensee=st.sampled_from((None, 7, 8)),
    model=st.sampled_from(("", "M", "m", "other")),
    where=st.builds(Where, places, places),
    condition=st.sampled_from(("none", "payment", "credit")),
    condition_met=st.booleans(),
).flatmap(
    lambda said: st.sampled_from(("", "1", "2")).map(
        lambda version: replace(said, model_version=version if said.model else "")
    )
)
records = st.lists(statements, max_size=6, unique_by=lambda said: said.id)
stakes = st.lists(
    st.builds(
        Stake, owner=st.integers(1, 3), layer=st.just("master"),
        basis_points=st.none() | st.sampled_from((5_000, 9_995, WHOLE)),
        where=st.builds(Where, places, places),
    ),
    max_size=3,
)  # fmt: skip
asks = st.sampled_from(((), ("DE",), ("DE", "SE"), PLACES)).map(
    lambda territories: replace(ASK, territories=territories)
)


def said(**fields: Any) -> Said:
    """A grant by contract on all works, in force."""
    given: dict[str, Any] = {
        "id": 1, "grantor": 1, "layer": "master", "use": "train_generative",
        "decision": "granted", "scope": "catalogue", "source": "contract", "valid_from": NOW,
        "recorded_at": NOW,
    }  # fmt: skip
    return Said(**(given | fields))


def severity(told: Answer) -> int:
    """How strict rules are with an answer: what counts is a contract before a preference."""
    counts = told.preference if told.contract == "unknown" else told.contract
    if counts in ("denied", "withdrawn"):
        return 2
    met = told.condition == "none" or told.condition_met
    return 0 if counts == "granted" and met and told.model_covered else 1


def is_only_declared(one: Said) -> bool:
    """Whether it is a grant of which nobody knows whether its grantor gave it."""
    return one.decision == GRANTED and one.assurance == "self_declared"


def held(given: list[Said], ask: Ask) -> list[Said]:
    """Those in force."""
    return [one for one in given if in_force(one, at=ask.at, known_at=ask.known_at)]


def told_in(found: tuple[Owned, ...], owner: int, layer: str, code: str) -> Owned | None:
    """What is told of an owner in a place: there, or for all that is not told apart."""
    apart = {one.territory for one in found if one.layer == layer}
    place = code if code in apart else WORLDWIDE
    rows = [one for one in found if (one.owner, one.layer, one.territory) == (owner, layer, place)]
    assert len(rows) <= 1
    return rows[0] if rows else None


# --- Laws ----------------------------------------------------------------------------------------


@given(records, st.randoms())
def test_the_order_of_records_is_irrelevant(given: list[Said], chance: Any) -> None:
    mixed = list(given)
    chance.shuffle(mixed)
    assert answer(mixed, ASK) == answer(given, ASK)


@given(records, statements)
def test_a_later_refusal_by_the_most_specific_scope_makes_nothing_milder(
    given: list[Said], last: Said
) -> None:
    latest = max([one.recorded_at for one in given], default=NOW) + DAY
    for source in SOURCES:
        refusal = replace(last, scope="track", decision="denied", source=source, id=0)
        refusal = replace(refusal, recorded_at=latest)
        assert severity(answer([*given, refusal], ASK)) >= severity(answer(given, ASK))


@given(records, records, statements, st.sampled_from(("verified_party", "court_order")))
def test_an_artists_own_refusal_is_never_answered_milder_for_grants_that_were_only_declared(
    given: list[Said], more: list[Said], drawn: Said, assurance: str
) -> None:
    refusal = replace(
        drawn, id=0, layer="performer", decision="withdrawn", assurance=assurance, licensee=None,
        model="", model_version="",
    )  # fmt: skip
    sure = [refusal, *(one for one in given if not is_only_declared(one))]
    declared = [
        replace(one, id=-one.id, decision=GRANTED, assurance="self_declared") for one in more
    ]
    assert severity(answer([*sure, *declared], ASK)) >= severity(answer(sure, ASK))


@given(stakes, records, st.sampled_from(PLACES))
def test_where_the_known_shares_are_less_than_the_whole_nobody_has_the_rest_and_is_silent(
    held_by: list[Stake], given: list[Said], code: str
) -> None:
    found = owners(held_by, [], given, replace(ASK, territories=(code,)))
    rest = told_in(found, NOBODY, "master", code)
    shares = {one.owner: one.basis_points for one in found if one.owner != NOBODY}
    if rest is not None:
        assert rest.answer == SILENT
        total = [*shares.values(), rest.basis_points]
        assert None in total or sum(filter(None, total)) == WHOLE
    elif shares and None not in shares.values():
        assert sum(filter(None, shares.values())) >= WHOLE - ROUNDING * len(shares)


@given(records, statements, days)
def test_what_was_known_on_a_day_is_not_changed_by_later_records(
    given: list[Said], later: Said, known: datetime
) -> None:
    ask = replace(ASK, known_at=known)
    later = replace(later, recorded_at=known + DAY)
    replaced = [replace(one, replaced_at=one.replaced_at or known + DAY) for one in given]
    assert answer(held([*replaced, later], ask), ask) == answer(held(given, ask), ask)


@given(records, days)
def test_a_withdrawal_acts_forward_only(given: list[Said], at: datetime) -> None:
    gone = [
        replace(one, id=-one.id, decision="withdrawn", valid_from=max(at, one.valid_from))
        for one in given
    ]
    before = replace(ASK, at=at - DAY, known_at=NOW + 9 * DAY)
    assert answer(held([*given, *gone], before), before) == answer(held(given, before), before)


@given(stakes, records, asks)
def test_every_place_that_is_asked_about_is_told_once_and_as_it_is_there(
    held_by: list[Stake], given: list[Said], ask: Ask
) -> None:
    found = owners(held_by, [2], given, ask)
    for code in ask.territories or (*PLACES, "FR"):
        alone = owners(held_by, [2], given, replace(ask, territories=(code,)))
        owned = {one.owner for one in alone} | {1, 2, 3}  # nobody only where the place has owners
        for owner, layer in product(owned, ("master", "performer")):
            there, whole = (told_in(told, owner, layer, code) for told in (alone, found))
            assert _without_ids(whole) == _without_ids(there)


@given(stakes, records, asks)
def test_owners_of_a_layer_are_told_for_the_same_places(
    held_by: list[Stake], given: list[Said], ask: Ask
) -> None:
    found = owners(held_by, [], given, ask)
    assert all(one.territory in (WORLDWIDE, *PLACES) for one in found)
    if ask.territories:
        assert len({one.territory == WORLDWIDE for one in found}) <= 1


@given(st.builds(Where, places, places), st.builds(Where, places, places))
def test_an_extent_lies_within_another_when_it_holds_nowhere_else(one: Where, two: Where) -> None:
    beyond = [code for code in (*PLACES, "FR") if one.holds_in(code) and not two.holds_in(code)]
    assert one.within(two) == (not beyond)


def _without_ids(one: Owned | None) -> object:
    if one is None:
        return None
    return one.owner, one.layer, one.basis_points, replace(one.answer, spoke=())


# --- The order -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"source": "court_order"}, {"scope": "track", "recorded_at": NOW + DAY}),
        ({"scope": "track"}, {"scope": "release", "recorded_at": NOW + DAY}),
        ({"scope": "work"}, {"scope": "release"}),
        ({"scope": "release"}, {"scope": "artist", "licensee": 7}),
        ({"scope": "artist"}, {"scope": "label"}),
        ({"scope": "label"}, {"scope": "catalogue"}),
        ({"scope": "recording", "recorded_at": NOW + DAY}, {"scope": "track"}),
        ({"licensee": 7}, {"recorded_at": NOW + DAY}),
        ({"model": "M"}, {"licensee": 7, "recorded_at": NOW + DAY}),
        ({"model": "M", "model_version": "2"}, {"model": "M", "recorded_at": NOW + DAY}),
        ({"recorded_at": NOW + DAY}, {}),
    ],
)
def test_the_more_specific_and_then_the_later_statement_speaks(
    more: dict[str, Any], less: dict[str, Any]
) -> None:
    found = answer([said(**more), said(id=2, decision="denied", **less)], ASK)
    assert (found.contract, found.spoke) == ("granted", (1,))


@pytest.mark.parametrize(
    ("strict", "mild"),
    [
        ({"decision": "denied"}, {"decision": "withdrawn"}),
        ({"decision": "withdrawn"}, {}),
        ({"condition": "payment"}, {}),
        ({"condition": "payment"}, {"condition": "payment", "condition_met": True}),
        ({"condition": "payment", "condition_met": True}, {}),
    ],
)
def test_of_equal_statements_the_most_restrictive_speaks(
    strict: dict[str, Any], mild: dict[str, Any]
) -> None:
    assert answer([said(**strict), said(id=2, **mild)], ASK).spoke == (1,)


def test_contracts_and_preferences_are_told_apart() -> None:
    found = answer([said(), said(id=2, source="portal", decision="denied")], ASK)
    assert (found.contract, found.preference, found.spoke) == ("granted", "denied", (1, 2))


@pytest.mark.parametrize(
    ("refusal", "grant", "told"),
    [
        ({}, {}, ("unknown", "denied")),
        ({"decision": "withdrawn"}, {"scope": "track"}, ("unknown", "withdrawn")),
        ({}, {"source": "file", "recorded_at": NOW + DAY}, ("unknown", "denied")),
        ({"layer": "likeness"}, {}, ("unknown", "denied")),
        ({"source": "court_order", "assurance": "court_order"}, {}, ("denied", "unknown")),
        ({}, {"assurance": "contract"}, ("granted", "denied")),
        ({}, {"assurance": "verified_party"}, ("granted", "denied")),
        ({"assurance": "self_declared"}, {}, ("granted", "denied")),
        ({"layer": "master"}, {}, ("granted", "denied")),
    ],
)
def test_what_is_declared_in_an_artists_name_does_not_outrank_the_artists_own_refusal(
    refusal: dict[str, Any], grant: dict[str, Any], told: tuple[str, str]
) -> None:
    own = {"decision": "denied", "source": "portal", "assurance": "verified_party"}
    one = said(id=2, **({"layer": "performer"} | own | refusal))
    found = answer([said(layer=one.layer, **grant), one], ASK)
    assert (found.contract, found.preference) == told


def test_a_declared_condition_still_holds_beside_a_refusal_that_an_artist_has_lifted() -> None:
    own = {"layer": "performer", "source": "portal", "assurance": "verified_party"}
    refused = said(decision="denied", **own)
    lifted = said(id=2, scope="track", **own)
    declared = said(id=3, layer="performer", scope="track", source="file", condition="payment",
                    recorded_at=NOW + DAY)  # fmt: skip
    assert answer([refused, lifted, declared], ASK).condition == "payment"
    contract = replace(declared, source="contract")
    assert answer([refused, lifted, contract], ASK).spoke == (2,)


def test_a_grant_for_another_version_is_heard_only_where_nothing_else_is() -> None:
    outgrown = said(model="M", model_version="1")
    assert not answer([outgrown], ASK).model_covered
    assert answer([outgrown], ASK).contract == "granted"
    found = answer([outgrown, said(id=2, source="file", decision="denied")], ASK)
    assert (found.contract, found.preference, found.model_covered) == ("unknown", "denied", True)


@pytest.mark.parametrize(
    ("fields", "ask", "reached"),
    [
        ({"licensee": 8}, {}, "other"),
        ({"licensee": 8, "decision": "denied"}, {}, "other"),
        ({"licensee": 8, "decision": "denied"}, {"licensee": None}, "covers"),
        ({"licensee": 8}, {"licensee": None}, "other"),
        ({"model": "other"}, {}, "other"),
        ({"model": "m"}, {}, "covers"),
        ({"model": "M", "model_version": "1"}, {}, "outgrown"),
        ({"model": "M", "model_version": "1", "decision": "denied"}, {}, "other"),
        ({"model": "M", "model_version": "B"}, {"model_version": "b"}, "covers"),
        ({"model": "M", "decision": "denied"}, {"model": "", "model_version": ""}, "covers"),
        ({"model": "M"}, {"model": "", "model_version": ""}, "other"),
        ({"model": "M", "model_version": "1"}, {"model_version": ""}, "outgrown"),
        ({"model": "M", "model_version": "1", "decision": "denied"}, {"model_version": ""},
         "covers"),
    ],
)  # fmt: skip
def test_how_far_a_statement_goes(
    fields: dict[str, Any], ask: dict[str, Any], reached: str
) -> None:
    assert reach(said(**fields), replace(ASK, **ask)) == reached


def test_a_grant_by_another_deliverer_does_not_speak_but_its_refusal_does() -> None:
    assert not may_speak("granted", said_by=1, delivered_by=2)
    assert may_speak("denied", said_by=1, delivered_by=2)
    assert may_speak("granted", said_by=None, delivered_by=2)


# --- Territories ---------------------------------------------------------------------------------


def test_a_worldwide_use_is_told_for_the_rest_of_the_world_and_where_it_differs() -> None:
    grant = said(where=where(["Worldwide"], ["DE"]))
    found = owners([Stake(1, "master", 10_000, Where())], [], [grant], ASK)
    assert [(one.territory, one.answer.contract) for one in found] == [
        (WORLDWIDE, "granted"), ("DE", "unknown"),
    ]  # fmt: skip


def test_a_use_in_named_places_is_told_once_where_all_are_the_same() -> None:
    grants = [said(id=n, where=where([code], [])) for n, code in enumerate(("DE", "SE"))]
    held_by = [Stake(1, "master", 10_000, Where())]
    (found,) = owners(held_by, [], grants, replace(ASK, territories=("SE", "DE")))
    assert (found.territory, found.answer.contract, found.answer.spoke) == (
        WORLDWIDE, "granted", (0, 1),
    )  # fmt: skip
    both = owners(held_by, [], grants, replace(ASK, territories=("US", "DE")))
    assert [one.territory for one in both] == ["DE", "US"]


def test_a_place_without_a_known_owner_is_told_as_nobodys() -> None:
    held_by = [Stake(1, "master", 10_000, where([], ["DE"]))]
    found = owners(held_by, [], [said()], ASK)
    assert [(one.owner, one.territory, one.answer.contract) for one in found] == [
        (1, WORLDWIDE, "granted"), (NOBODY, "DE", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "rest"),
    [
        ((4_000,), [6_000]),
        ((6_000, 3_000), [1_000]),
        ((None,), [None]),
        ((4_000, None), [None]),
        ((WHOLE, None), []),
        ((3_333, 3_333, 3_333), []),
        ((3_330, 3_330, 3_325), []),
        ((3_330, 3_330, 3_324), [16]),
        ((6_000, 6_000), []),
    ],
)
def test_what_is_missing_from_the_whole_is_nobodys(
    shares: tuple[int | None, ...], rest: list[int | None]
) -> None:
    held_by = [Stake(n, "master", share, Where()) for n, share in enumerate(shares)]
    found = owners(held_by, [], [said(grantor=n) for n, _ in enumerate(shares)], ASK)
    assert [one.basis_points for one in found if one.owner == NOBODY] == rest


def test_a_layer_is_whole_in_each_place_by_itself() -> None:
    held_by = [
        Stake(1, "publishing", 5_000, Where()), Stake(2, "publishing", 5_000, where(["DE"], [])),
    ]  # fmt: skip
    found = owners(held_by, [], [], ASK)
    assert [(one.owner, one.territory) for one in found] == [
        (1, WORLDWIDE), (NOBODY, WORLDWIDE), (1, "DE"), (2, "DE"),
    ]  # fmt: skip


def test_an_artists_layer_has_no_whole() -> None:
    held_by = [Stake(1, layer, 1_000, Where()) for layer in ("performer", "likeness")]
    assert [one.owner for one in owners(held_by, [], [], ASK)] == [1, 1]


def test_shares_of_one_owner_add_up_and_an_unknown_one_makes_the_sum_unknown() -> None:
    shares = [Stake(1, "master", part, Where()) for part in (2_000, 3_000)]
    assert owners(shares, [], [], ASK)[0].basis_points == 5_000
    assert owners([*shares, Stake(1, "master", None, Where())], [], [], ASK)[0].basis_points is None


def test_leaving_out_the_world_holds_nowhere() -> None:
    assert not where([], ["Worldwide"]).holds_in("DE")
    assert cells((), [where([], ["Worldwide"])]) == (WORLDWIDE,)


def test_cells_that_say_the_same_as_the_rest_are_not_told() -> None:
    assert folded({WORLDWIDE: 1, "DE": 1, "SE": 2}) == {WORLDWIDE: (WORLDWIDE, "DE"), "SE": ("SE",)}
