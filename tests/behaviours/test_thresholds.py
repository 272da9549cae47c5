"""What a rights platform does at its limits: the last value that is fine, the first that is not.

Limits and their sources are in the `parameters.yaml` of the rulesets.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.behaviours.judging import Facts, effects, judged, rules

WHOLE = 10_000
"""Basis points."""


def _shares(**by_place: int) -> Facts:
    """Shares of the master right in some places, of one holder each."""
    return {
        "shares": [
            {"layer": "master", "territory": place, "basis_points": points, "holders": 1}
            for place, points in by_place.items()
        ]
    }


def test_a_hundred_percent_is_fine_and_a_hundredth_more_is_a_conflict_in_its_place_alone() -> None:
    found = judged(_shares(DE=WHOLE, FR=WHOLE + 1), "compensation")
    assert rules(found) == {"shares-over-master"}
    assert effects(found) == dict.fromkeys(effects(found), "allow") | {"FR": "limit"}
    [over] = found.rules
    assert over.territories == ("FR",)
    assert [duty.do for duty in over.obligations] == ["hold_payout", "request_correction"]


@given(german=st.integers(WHOLE - 5, WHOLE + 3_000), french=st.integers(WHOLE - 5, WHOLE + 3_000))
def test_shares_are_a_conflict_exactly_where_they_exceed_the_whole(
    german: int, french: int
) -> None:
    found = effects(judged(_shares(DE=german, FR=french), "compensation"))
    expected = [
        "review" if points > 11_500 else "limit" if points > WHOLE else "allow"
        for points in (german, french)
    ]
    assert [found["DE"], found["FR"]] == expected
    assert found["Worldwide"] == "allow"


@pytest.mark.parametrize(("streams", "left_out"), [(999, True), (1_000, False), (1_001, False)])
def test_the_pool_begins_at_a_thousand_streams(streams: int, left_out: bool) -> None:
    found = judged({**_shares(Worldwide=WHOLE), "streams": {"last_year": streams}}, "compensation")
    assert ("below-pool-threshold" in rules(found)) is left_out
    duties = [duty.do for rule in found.rules for duty in rule.obligations]
    assert ("exclude_from_pool" in duties) is left_out
    assert set(effects(found).values()) == {"allow"}  # too small is no fault


@pytest.mark.parametrize(("seconds", "unpaid"), [(119, True), (120, False), (121, False)])
def test_noise_is_paid_from_two_minutes_on(seconds: int, unpaid: bool) -> None:
    noise: Facts = {"noise_score": 0.99}
    track = {"isrc_well_formed": True, "duration_seconds": seconds, "audio": noise}
    found = judged(track, "duplicates")
    assert rules(found) == ({"noise-too-short"} if unpaid else set())
    assert found.effect == ("limit" if unpaid else "allow")
    music = {**track, "audio": {**noise, "noise_score": 0.5}}
    assert judged(music, "duplicates").effect == "allow"


def _use(*owners: Facts) -> Facts:
    """A planned training run in Germany and France."""
    said = {"contract": "granted", "condition": "none", "model_covered": True}
    return {
        "use": {
            "kind": "train_generative",
            "licensee": "Model Works",
            "territories": ["DE", "FR"],
            "owners": [{**said, **owner} for owner in owners],
        }
    }


def _owner(layer: str, place: str, **said: object) -> Facts:
    return {"name": f"{layer} {place}", "layer": layer, "territory": place, **said}


def test_an_owner_who_is_missing_in_one_place_is_missing_there_alone() -> None:
    layers = ("master", "publishing", "performer", "likeness")
    everywhere = [_owner(layer, place) for layer in layers for place in ("DE", "FR")]
    whole = judged(_use(*everywhere), "consent")
    assert set(effects(whole).values()) == {"allow"}
    without = [each for each in everywhere if each["name"] != "publishing FR"]
    found = judged(_use(*without), "consent")
    assert rules(found) == {"owner-missing"}
    assert {place for place, effect in effects(found).items() if effect != "allow"} == {"FR"}


@pytest.mark.parametrize("answer", ["denied", "withdrawn"])
def test_the_most_restrictive_owner_of_a_layer_wins(answer: str) -> None:
    owners = [_owner(layer, "Worldwide") for layer in ("master", "publishing")]
    assert judged(_use(*owners), "consent").effect == "allow"
    no = {**_owner("master", "DE"), "contract": answer}
    found = effects(judged(_use(*owners, no), "consent"))
    assert (found["DE"], found["FR"]) == ("block", "allow")
