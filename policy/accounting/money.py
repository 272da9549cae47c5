"""Amounts as texts: for people (`1,234.50 EUR`), for machines (`1234.50`), and read back."""

from __future__ import annotations

import re

from policy.accounting.currency import MoneyRefused, digits

LARGEST = 9_223_372_036_854_775_807
"""Minor units that a database's integer holds."""

_FINE_DIGITS = 6
_SHOWN = 40  # characters of a refused text that a message repeats
_AMOUNT = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)


def plain(amount: int, currency: str) -> str:
    """Minor units as a decimal number: `-1234.50`. Raises MoneyRefused for an unknown currency."""
    return _decimal(amount, digits(currency))


def plain_fine(amount: int, currency: str) -> str:
    """Millionths of the minor unit as a decimal number; zeros beyond the minor unit are left out.

    `12.34` for a whole number of cents, `0.00333333` for a third of one.
    """
    places = digits(currency)
    text = _decimal(amount, places + _FINE_DIGITS)
    end = len(text) - _FINE_DIGITS
    return (text[:end] + text[end:].rstrip("0")).rstrip(".")


def readable(amount: int, currency: str) -> str:
    """Minor units for people: `1,234.50 EUR`. Raises MoneyRefused for an unknown currency."""
    sign, number = ("-", -amount) if amount < 0 else ("", amount)
    whole, _, rest = _decimal(number, digits(currency)).partition(".")
    return f"{sign}{int(whole):,}{'.' if rest else ''}{rest} {currency}"


def parse(text: str, currency: str) -> int:
    """Minor units of a decimal number such as `1234.5`.

    Raises MoneyRefused: no number, more digits than the currency has, too large, or an unknown
    currency. Nothing is rounded.
    """
    places, shown = digits(currency), f"`{text[:_SHOWN]}`"
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise MoneyRefused(f"{shown} is no amount: write digits and a point, like 1234.50")
    sign, whole, rest = match[1], match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(rest) > places:
        raise MoneyRefused(f"{shown} is too exact: {currency} has {places or 'no'} decimal places")
    number = whole + rest.ljust(places, "0")
    if len(number) > len(str(LARGEST)) or int(number or 0) > LARGEST:
        raise MoneyRefused(f"{shown} is too large an amount")
    return int(f"{sign}{number or 0}")


def _decimal(amount: int, places: int) -> str:
    text = str(abs(amount)).rjust(places + 1, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{text[:-places]}.{text[-places:]}" if places else sign + text
