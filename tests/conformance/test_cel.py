"""The row engine on CEL's own conformance cases, and on some of ours where those are silent."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from policy.engines.rows import values
from policy.engines.rows.values import Timestamp, Uint
from policy.lang.loose import compile_loose
from policy.lang.tree import Node
from tests.conformance.cases import CORE, EXCEPTED, EXTENSIONS, OUT_OF_SCOPE, Case, read
from tests.conformance.evaluating import Unsupported, bound, carefully, generated
from tests.shared import shared_or_skip

_CASES = ("conformance", "cel", "cases.json")


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(found, float) and math.isnan(found)
    return values.kind_of(expected) == values.kind_of(found) and values.equals(expected, found)


def _compiled(case: Case) -> Node:
    declared = {} if case.checked else dict.fromkeys(case.bindings, "dyn")
    return compile_loose(
        case.expression,
        {**declared, **case.declarations},
        functions=case.functions,
        container=case.container,
        check=case.checked,
    )


def _complaint(case: Case) -> str:
    """What is wrong with the engine's answer; empty when nothing is."""
    try:
        tree = _compiled(case)
    except ValueError as error:
        return "" if case.fails and case.checked else f"{case.name}: cannot be compiled: {error}"
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


@pytest.mark.parametrize("file", [*CORE, *EXTENSIONS])
def test_cases_pass_but_for_the_exceptions(file: str) -> None:
    cases = read(shared_or_skip(*_CASES), (file,))
    assert cases
    complaints = [_complaint(case) for case in cases if case.name not in EXCEPTED]
    assert [complaint for complaint in complaints if complaint] == []


def test_no_exception_passes() -> None:
    cases = read(shared_or_skip(*_CASES), (*CORE, *EXTENSIONS))
    found = {case.name: _complaint(case) for case in cases if case.name in EXCEPTED}
    assert set(found) == set(EXCEPTED)
    assert [name for name, complaint in found.items() if not complaint] == []


def test_the_exceptions_differ_by_one_backslash() -> None:
    cases = [case for case in read(shared_or_skip(*_CASES), CORE) if case.name in EXCEPTED]
    for case in cases:
        found = carefully(compile_loose(case.expression, {}), {})
        assert found == case.expected.replace(b"\\", b"")


def test_every_file_is_in_scope_or_named() -> None:
    raw = json.loads(shared_or_skip(*_CASES).read_text(encoding="utf-8"))
    assert {case["file"] for case in raw} == {*CORE, *EXTENSIONS, *OUT_OF_SCOPE}


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
    ("18446744073709551615u / 1u", Uint(2**64 - 1)),
    ("1u / 0u", ZeroDivisionError),
    ("[1, 2][dyn(0.0 / 0.0)]", IndexError),
    ("{1: 2}[dyn([1])]", KeyError),
    ("dyn([1]) in {1: 2}", TypeError),
    ("type(1) == int && type(type(1)) == type && type(null) == null_type", True),
    ("type(timestamp(0)) == google.protobuf.Timestamp", True),
    ("[1, 0].exists(i, v, i / v == 1)", ZeroDivisionError),
    ("[1, 0].exists(i, v, i / v == 0)", True),
    ("{1: 2, 3: 3}.existsOne(k, v, k == v)", True),
    ("[5, 7].transformList(i, v, i > 0, v + i)", [8]),
    ("[5, 7].transformMap(i, v, v * 2)", {0: 10, 1: 14}),
    ("{true: 1, false: 2}.transformMap(k, v, k, v)[true]", 1),
    ("{1: 2, 3: 4}.transformMapEntry(k, v, {v: k}) == {2: 1, 4: 3}", True),
    ("{1: 2, 3: 2}.transformMapEntry(k, v, {v: k})", KeyError),
    ("[1, 2].map(i, [i].transformList(j, v, v + j + i)[0])", [2, 4]),
    ("'añ😀'.charAt(2) + 'a'.charAt(1)", "😀"),
    ("'a'.charAt(2)", IndexError),
    ("'abab'.indexOf('b', 2)", 3),
    ("'abab'.indexOf('', 4)", 4),
    ("'abab'.indexOf('b', 5)", IndexError),
    ("'abab'.lastIndexOf('ab', 1)", 0),
    ("'abab'.lastIndexOf('', 2)", 2),
    ("'abab'.lastIndexOf('b', -1)", IndexError),
    ("'abc'.substring(3) + 'abc'.substring(1, 2)", "b"),
    ("'abé'.substring(1, 3)", "bé"),
    ("'abc'.substring(1, 4)", IndexError),
    ("'abc'.substring(2, 1)", IndexError),
    ("'aaa'.replace('a', 'b', 2) + 'ab'.replace('', '-', -1)", "bba-a-b-"),
    ("'a,b,c'.split(',', 2) + 'abc'.split('', 2) + ''.split('')", ["a", "b,c", "a", "bc", ""]),
    ("'abc'.split('') == ['a', 'b', 'c'] && 'a b'.split(' ', 0) == []", True),
    ("['a', 'b'].join() + ['a', 'b'].join(', ')", "aba, b"),
    ("'İÄß'.lowerAscii() + 'äß'.upperAscii()", "İÄßäß"),
    ("'\u001ca\u2003\u0085'.trim()", "\x1ca"),
    (r"""strings.quote('a"\\\n')""", r'"a\"\\\n"'),
    ("'%s|%d|%.1f|%e'.format([1u, -2, 0.25, 1])", "1|-2|0.2|1.000000e+00"),
    ("'%b|%o|%x|%X'.format([-5, 8u, 'é', b'\\xff'])", "-101|10|c3a9|FF"),
    ("'%s'.format([{'b': [1.5, null], 'a': duration('90s')}])", "{a: 90s, b: [1.5, null]}"),
    ("'%s %s'.format([timestamp('2026-01-01T00:00:10Z'), type(1)])", "2026-01-01T00:00:10Z int"),
    ("'%s'.format([timestamp('2026-01-01T00:00:00.120Z')])", "2026-01-01T00:00:00.12Z"),
    ("'%f %d %s'.format([0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0])", "NaN Infinity -Infinity"),
    ("'%d%%'.format([1, 2])", "1%"),
    ("'%d'.format([dyn('1')])", TypeError),
    ("'%d %d'.format([1])", IndexError),
    ("'%y'.format([1])", ValueError),
]
"""Ours. An exception class stands for "is an error"; which one it is says why, for the reader."""


