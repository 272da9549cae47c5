"""Outcomes and territories in words."""

from __future__ import annotations

import pytest

from policy.selectors import territories
from policy.selectors.verdict import verdict

EU = tuple(sorted(territories.EUROPEAN_UNION))


def _effect(effect: str, *codes: str) -> list[tuple[str, str]]:
    return [(code, effect) for code in codes]


@pytest.mark.parametrize(
    ("effect", "worldwide", "differing", "headline", "meaning"),
    [
        ("allow", "allow", [], "Allowed everywhere", "May be live."),
        ("block", "block", [], "Blocked everywhere", "Not live."),
        (
            "block", "allow", _effect("block", "DE"),
            "Blocked in Germany", "Not live. Everywhere else: allowed.",
        ),
        (
            "review", "allow", _effect("review", *EU, "NO"),
            "In review in the European Union and Norway",
            "A person must look before this is final. Everywhere else: allowed.",
        ),
        (
            "block", "block", _effect("allow", "US", "CA"),
            "Blocked everywhere else", "Not live. Canada and United States: allowed.",
        ),
        (
            "block", "limit", [*_effect("block", "FR"), *_effect("allow", "JP")],
            "Blocked in France", "Not live. Everywhere else: limited; Japan: allowed.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_a_sentence(
    effect: str, worldwide: str, differing: list[tuple[str, str]], headline: str, meaning: str
) -> None:
    found = verdict(effect, worldwide, differing)
    assert (found.headline, found.meaning) == (headline, meaning)


def test_every_territory_is_in_one_region_the_strictest_first() -> None:
    found = verdict("block", "allow", [("DE", "block"), ("US", "limit"), ("AT", "block")])
    assert [(region.effect, region.codes) for region in found.regions] == [
        ("block", ("AT", "DE")),
        ("limit", ("US",)),
        ("allow", ()),
    ]


@pytest.mark.parametrize(
    ("codes", "phrase", "brief"),
    [
        ((), "everywhere", ""),
        (("DE",), "Germany", "DE"),
        (("DE", "AT"), "Austria and Germany", "AT DE"),
        (("DE", "AT", "CH", "LI"), "4 territories", "4 territories"),
        (EU, "the European Union", "EU"),
        ((*EU, "CH"), "the European Union and Switzerland", "EU +1"),
        ((*EU, "CH", "NO", "IS", "LI"), "the European Union and 4 other territories", "EU +4"),
        (("QQ",), "QQ", "QQ"),
    ],
)
def test_territories_are_named_or_counted(codes: tuple[str, ...], phrase: str, brief: str) -> None:
    assert territories.phrase(codes) == phrase
    assert territories.brief(codes) == brief


def test_names_are_of_two_letter_codes() -> None:
    assert all(
        len(code) == 2 and code.isupper() and name for code, name in territories.NAMES.items()
    )
    assert territories.NAMES.keys() >= territories.EUROPEAN_UNION
    assert len(territories.EUROPEAN_UNION) == 27
