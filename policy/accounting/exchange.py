"""Conversion between currencies by an exact ratio; what rounding changed is told."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from policy.accounting.currency import minor_units


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `numerator` / `denominator` units of `quote`; both positive."""

    base: str
    quote: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Converted:
    """Minor units of `base` and what they are in minor units of `quote`.

    `rounding` is `received` less the exact value, in minor units of `quote`.
    """

    rate: Rate
    given: int
    received: int
    rounding: Fraction


def convert(amount: int, rate: Rate) -> Converted:
    """Minor units of the rate's base in minor units of its quote, rounded half to even.

    Raises MoneyRefused for an unknown currency.
    """
    units = Fraction(minor_units(rate.quote), minor_units(rate.base))
    exact = amount * Fraction(rate.numerator, rate.denominator) * units
    received = half_even(exact)
    return Converted(rate, amount, received, received - exact)


def half_even(exact: Fraction) -> int:
    """The nearest whole number; of two equally near the even one."""
    return round(exact)  # of a Fraction, Python rounds half to even
