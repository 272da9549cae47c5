"""Dated numbers: types, order, and the value of a day."""

from __future__ import annotations

from datetime import date

import pytest

from policy.lang.diagnostics import render_all
from policy.lang.parameters import load_parameters
from policy.lang.source import Source
from tests.lang import trees
from tests.plugins.goldens import CheckGolden


def one(type_name: str, value: str) -> str:
    return (
        f"parameters:\n  x:\n    type: {type_name}\n    doc: X.\n    values:\n"
        f"      - from: 2026-01-01\n        value: {value}\n        reference: {{title: T}}\n"
    )


def test_the_value_of_a_day_is_the_last_that_has_begun() -> None:
    (read,), found = load_parameters(Source("p.yaml", trees.PARAMETERS))
    assert found == ()
    parameter = read.plan()
    assert parameter.at(date(2025, 12, 31)) is None
    assert [value.value for value in parameter.values] == [0.9, 0.85]
    before, after = parameter.at(date(2026, 8, 1)), parameter.at(date(2026, 8, 2))
    assert before is not None
    assert after is not None
    assert (before.value, after.value) == (0.9, 0.85)
    assert after.reference is not None
    assert after.reference.url == "https://example.org/r"


@pytest.mark.parametrize(
    ("type_name", "written", "value"),
    [
        ("bool", "false", False),
        ("int", "-5", -5),
        ("double", "1", 1.0),
        ("double", "12.50", 12.5),
        ("string", "no", "no"),
        ("timestamp", "2026-08-02", "2026-08-02T00:00:00Z"),
        ("timestamp", "2026-08-02T12:00:00+02:00", "2026-08-02T12:00:00+02:00"),
        ("duration", "86400s", "86400s"),
        ("list(string)", "[NO, SE]", ("NO", "SE")),
        ("list(string)", "[]", ()),
    ],
)
def test_a_value_has_the_type_that_was_declared(
    type_name: str, written: str, value: object
) -> None:
    (read,), found = load_parameters(Source("p.yaml", one(type_name, written)))
    assert found == ()
    (line,) = read.lines
    assert line.value.value == value
    assert type(line.value.value) is type(value)


@pytest.mark.parametrize(
    ("type_name", "written"),
    [
        ("bool", "yes"),
        ("bool", "'true'"),
        ("int", "1.5"),
        ("int", "012"),
        ("int", "9223372036854775808"),
        ("int", "9" * 10_000),
        ("double", "1e999"),
        ("double", "half"),
        ("timestamp", "2026-13-01"),
        ("timestamp", "2026-08-02T25:00:00Z"),
        ("timestamp", "2026-08-02T00:00:00"),
        ("duration", "1 day"),
        ("list(string)", "NO"),
        ("string", "[a]"),
    ],
)
def test_another_value_is_told(type_name: str, written: str) -> None:
    _, found = load_parameters(Source("p.yaml", one(type_name, written)))
    assert [each.code for each in found][:1] in (["wrong-value"], ["wrong-shape"])


def test_it_tells_all_mistakes(golden: CheckGolden) -> None:
    text = """\
parameters:
  detector_high:
    type: float
    doc: A score.
    values: []
  Rate:
    type: double
    doc:
    values:
      - {from: 2026-08-02, value: 0.9, reference: {title: T, url: example.org}}
      - {from: 2026-01-01, value: x, reference: House}
      - {from: 2026-01-01, value: 0.8, reference: {title: T}}
      - {from: soon, value: 0.7}
  now: {type: int, doc: D., values: [{from: 2026-01-01, value: 1, reference: {title: T}}]}
  none_yet: {type: int, doc: D., values: []}
"""
    source = Source("rulesets/labelling/parameters.yaml", text)
    _, found = load_parameters(source)
    golden("lang/parameters.txt", render_all(found, {source.path: source}))
