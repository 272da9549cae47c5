"""What the shipped rules make of money: which layers earn, and exactly what is held where."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from policy.accounting.scheme import values_on
from policy.lang.words import LAYERS
from policy.services.bundle_parts import BundlePart, moves_money, part_of
from policy.services.judging import judge
from policy.services.pool_duties import Verdict, verdict
from tests.behaviours.judging import AS_OF, Facts, bundle, snapshot

WHOLE = 10_000
REMIX: Facts = {
    "kind": "remix",
    "licensee": "Tonewright",
    "units": 10,
    "reported": True,
    "attributed": True,
}


@cache
def _part() -> BundlePart:
    return part_of(bundle("compensation"), lambda _, rule: moves_money(rule))


def _told(facts: Facts, *, unknown: tuple[str, ...] = ()) -> Verdict:
    """What becomes of a reported remix of a track of which this is said."""
    owned = [_share(layer) for layer in ("master", "publishing", "performer")]
    document = msgspec.json.decode(snapshot({"use": REMIX, "shares": owned} | facts))
    raw = msgspec.json.encode(document | {"unknown": unknown} if unknown else document)
    day = datetime.fromisoformat(AS_OF).date()
    numbers = {each.plan.ruleset: values_on(each.parameters, day) for each in _part().plan.rulesets}
    return verdict(1, judge(_part(), raw), _part(), numbers)


def _share(
    layer: str, points: int = WHOLE, territory: str = "Worldwide", **fields: int
) -> dict[str, Any]:
    said = {"layer": layer, "territory": territory, "basis_points": points, "holders": 1}
    return said | {"unknown": 0} | fields


def _held(found: Verdict, territory: str, *, rest: bool = False) -> dict[str, str]:
    """By layer, the rule that holds it in a territory."""
    rules = {layer: found.hold(layer, territory, rest=rest) for layer in LAYERS}
    return {layer: rule for layer, rule in rules.items() if rule}


def test_a_remix_earns_for_recording_work_and_performance() -> None:
    found = _told({})
    earned = {rate.layer: rate.points for rate in found.rates}
    assert earned == {"master": 3_000, "publishing": 3_000, "performer": 500}
    assert (found.holds, found.excluded) == ((), ())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_dispute_holds_its_layer_in_its_territory_alone(layer: str) -> None:
    dispute = {
        "kind": "ownership",
        "layer": layer,
        "territory": "DE",
        "finding_at": AS_OF,
        "opened_at": AS_OF,
        "answered": False,
    }
    found = _told({"dispute": dispute})
    assert _held(found, "DE") == {layer: f"disputed-{layer}"}
    assert _held(found, "SE") == {}
    assert _held(found, "DE", rest=True) == {}


@pytest.mark.parametrize("layer", ["master", "publishing", "performer"])
def test_a_small_over_claim_holds_its_layer_alone(layer: str) -> None:
    owned = [_share(each) for each in ("master", "publishing", "performer")]
    found = _told({"shares": [*owned, _share(layer, WHOLE + 1, "FR")]})
    assert _held(found, "FR") == {layer: f"shares-over-{layer}"}
    assert _held(found, "SE") == {}


def test_a_large_over_claim_holds_everything_where_it_is() -> None:
    owned = [_share(each) for each in ("master", "publishing")]
    found = _told({"shares": [*owned, _share("publishing", 11_501, "US")]})
    assert _held(found, "US") == dict.fromkeys(LAYERS, "shares-far-over")
    assert _held(found, "SE") == {}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"shares": [_share("master", 8_000)]}, "shares-under"),
        ({"shares": [_share("master", 6_000, unknown=1)]}, "share-unknown"),
        ({"unmatched_since": AS_OF}, "unmatched-held"),
    ],
)
def test_what_is_known_is_paid_and_the_rest_is_held(facts: Facts, rule: str) -> None:
    found = _told(facts)
    assert _held(found, "Worldwide") == {}
    assert _held(found, "Worldwide", rest=True) == dict.fromkeys(LAYERS, rule)


def test_who_has_the_master_is_asked_for_without_holding_the_rest() -> None:
    found = _told({"shares": [_share("publishing")]})
    assert _held(found, "Worldwide") == {}
    assert _held(found, "Worldwide", rest=True) == {"master": "shares-missing"}


@pytest.mark.parametrize("fact", ["track.shares", "track.parties", "track.dispute"])
def test_what_could_not_be_learnt_pays_nobody(fact: str) -> None:
    found = _told({}, unknown=(fact,))
    assert set(_held(found, "Worldwide")) == set(LAYERS)


def test_only_reported_and_genuine_units_earn() -> None:
    for change in ({"reported": False}, {"artificial_units": 10}, {"kind": "recommendation"}):
        assert _told({"use": REMIX | change}).rates == ()
