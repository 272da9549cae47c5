"""When nobody can miss a rule that skips what it cannot answer."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from policy.engines.mutation.masking import is_masked
from policy.lang.plan import Plan
from tests.engines.making import plan

_SCORE = "has(track.ai.detector_score) && track.ai.detector_score > 0.5"


def masked(*conditions: str, variables: dict[str, str] | None = None) -> bool:
    return is_masked(plan(conditions, variables=variables), "rule-0")


@pytest.mark.parametrize(
    "other",
    [
        'track.title == "x"',
        '!(track.title == "x" || track.title == "y")',
        'track.title == "x" ? track.title == "y" : true',
        'track.title.contains("x")',
    ],
)
def test_another_rule_that_always_needs_the_fact_masks(other: str) -> None:
    assert masked('track.title == "a"', other)


@pytest.mark.parametrize(
    "other",
    [
        'track.display_artist == "x"',
        'track.title == "x" && track.deliveries > 1',
        'track.title == "x" || track.deliveries > 1',
        'track.deliveries > 1 ? track.title == "y" : true',
    ],
)
def test_a_rule_that_may_do_without_the_fact_does_not(other: str) -> None:
    assert not masked('track.title == "a"', other)


def test_every_fact_must_be_needed_by_some_rule() -> None:
    both = 'track.title == "a" && track.deliveries > 1'
    assert not masked(both, 'track.title == "x"')
    assert masked(both, 'track.title == "x"', "track.deliveries == 7")


def test_lists_and_variables_are_needed_too() -> None:
    some = 'track.contributors.exists(c, c.role == "x")'
    assert masked(some, "size(track.contributors) > 2")
    assert masked("many", "few", variables={"many": some, "few": f"!{some}"})


def test_asking_whether_a_fact_is_there_needs_it() -> None:
    assert masked(_SCORE, "has(track.ai.detector_score)")
    assert not masked(_SCORE, 'track.ai.declared == "all" && has(track.ai.detector_score)')


def _other(whole: Plan, **changes: str) -> Plan:
    rule, other = whole.rules
    return replace(whole, rules=(rule, replace(other, **changes)))


def test_a_rule_that_skips_or_a_table_masks_nothing() -> None:
    whole = plan(['track.title == "a"', 'track.title == "x"'])
    assert is_masked(whole, "rule-0")
    assert not is_masked(_other(whole, on_error="skip"), "rule-0")
    assert not is_masked(replace(whole, combine="first_match"), "rule-0")


def test_a_rule_that_can_fail_by_itself_is_not_masked() -> None:
    other = "track.deliveries == 7"
    assert masked("track.deliveries > 1", other)
    assert not masked("track.deliveries * 2 > 1", other)
