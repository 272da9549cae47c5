"""Schemes: read from parameters with all mistakes at once, and what a pool comes to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policy.accounting.allotment import LayerSum, Sums
from policy.accounting.scheme import (
    Fallback,
    Funding,
    Key,
    Scheme,
    SchemeRefused,
    payout_minimum,
    values_on,
)
from policy.lang.plan import Parameter, ParameterValue

OUTPUTS: dict[str, object] = {
    "outputs_funding": "revenue_share",
    "outputs_key": "attribution",
    "outputs_fallback": "analogy",
    "outputs_deduction": 1500,
    "outputs_minimum": 500_00,
    "payout_minimum_eur": 10_00,
    "pool_threshold": 1000,
}


def _scheme(word: str = "outputs", **changed: Any) -> Scheme:
    values = {**OUTPUTS, **changed}
    return Scheme.read({name: v for name, v in values.items() if v is not None}, word)


def _problems(**changed: Any) -> list[str]:
    with pytest.raises(SchemeRefused) as refused:
        _scheme(**changed)
    return str(refused.value).splitlines()


def _sums(weight: int = 4, points: int = 24_000, units: int = 70) -> Sums:
    return Sums(weight, units, points, {"master": LayerSum(weight, points)}, {})


def test_a_scheme_is_read_from_the_parameters_that_begin_with_its_word() -> None:
    assert _scheme() == Scheme(
        "outputs", Funding.REVENUE_SHARE, Key.ATTRIBUTION, Fallback.ANALOGY, 1500, 0, 500_00
    )


def test_what_a_scheme_does_not_need_may_be_left_out() -> None:
    values = {"x_funding": "fixed_fee", "x_key": "equal", "x_deduction": 0}
    read = Scheme.read(values, "x")
    assert read == Scheme("x", Funding.FIXED_FEE, Key.EQUAL, Fallback.EQUAL, 0, 0, 0)


def test_all_that_is_missing_or_wrong_is_told_at_once_with_file_and_parameter() -> None:
    file = "compensation/parameters.yaml: `outputs_"
    assert _problems(
        outputs_funding="per_use", outputs_key="atribution", outputs_deduction=10_001,
        outputs_minimum=-1,
    ) == [
        f"{file}key`: `atribution` is not known: did you mean `attribution`?",
        f"{file}deduction`: `10001` is no whole number from 0 to 10,000",
        f"{file}per_use`: is missing on that day: write a dated line with a whole number",
        f"{file}minimum`: `-1` is no whole number from 0 on",
    ]  # fmt: skip
    assert _problems(outputs_fallback=None, outputs_deduction=True) == [
        f"{file}fallback`: is missing on that day: write a dated line with one of `analogy`, "
        "`equal`, `reserve`",
        f"{file}deduction`: `True` is no whole number from 0 to 10,000",
    ]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("output", "there is no scheme `output`: did you mean `outputs`?"),
        ("", "there is no scheme ``: use `outputs`"),
    ],
)
def test_a_word_that_no_scheme_has_is_refused_with_those_that_there_are(
    word: str, message: str
) -> None:
    with pytest.raises(SchemeRefused, match=message.replace("?", r"\?")):
        _scheme(word)


def test_values_are_those_of_the_day() -> None:
    lines = [(date(2026, 1, 1), 100), (date(2026, 7, 1), 200)]
    dated = tuple(ParameterValue(valid_from=day, value=value) for day, value in lines)
    later = (ParameterValue(valid_from=date(2027, 1, 1), value=1),)
    parameters = [
        Parameter(name="x_deduction", type="int", doc="", values=dated),
        Parameter(name="x_minimum", type="int", doc="", values=later),
    ]
    assert values_on(parameters, date(2026, 6, 30)) == {"x_deduction": 100}
    assert values_on(parameters, date(2026, 7, 1)) == {"x_deduction": 200}


@pytest.mark.parametrize(
    ("changed", "pool", "gross"),
    [
        # Layers take 24,000 / (4 x 10,000) = 60 % of the income.
        ({}, {"income": 2_000_00}, 1_200_00),
        ({}, {"income": 100_00}, 500_00),
        ({}, {"income": 100_00, "minimum": 70_00}, 70_00),
        ({"outputs_funding": "add_on"}, {"income": 2_000_01}, 1_200_01),
        ({"outputs_funding": "fixed_fee"}, {"income": 900_00}, 900_00),
        # 70 uses of 0.0025 EUR are 17.5 cents: the even one.
        ({"outputs_funding": "per_use", "outputs_per_use": 2500, "outputs_minimum": 0}, {}, 18),
    ],
)
def test_a_pool_comes_to_what_its_funding_says_and_at_least_its_minimum(
    changed: dict[str, Any], pool: dict[str, Any], gross: int
) -> None:
    given: dict[str, Any] = {"sums": _sums(), "currency": "EUR", "income": 0, **pool}
    assert _scheme(**changed).gross(**given) == gross


@pytest.mark.parametrize(("currency", "gross"), [("JPY", 175), ("EUR", 17500), ("KWD", 175_000)])
def test_an_amount_for_each_use_is_in_units_of_the_currency(currency: str, gross: int) -> None:
    scheme = _scheme(outputs_funding="per_use", outputs_per_use=2_500_000, outputs_minimum=0)
    assert scheme.gross(sums=_sums(), currency=currency, income=0) == gross


def test_a_pool_that_nobody_earned_from_is_its_minimum() -> None:
    nothing = Sums(0, 0, 0, {}, {})
    assert _scheme().gross(sums=nothing, currency="EUR", income=10**9) == 500_00


def test_the_least_that_is_paid_out_is_a_parameter_of_the_currency() -> None:
    assert payout_minimum(OUTPUTS, "EUR") == 10_00
    with pytest.raises(SchemeRefused, match="`payout_minimum_sek`: is missing on that day"):
        payout_minimum(OUTPUTS, "SEK")
