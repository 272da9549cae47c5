"""Whole numbers divided by weights: the parts add up, and nobody is off by one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.accounting.apportion import apportion

weights = st.lists(st.integers(0, 10**30), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (100, [3333, 3333, 3333, 1], [34, 33, 33, 0]),
        (10, [0, 1, 0], [0, 10, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_what_rounding_leaves_goes_to_the_largest_remainders(
    total: int, shares: list[int], parts: list[int]
) -> None:
    assert apportion(total, shares) == parts


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_add_up_and_each_is_less_than_one_off(total: int, shares: list[int]) -> None:
    parts = apportion(total, shares)
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(total * share, sum(shares))) < 1


@given(st.integers(-(10**6), 10**6), weights)
def test_a_correction_takes_back_exactly_what_was_given(total: int, shares: list[int]) -> None:
    assert apportion(-total, shares) == [-part for part in apportion(total, shares)]


@given(st.integers(0, 10**6), weights, st.integers(1, 10**6))
def test_only_the_ratio_of_weights_counts(total: int, shares: list[int], times: int) -> None:
    assert apportion(total, [share * times for share in shares]) == apportion(total, shares)


@pytest.mark.parametrize(("total", "shares"), [(1, [0, 0]), (1, []), (5, [2, -1])])
def test_what_cannot_be_shared_out_is_refused(total: int, shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        apportion(total, shares)
