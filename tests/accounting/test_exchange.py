"""Conversion by exact ratios, rounded half to even."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.accounting.exchange import Rate, convert

codes = st.sampled_from(("EUR", "JPY", "KWD"))
rates = st.builds(Rate, codes, codes, st.integers(1, 10**9), st.integers(1, 10**9))


@pytest.mark.parametrize(
    ("amount", "rate", "received", "rounding"),
    [
        (100_00, Rate("EUR", "JPY", 1625, 10), 16250, Fraction(0)),
        (1, Rate("EUR", "JPY", 1625, 10), 2, Fraction(3, 8)),
        (5, Rate("EUR", "USD", 1, 2), 2, Fraction(-1, 2)),  # 2.5 cents: the even one is below
        (7, Rate("EUR", "USD", 1, 2), 4, Fraction(1, 2)),
        (-5, Rate("EUR", "USD", 1, 2), -2, Fraction(1, 2)),
        (1, Rate("JPY", "KWD", 2, 1000), 2, Fraction(0)),
    ],
)
def test_minor_units_of_one_become_minor_units_of_the_other(
    amount: int, rate: Rate, received: int, rounding: Fraction
) -> None:
    found = convert(amount, rate)
    assert (found.received, found.rounding) == (received, rounding)


@given(st.integers(-(10**12), 10**12), rates)
def test_rounding_changes_at_most_half_a_minor_unit_and_is_told(amount: int, rate: Rate) -> None:
    found = convert(amount, rate)
    assert abs(found.rounding) <= Fraction(1, 2)
    units = {"EUR": 100, "JPY": 1, "KWD": 1000}
    exact = Fraction(amount, units[rate.base]) * Fraction(rate.numerator, rate.denominator)
    assert Fraction(found.received - found.rounding, units[rate.quote]) == exact


@given(st.integers(-(10**12), 10**12), rates)
def test_taking_back_converts_to_what_was_given(amount: int, rate: Rate) -> None:
    assert convert(-amount, rate).received == -convert(amount, rate).received