@pytest.mark.parametrize(("expression", "expected"), OWN, ids=[text[:60] for text, _ in OWN])
def test_own_cases(expression: str, expected: Any) -> None:
    fails = isinstance(expected, type)
    case = Case(expression, expression, fails, expected)
    assert _complaint(case) == ""


UNCHECKED: list[tuple[str, Any]] = [
    ("nothing || true", True),
    ("nothing && true", NameError),
    ("nothing.at.all() || f(17) || true", True),
    ("f(17)", NameError),
    ("x.while() || true", True),
    ("'horses' && false", False),
    ("'horses' && true", TypeError),
    ("false || 32", TypeError),
    ("1 ? 2 : 3", TypeError),
    ("!0", TypeError),
    ("true ? 'cows' : 17", "cows"),
    ("1.0 == 1 && 1u == 1 && [1] == [1.0] && {1: 2u} == {1: 2}", True),
    ("['one'] == [2, 3] || 'a' == 1 || null == 0", False),
    ("1 < 1.5 && 2u > 1 && 1.5 >= 1u", True),
    ("'a' < 1", TypeError),
    ("[1] < [2]", TypeError),
    ("null < null", TypeError),
    ("-false", TypeError),
    ("x.y.z", 5),
    ("x.y.z.a", TypeError),
    ("has(x.y.a)", False),
    ("[1].exists(x, x.y == 1)", TypeError),
    ("{1.5: 1}", TypeError),
    ("[1, 'a', 3].exists(e, e == 'a') && ![1, 'a'].all(e, e > 1)", True),
    ("[1].exists(i, v, i + v)", TypeError),
    ("type(x.y) == map && type(dyn) == int", NameError),
    ("42.charAt(2) == ''", TypeError),
    ("'42'.replace(2, 1)", TypeError),
    ("['a', 1].join()", TypeError),
]
"""The same for texts that are parsed only, where `x.y` is `{'z': 5}`."""


@pytest.mark.parametrize(("expression", "expected"), UNCHECKED, ids=[text for text, _ in UNCHECKED])
def test_own_unchecked_cases(expression: str, expected: Any) -> None:
    entry = [{"type": "string", "value": "z"}, {"type": "int", "value": "5"}]
    case = Case(
        expression,
        expression,
        isinstance(expected, type),
        expected,
        bindings={"x.y": {"type": "map", "value": [entry]}},
        checked=False,
    )
    assert _complaint(case) == ""
