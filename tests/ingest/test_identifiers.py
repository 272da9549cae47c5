"""Check digits, tried on real numbers and on invented ones."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.ingest.identifiers import complaint, identify, isrc_year_is_plausible
from policy.samples import numbers
from tests.shared import shared_or_skip


@pytest.mark.parametrize(
    ("scheme", "value", "key"),
    [
        ("isrc", "gb-aye-01-23456", "GBAYE0123456"),
        ("isrc", "ZZEXA2600001", "ZZEXA2600001"),
        ("iswc", "T-034.524.680-1", "T0345246801"),
        ("iswc", "T-801.459.648-7", "T8014596487"),
        ("iswc", "T-910.924.731-6", "T9109247316"),
        ("icpn", "00094631432057", "94631432057"),
        ("icpn", "0 94631 43205 7", "94631432057"),
        ("icpn", "4006381333931", "4006381333931"),
        ("grid", "A1-2425G-ABC1234002-M", "A12425GABC1234002M"),
        ("isni", "0000 0001 1774 2762", "0000000117742762"),
        ("ipi", "00549686493", "00549686493"),
        ("ipi", "549686493", "00549686493"),
        ("dpid", "PA-DPIDA-2013020802-I", "PADPIDA2013020802I"),
        ("dpid", "PADPIDA99999999013", "PADPIDA99999999013"),
        ("proprietary", "Any thing-at.all", "Any thing-at.all"),
        ("ipn", "12345678", "12345678"),
    ],
)
def test_right_numbers_are_valid_and_have_a_key(scheme: str, value: str, key: str) -> None:
    found = identify(scheme, value)
    assert (found.value, found.key, found.valid) == (value, key, True)
    assert complaint(found) is None


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("isrc", "ZZ-12-345", "isrc-syntax"),
        ("isrc", "ZZEXA260000\N{ARABIC-INDIC DIGIT ONE}", "isrc-syntax"),
        ("iswc", "T-034.524.680-2", "iswc-check-digit"),
        ("iswc", "034.524.680-1", "iswc-syntax"),
        ("icpn", "123123123123", "icpn-check-digit"),
        ("icpn", "1234567", "icpn-syntax"),
        ("icpn", "97806311400X5", "icpn-syntax"),
        ("grid", "A1-2425G-ABC1234002-N", "grid-check-digit"),
        ("isni", "0000000117742763", "isni-check-digit"),
        ("isni", "117742762", "isni-syntax"),
        ("ipi", "00054968649", "ipi-check-digit"),
        ("ipi", "0", "ipi-syntax"),
        ("dpid", "PADPIDA67890", "dpid-syntax"),
        ("dpid", "PADPIDA2014999999Z", "dpid-check-digit"),
    ],
)
def test_wrong_numbers_are_kept_and_complained_of(scheme: str, value: str, code: str) -> None:
    found = identify(scheme, value)
    assert found.value == value
    assert not found.valid
    said = complaint(found)
    assert said is not None
    assert said[0] == code
    assert f"`{value}`" in said[1]


def test_complaints_are_sentences() -> None:
    assert complaint(identify("grid", "x")) == ("grid-syntax", "`x` is not a GRid")
    said = complaint(identify("isni", "0000000117742763"))
    assert said == ("isni-check-digit", "`0000000117742763` has a wrong check digit for an ISNI")


@pytest.mark.parametrize(("year", "plausible"), [("86", True), ("99", True), ("26", True)])
def test_isrc_years_run_from_1986_to_the_year_of_the_message(year: str, plausible: bool) -> None:
    assert isrc_year_is_plausible(f"ZZEXA{year}00001", 2026) is plausible


@pytest.mark.parametrize("year", ["85", "40", "28"])
def test_isrc_years_before_and_after_are_doubted(year: str) -> None:
    assert not isrc_year_is_plausible(f"ZZEXA{year}00001", 2026)
    assert isrc_year_is_plausible("ZZEXA2700001", 2026)  # next year's, sent early


@given(st.integers(0, 99_999_999))
def test_invented_numbers_have_right_check_digits_and_fail_with_another(number: int) -> None:
    for found in (numbers.icpn(number), numbers.isni(number), numbers.iswc(number)):
        assert found.valid
        digit = found.value[-1]
        other = "1" if digit in "0X" else str(int(digit) - 1)
        assert not identify(found.scheme, found.value[:-1] + other).valid
    assert identify("dpid", numbers.dpid(number % 100)).valid
    assert numbers.isrc("ABC", 2026, number % 100_000).valid


def test_real_numbers_of_a_public_register_pass_but_for_one_that_is_wrong_there() -> None:
    path = shared_or_skip("samples", "musicbrainz", "artists.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        identify(scheme, value)
        for row in rows
        for scheme in ("isni", "ipi")
        for value in filter(None, row[scheme].split("|"))
    ]
    assert len(found) > 30
    assert [one.value for one in found if not one.valid] == ["00054968649"]
