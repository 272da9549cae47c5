"""Which statement speaks for a grantor: laws that hold of any records, and the order by example."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.registry.said import GRANTED, Ask, Said, in_force, may_speak, reach
from policy.registry.speaking import Answer, answer
from policy.registry.territories import WORLDWIDE, Where, cells, folded, where
from tests.registry.drawn import (
    ASK,
    DAY,
    NOW,
    PLACES,
    SOURCES,
    days,
    places,
    records,
    said,
    statements,
)


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


@given(st.builds(Where, places, places), st.builds(Where, places, places))
def test_an_extent_lies_within_another_when_it_holds_nowhere_else(one: Where, two: Where) -> None:
    beyond = [code for code in (*PLACES, "FR") if one.holds_in(code) and not two.holds_in(code)]
    assert one.within(two) == (not beyond)


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


def test_leaving_out_the_world_holds_nowhere() -> None:
    assert not where([], ["Worldwide"]).holds_in("DE")
    assert cells((), [where([], ["Worldwide"])]) == (WORLDWIDE,)


def test_cells_that_say_the_same_as_the_rest_are_not_told() -> None:
    assert folded({WORLDWIDE: 1, "DE": 1, "SE": 2}) == {WORLDWIDE: (WORLDWIDE, "DE"), "SE": ("SE",)}
