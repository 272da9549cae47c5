"""The row engine on CEL's own conformance cases, and on some of ours where those are silent."""

from __future__ import annotations

import math
from typing import Any

import pytest

from policy.engines.rows import values
from policy.engines.rows.values import Timestamp
from policy.lang.expressions import compile_loose
from tests.conformance.cases import (
    CORE,
    EXTENSIONS,
    MISCONVERTED,
    NOT_EXPRESSIBLE,
    Case,
    read,
    type_text,
)
from tests.conformance.evaluating import Unsupported, bound, carefully, generated
from tests.shared import shared_or_skip

_CASES = ("conformance", "cel", "cases.json")


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(found, float) and math.isnan(found)
    return values.kind_of(expected) == values.kind_of(found) and values.equals(expected, found)


def _complaint(case: Case) -> str:
    """What is wrong with the engine's answer; empty when nothing is."""
    declared = {name: type_text(kind) for name, kind in case.declarations.items()}
    try:
        tree = compile_loose(case.expression, declared)
    except ValueError as error:
        return "" if case.fails else f"{case.name}: cannot be compiled: {error}"
    if case.deduced and case.deduced != tree.type:
        return f"{case.name}: {tree.type} instead of {case.deduced}"
    if case.check_only:
        return ""
    variables = {name: bound(value) for name, value in case.bindings.items()}
    found = carefully(tree, variables)
    if isinstance(found, Exception) != case.fails:
        return f"{case.name}: {found!r}"
    if not case.fails and not _same(case.expected, found):
        return f"{case.name}: {found!r} instead of {case.expected!r}"
    return _generated_complaint(case, tree, variables, found)


def _generated_complaint(case: Case, tree: Any, variables: dict[str, Any], found: Any) -> str:
    """Generated code may raise where the careful evaluation has a value, never the other way."""
    try:
        also = generated(tree, variables)
    except Unsupported:
        return ""
    if isinstance(also, Exception) or (not case.fails and _same(found, also)):
        return ""
    return f"{case.name}: generated {also!r} instead of {found!r}"


@pytest.mark.parametrize("file", CORE)
def test_core_cases_that_rules_can_express(file: str) -> None:
    cases = [
        case
        for case in read(shared_or_skip(*_CASES), (file,))
        if case.name not in NOT_EXPRESSIBLE and case.name not in MISCONVERTED
    ]
    assert cases
    assert [complaint for case in cases if (complaint := _complaint(case))] == []


def test_the_other_core_cases_cannot_be_compiled() -> None:
    others = [case for case in read(shared_or_skip(*_CASES), CORE) if case.name in NOT_EXPRESSIBLE]
    assert {case.name for case in others} == set(NOT_EXPRESSIBLE)
    for case in others:
        if any(kind is None for kind in case.declarations.values()):
            continue  # a declared function
        with pytest.raises(ValueError, match=r"."):
            compile_loose(case.expression, {n: type_text(t) for n, t in case.declarations.items()})


def test_the_misconverted_cases_differ_by_one_backslash() -> None:
    cases = [case for case in read(shared_or_skip(*_CASES), CORE) if case.name in MISCONVERTED]
    assert len(cases) == len(MISCONVERTED)
    for case in cases:
        found = carefully(compile_loose(case.expression, {}), {})
        assert found == case.expected.replace(b"\\", b"")


def test_every_file_is_core_or_a_named_extension() -> None:
    path = shared_or_skip(*_CASES)
    everything = len(read(path, (*CORE, *EXTENSIONS)))
    assert everything == 1297


