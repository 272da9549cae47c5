"""Which rules can be without an answer though every fact is known."""

from __future__ import annotations

import pytest

from policy.engines.mutation.failing import can_fail
from tests.engines.making import plan

SCORE = "has(track.ai.detector_score) && track.ai.detector_score"
AT = "track.first_delivered_at"

SURE = [
    'track.title == "x" && track.deliveries > 3',
    f"{SCORE} * 1e300 + 1.0 > 2.0",
    "track.deliveries / 7 == 1 && track.deliveries % 7 == 1",
    "double(track.deliveries) > 0.5",
    'track.title + "x" == "y"',
    'track.title.matches("^x") && track.title.indexOf("x") == 0',
    f"{AT}.getHours() == 3",
]
UNSURE = [
    "track.deliveries + 1 > 3",
    "track.deliveries - 1 > 3",
    "track.deliveries * 2 > 3",
    "-track.deliveries > 3",
    "7 / track.deliveries == 1",
    "track.deliveries % 0 == 1",
    "track.contributors[0].role == 'x'",
    "track.shares.map(s, s.basis_points).sum() > 3",
    f"now - {AT} > duration('1h')",
    "int(track.title) == 3",
    "track.title.charAt(7) == 'x'",
    "track.title.matches(track.display_artist)",
]


@pytest.mark.parametrize("condition", SURE)
def test_what_always_has_an_answer(condition: str) -> None:
    assert not can_fail(plan([condition]), ["rule-0"])


@pytest.mark.parametrize("condition", UNSURE)
def test_what_may_have_none(condition: str) -> None:
    assert can_fail(plan([condition]), ["rule-0"])


def test_variables_count_where_they_are_named() -> None:
    made = plan(["more > 3", "track.deliveries > 3"], variables={"more": "track.deliveries + 1"})
    assert [can_fail(made, [rule]) for rule in ("rule-0", "rule-1")] == [True, False]
    assert can_fail(made, [])
