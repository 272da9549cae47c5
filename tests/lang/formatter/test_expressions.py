"""The layout of CEL: where lines break, and that only blanks change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.lang.extents import Tokens
from policy.lang.formatter.expressions import comments_in, laid_out
from tests.fact_documents import shipped_schema
from tests.properties.conditions import conditions


def words(text: str) -> list[str]:
    return [token.text for token in Tokens.of(text).tokens]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a&&b", ["a && b"]),
        ("aaaaaaaaaa && bbbbbbbbbb && cc", ["aaaaaaaaaa && bbbbbbbbbb", "  && cc"]),
        ("aaaaaaaaaa && bbbbbbbbbbb && c", ["aaaaaaaaaa", "  && bbbbbbbbbbb && c"]),
        ("ccccccc && has(a.b) && a.b > 1", ["ccccccc && has(a.b)", "  && a.b > 1"]),
        ("aaa || bbb && ccc || ddd || eee", ["aaa", "  || bbb && ccc", "  || ddd", "  || eee"]),
        ("aaaaaaaaaaaa * b > ccc * 10000", ["aaaaaaaaaaaa * b", "  > ccc * 10000"]),
        ("[aaaaaaaaa] + [bbbbbbbb] + [c]", ["[aaaaaaaaa]", "  + [bbbbbbbb]", "  + [c]"]),
        ("list.map(x, x.a).filter(y, y)", ["list", "  .map(x, x.a)", "  .filter(y, y)"]),
        ("(a ? [b] : [c]).filter(x, x.d)", ["(a ? [b] : [c])", "  .filter(x, x.d)"]),
        ("list.map(x, x.aaaaaa).size() > 1", ["list", "  .map(x, x.aaaaaa)", "  .size() > 1"]),
        ("size(list.filter(x, x.aaaaaa.b)) > 1", ["size(list.filter(x,", "  x.aaaaaa.b)) > 1"]),
        ("has(a.b) || cccccccccccccccc", ["has(a.b)", "  || cccccccccccccccc"]),
        ("aaaaaaaaaa ? bbbbbbbb : ccccccc", ["aaaaaaaaaa", "  ? bbbbbbbb", "  : ccccccc"]),
        ("list.exists(x,x.aaaaaa==1&&x.b)", ["list.exists(x,", "  x.aaaaaa == 1 && x.b)"]),
        ("value in [aaa, bbb, ccc, ddd, e]", ["value in [aaa, bbb, ccc,", "  ddd, e]"]),
        ("!(aaaaaaaaaa||bbbbbbbbbb||c)", ["!(aaaaaaaaaa", "  || bbbbbbbbbb", "  || c)"]),
        ("-1<- x&&!  y", ["-1 < -x && !y"]),
        ('{"a":1}["a"]>f(x)[0].y', ['{"a": 1}["a"] > f(x)[0].y']),
        ("a ?b?c:d: e", ["a ? b ? c : d : e"]),
        ("a // why\n  && b", ["a // why", "  && b"]),
        ("size('''\n x''') > 1", ["size('''", " x''') > 1"]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b"]),
    ],
)
def test_where_lines_break(text: str, wanted: list[str]) -> None:
    assert laid_out(text, 80 if len(wanted) == 1 else 24) == wanted


def test_parts_that_fit_but_for_what_stands_around_them_have_lines_of_their_own() -> None:
    text = "zz == (has(a.b) && a.b > 1)"
    assert laid_out(text, 26) == ["zz", "  == (has(a.b) && a.b > 1)"]
    assert laid_out(text, 27) == [text]
    assert laid_out("size(l.map(x, has(a.b) && x))", 28) == ["size(l.map(x,", "  has(a.b) && x))"]
    assert laid_out("long.call(has(a.b) && a.b)", 25) == ["long.call(has(a.b)", "  && a.b)"]


def test_brackets_above_an_operator_are_deeper_than_it() -> None:
    assert laid_out("!(aaaaaaaaaa || bbbbbbbbbb) && ccccccc", 20) == [
        "!(aaaaaaaaaa",
        "    || bbbbbbbbbb)",
        "  && ccccccc",
    ]


@given(conditions(shipped_schema()), st.integers(20, 100))
def test_only_blanks_change_and_only_once(text: str, width: int) -> None:
    lines = laid_out(text, width)
    once = "\n".join(lines)
    assert words(once) == words(text)
    assert laid_out(once, width) == lines
    assert laid_out(" ".join(words(text)), width) == lines


ODD = ("a", "&&", "||", "(", ")", "[", "]", "?", ":", "!", "-", ",", '"x"', "// c\n", "\n")


@given(st.lists(st.sampled_from(ODD)))
def test_what_is_no_expression_keeps_its_words(parts: list[str]) -> None:
    text = " ".join(parts)
    once = "\n".join(laid_out(text, 20))
    assert words(once) == words(text)
    assert comments_in(once, Tokens.of(once)) == comments_in(text, Tokens.of(text))