_INT_MAX = 2**63 - 1
OWN: list[tuple[str, Any]] = [
    ("9223372036854775807 + 1", OverflowError),
    ("-9223372036854775808 / -1", OverflowError),
    ("-9223372036854775808 % -1", OverflowError),
    ("-7 / 2", -3),
    ("-7 % 2", -1),
    ("7 % -2", 1),
    ("1 / 0", ZeroDivisionError),
    ("1.0 / 0.0", math.inf),
    ("-1.0 / 0.0", -math.inf),
    ("0.0 / 0.0 == 0.0 / 0.0", False),
    ("0.0 / 0.0 in [0.0 / 0.0]", False),
    ("-0.0 == 0.0", True),
    ("1.0 / -0.0", -math.inf),
    ("1 / 0 == 1 || true", True),
    ("true || 1 / 0 == 1", True),
    ("1 / 0 == 1 && false", False),
    ("1 / 0 == 1 && true", ZeroDivisionError),
    ("[0, 1].exists(a, 1 / a == 1)", True),
    ("[0, 2].exists(a, 1 / a == 1)", ZeroDivisionError),
    ("[0, 2].all(a, 1 / a == 1)", False),
    ("[0, 1].all(a, 1 / a == 1)", ZeroDivisionError),
    ("[1, 1, 0].exists_one(a, 1 / a == 1)", ZeroDivisionError),
    ("[1, 2, 3].exists_one(a, a > 2)", True),
    ("[1, 2, 3].filter(a, a > 1).map(a, a * 2)", [4, 6]),
    ("size('😀é')", 2),
    ("'😀' < '\\uffff'", False),
    ("'ﬁ' == 'fi'", False),
    ("b'\\xff' > b'a'", True),
    ("[1, 2][-1]", IndexError),
    ("[1, 2][2]", IndexError),
    ("{'a': 1}['b']", KeyError),
    ("has({'a': 1}.b)", False),
    ("{true: 1}[true]", 1),
    ("1 in {1: 2}", True),
    ("[1, 2] == [1, 2]", True),
    ("[[1.5]] != [[1.5]]", False),
    ("timestamp('2026-03-29T01:30:00Z').getHours('Europe/Berlin')", 3),
    ("timestamp('2026-03-29T01:30:00Z').getHours('-05:30')", 20),
    ("timestamp('2026-03-29T01:30:00Z').getHours('Nowhere/At_All')", ValueError),
    ("timestamp('2026-03-29T00:00:00Z').getDayOfWeek()", 0),
    (
        "timestamp('2026-01-01T00:00:00.123456789Z') > timestamp('2026-01-01T00:00:00.123456788Z')",
        True,
    ),
    (
        "timestamp('2026-01-01T00:00:00+01:00')",
        Timestamp(1_767_222_000_000_000_000),
    ),
    ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", OverflowError),
    ("timestamp('0001-01-01T00:00:00Z') - duration('1ns')", OverflowError),
    ("timestamp('2026-01-01T00:00:00Z') - timestamp('1700-01-01T00:00:00Z')", OverflowError),
    ("timestamp('2026-02-30T00:00:00Z')", ValueError),
    ("timestamp('2026-01-01')", ValueError),
    ("duration('1h30m') == duration('5400s')", True),
    ("duration('-1.5s').getSeconds()", -1),
    ("duration('-1.999s').getMilliseconds()", -999),
    ("duration('1d')", ValueError),
    ("string(duration('1.5s'))", "1.500s"),
    ("string(timestamp('2026-01-01T00:00:00.12Z'))", "2026-01-01T00:00:00.120Z"),
    ("string(1000000.0)", "1e+06"),
    ("string(999999.5)", "999999.5"),
    ("string(0.1 + 0.2)", "0.30000000000000004"),
    ("int(-1.9)", -1),
    ("int(9223372036854775807.0)", OverflowError),
    ("int('9223372036854775808')", ValueError),
    ("double(9007199254740993) == 9007199254740992.0", True),
    ("bool('yes')", ValueError),
    ("'a\\n'.matches('a$')", False),
    ("'\\u0130'.matches('(?i)i')", False),
    ("'\\u017f'.matches('(?i)S')", True),
    ("'٣'.matches('\\\\d')", False),
    ("'é'.matches('^.$')", True),
    ("'xé'.matches('x\\\\b')", True),
    ("'a'.matches('(')", ValueError),
    ("'" + "a" * 300 + "'.matches('a+b')", False),
    ("true ? 1 : 1 / 0", 1),
    ("9223372036854775807 - -1 > 0 ? true : false", OverflowError),
]
"""Ours. An exception class stands for "is an error"; which one it is says why, for the reader."""


@pytest.mark.parametrize(("expression", "expected"), OWN, ids=[text[:60] for text, _ in OWN])
def test_own_cases(expression: str, expected: Any) -> None:
    fails = isinstance(expected, type)
    case = Case(expression, expression, {}, {}, fails, expected, "", check_only=False)
    assert _complaint(case) == ""
