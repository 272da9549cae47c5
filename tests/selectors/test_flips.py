"""What would have to be different for a rule not to match."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy.selectors.flips import flips
from policy.selectors.rule_text import Hider
from tests.selectors.conditions import run

SINGERS = [
    {"name": "Mara", "role": "LeadVocalist", "facet": "vocals", "ai": "partly", "special": "no"},
]


def _ways(root: Path, when: str, **facts: Any) -> list[list[str]]:
    ran = run(root, when, facts)
    assert ran.told.truth == "true", "only a rule that matched has ways out"
    found = flips(ran.told, ran.nodes, ran.source, Hider())
    return [[change.wanted for change in way.changes] for way in found]


def test_any_part_of_an_and_is_enough(tmp_path: Path) -> None:
    ways = _ways(tmp_path, 'track.ai.declared == "none" && track.deliveries >= 2')
    assert ways == [
        ['track.ai.declared is other than "none"'],
        ["track.deliveries is below 2"],
    ]


def test_every_true_part_of_an_or_must_go(tmp_path: Path) -> None:
    (way,) = _ways(tmp_path, "track.deliveries > 5 || track.deliveries <= 2")
    assert way == ["track.deliveries is above 2"], "the part that is false already stays"


def test_a_part_that_was_not_looked_at_must_stay_away_too(tmp_path: Path) -> None:
    (way,) = _ways(tmp_path, 'track.deliveries == 2 || track.title in ["Blue Hour"]')
    assert way == ["track.deliveries is other than 2", 'track.title is none of ["Blue Hour"]']


def test_not_turns_the_wish_around(tmp_path: Path) -> None:
    assert _ways(tmp_path, "!(track.deliveries > 5)") == [["track.deliveries is above 5"]]


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("has(track.isrc)", "track.isrc is absent"),
        ("track.isrc_well_formed", "track.isrc_well_formed is false"),
        ('track.title.startsWith("Blue")', 'track.title.startsWith("Blue") is false'),
        ("track.deliveries < 3", "track.deliveries is at least 3"),
        ("track.deliveries <= 3", "track.deliveries is above 3"),
        ('track.title != "Red"', 'track.title is "Red"'),
    ],
)
def test_a_leaf_is_said_in_words(tmp_path: Path, when: str, wanted: str) -> None:
    assert _ways(tmp_path, when, isrc="GBAAA2600001") == [[wanted]]


def test_a_number_of_the_service_comes_with_its_value(tmp_path: Path) -> None:
    when = "has(track.ai.detector_score) && track.ai.detector_score >= params.high"
    ai = {
        "declared": "none", "release_declared": "none", "release_fold": "none",
        "contributors_all": 0, "contributors_partly": 0, "special_contributors": 0,
        "human_contributors": 1, "detector": "earmark 1", "detector_score": 0.95,
    }  # fmt: skip
    assert _ways(tmp_path, when, ai=ai) == [
        ["track.ai.detector_score is absent"],
        ["track.ai.detector_score is below 0.9 (params.high)"],
    ]


def test_what_only_the_service_can_change_is_no_way_out(tmp_path: Path) -> None:
    assert _ways(tmp_path, "track.deliveries == 2 && params.strict") == [
        ["track.deliveries is other than 2"]
    ]


def test_of_a_single_item_its_own_conditions_are_told(tmp_path: Path) -> None:
    when = 'track.contributors.exists(c, c.facet == "vocals" && c.ai != "none")'
    assert _ways(tmp_path, when, contributors=SINGERS) == [
        ['c.facet is other than "vocals"'],
        ['c.ai is "none"'],
    ]


def test_of_several_items_none_may_fit(tmp_path: Path) -> None:
    when = 'track.contributors.exists(c, c.facet == "vocals")'
    assert _ways(tmp_path, when, contributors=SINGERS * 2) == [[f"no item fits: {when}"]]


def test_a_variable_is_looked_into(tmp_path: Path) -> None:
    ran = run(tmp_path, "often", {}, variables={"often": "track.deliveries > 1"})
    (way,) = flips(ran.told, ran.nodes, ran.source, Hider())
    assert [change.wanted for change in way.changes] == ["track.deliveries is at most 1"]
    assert [(seen.label, seen.value) for seen in way.changes[0].now] == [("track.deliveries", "2")]
