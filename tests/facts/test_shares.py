"""Shares add up by layer and territory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.facts.batch import Holding
from policy.facts.shares import totals as totals_of
from policy.models import Track
from tests import factories
from tests.factories import NOW
from tests.facts.reading import facts


def shared(*rows: dict[str, Any]) -> Track:
    """A track with shares, each of a party of its own unless told otherwise."""
    track = factories.track()
    for number, row in enumerate(rows):
        party = row.pop("party", None) or factories.party(name=f"Holder {number}")
        factories.share(track=track, party=party, **row)
    return track


def totals(track: Track, at: Any = NOW) -> list[tuple[Any, ...]]:
    """Layer, territory, basis points, holders and unknown of each total."""
    found = facts(track, at)["shares"]
    return [
        tuple(one[key] for key in ("layer", "territory", "basis_points", "holders", "unknown"))
        for one in found
    ]


@pytest.mark.django_db
def test_shares_of_the_world_add_up_by_layer() -> None:
    track = shared(
        {"basis_points": 6000},
        {"basis_points": 3000},
        {"layer": "publishing", "basis_points": None},
        {"layer": "publishing", "basis_points": 5000},
    )
    assert totals(track) == [
        ("master", "Worldwide", 9000, 2, 0),
        ("publishing", "Worldwide", 5000, 2, 1),
    ]


@pytest.mark.django_db
def test_territories_appear_where_shares_differ() -> None:
    track = shared(
        {"basis_points": 6000},
        {"basis_points": 4000, "excluded_territories": ["US"]},
        {"basis_points": 4000, "territories": ["US"]},
        {"basis_points": 1000, "territories": ["DE", "FR"]},
    )
    # In the US another party holds the same: the sum is the world's, so there is nothing to say.
    assert totals(track) == [
        ("master", "Worldwide", 10000, 2, 0),
        ("master", "DE", 11000, 3, 0),
        ("master", "FR", 11000, 3, 0),
    ]


@pytest.mark.django_db
def test_where_nobody_holds_anything_nothing_is_said() -> None:
    track = shared({"basis_points": 10000, "territories": ["DE"]})
    assert totals(track) == [("master", "DE", 10000, 1, 0)]
    assert totals(shared()) == []


@pytest.mark.django_db
def test_shares_count_in_their_period() -> None:
    day = NOW.date()
    track = shared(
        {"basis_points": 1, "valid_until": day},
        {"basis_points": 2, "valid_until": day + timedelta(days=1)},
        {"basis_points": 4, "valid_from": day},
        {"basis_points": 8, "valid_from": day + timedelta(days=1)},
    )
    assert totals(track)[0][2] == 6
    assert totals(track, NOW + timedelta(days=1))[0][2] == 12
    assert totals(track, NOW - timedelta(days=1))[0][2] == 3


@pytest.mark.django_db
def test_a_party_is_named_once_per_layer_and_size_of_its_share() -> None:
    label = factories.party(name="Label")
    track = shared(
        {"party": label, "basis_points": 5000, "territories": ["FR"]},
        {"party": label, "basis_points": 5000, "territories": ["DE"]},
        {"party": label, "basis_points": 4000, "territories": ["US"]},
        {"party": label, "layer": "publishing", "basis_points": None},
    )
    assert facts(track)["parties"] == [
        {"name": "Label", "layer": "master", "basis_points": 5000, "territories": ["DE", "FR"]},
        {"name": "Label", "layer": "master", "basis_points": 4000, "territories": ["US"]},
        {"name": "Label", "layer": "publishing", "territories": []},
    ]


CODES = ("DE", "FR", "US")
codes = st.sets(st.sampled_from(CODES), max_size=2).map(sorted)


@st.composite
def shares(draw: st.DrawFn) -> Holding:
    """A share that no database knows."""
    territories = draw(codes)
    return Holding(
        party_id=draw(st.integers(1, 4)),
        name="Somebody",
        layer=draw(st.sampled_from(["master", "publishing"])),
        basis_points=draw(st.none() | st.integers(0, 10_000)),
        territories=territories,
        excluded=[] if territories else draw(codes),
        valid_from=None,
        valid_until=None,
    )


@given(st.lists(shares(), max_size=6))
def test_every_place_finds_its_sum(rows: list[Holding]) -> None:
    """Look a place up as a reader does: its own line, else the world's, else there is none."""
    found = {(one.layer, one.territory): one for one in totals_of(rows)}
    for layer in ("master", "publishing"):
        for code in (*CODES, "SE"):
            here = [
                row
                for row in rows
                if row.layer == layer
                and code not in row.excluded
                and (not row.territories or code in row.territories)
            ]
            told = found.get((layer, code)) or found.get((layer, "Worldwide"))
            assert (told.basis_points if told else 0) == sum(r.basis_points or 0 for r in here)
            assert (told.holders if told else 0) == len({row.party_id for row in here})
