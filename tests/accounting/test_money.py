"""Amounts as texts, in currencies of no, two, three and four digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.accounting.currency import MoneyRefused, digits, minor_units
from policy.accounting.money import LARGEST, parse, plain, plain_fine, readable

CURRENCIES = st.sampled_from(("EUR", "JPY", "KWD", "UYW"))


@pytest.mark.parametrize(
    ("currency", "number"), [("JPY", 0), ("EUR", 2), ("SEK", 2), ("KWD", 3), ("CLF", 4)]
)
def test_a_currency_has_the_digits_of_iso_4217(currency: str, number: int) -> None:
    assert digits(currency) == number
    assert minor_units(currency) == 10**number


@pytest.mark.parametrize(
    ("amount", "currency", "for_machines", "for_people"),
    [
        (123450, "EUR", "1234.50", "1,234.50 EUR"),
        (-5, "EUR", "-0.05", "-0.05 EUR"),
        (0, "JPY", "0", "0 JPY"),
        (-1234567, "JPY", "-1234567", "-1,234,567 JPY"),
        (1, "KWD", "0.001", "0.001 KWD"),
    ],
)
def test_amounts_are_written(
    amount: int, currency: str, for_machines: str, for_people: str
) -> None:
    assert plain(amount, currency) == for_machines
    assert readable(amount, currency) == for_people


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (10_000_000, "EUR", "0.10"),
        (333_333, "EUR", "0.00333333"),
        (-1_500_000, "EUR", "-0.015"),
        (7_250_000, "JPY", "7.25"),
        (70_000_000, "JPY", "70"),
        (1_000_001, "KWD", "0.001000001"),
    ],
)
def test_parts_of_a_minor_unit_are_written_as_far_as_needed(
    amount: int, currency: str, text: str
) -> None:
    assert plain_fine(amount, currency) == text


@given(st.integers(-LARGEST, LARGEST), CURRENCIES)
def test_what_is_written_is_read_back(amount: int, currency: str) -> None:
    assert parse(plain(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("12.5", 1250), (" 7 ", 700), ("-0.10", -10), ("1.2000", 120)]
)
def test_shorter_and_longer_texts_are_read_where_nothing_is_lost(text: str, amount: int) -> None:
    assert parse(text, "EUR") == amount


@pytest.mark.parametrize(
    ("text", "currency", "message"),
    [
        ("12.345", "EUR", "`12.345` is too exact: EUR has 2 decimal places"),
        ("0.5", "JPY", "`0.5` is too exact: JPY has no decimal places"),
        ("1,000", "EUR", "`1,000` is no amount: write digits and a point, like 1234.50"),
        ("1e5", "EUR", "`1e5` is no amount: write digits and a point, like 1234.50"),
        ("", "EUR", "`` is no amount: write digits and a point, like 1234.50"),
        ("\u0661", "EUR", "`\u0661` is no amount: write digits and a point, like 1234.50"),
        ("1", "euro", "`euro` is no currency of ISO 4217: write its three letters, like EUR"),
        ("92233720368547758.08", "EUR", "`92233720368547758.08` is too large an amount"),
    ],
)
def test_what_is_no_amount_is_refused_in_one_sentence(
    text: str, currency: str, message: str
) -> None:
    with pytest.raises(MoneyRefused) as refused:
        parse(text, currency)
    assert str(refused.value) == message


def test_an_amount_of_a_million_digits_is_refused_without_being_worked_out() -> None:
    with pytest.raises(MoneyRefused, match=r"^`9{40}` is too large an amount$"):
        parse("9" * 1_000_000, "EUR")
    assert parse("0" * 1_000_000 + "1", "JPY") == 1
