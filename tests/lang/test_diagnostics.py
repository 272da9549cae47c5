"""How a mistake is shown."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import policy.lang
from policy.lang.diagnostics import (
    Related,
    as_json,
    closest,
    did_you_mean,
    error,
    has_errors,
    listed,
    ordered,
    quoted,
    render,
    render_all,
    warning,
)
from policy.lang.source import Source, Span
from tests.plugins.goldens import CheckGolden

TEXT = (
    "- fact: vocals.conset\n"
    "- 日本語: vocals.conset\n"
    "\tif: vocals.conset\n"
    + "x" * 300
    + "HERE"
    + "y" * 300
    + "\ne\u0301te\u0301: one\n\x1b[31mred\u202e\n"
)
PATH = "rulesets/consent/1.2.0.yaml"
SOURCES = {PATH: Source(PATH, TEXT)}


def test_it_shows_the_place_the_words_and_the_way_out(golden: CheckGolden) -> None:
    found = [
        error(
            "unknown-fact",
            "unknown fact `vocals.conset`",
            PATH,
            Span(1, 9, 1, 22),
            help="did you mean `vocals.consent`?",
        ),
        error("unknown-fact", "wide characters take two columns", PATH, Span(2, 8, 2, 21)),
        error("unknown-fact", "a tab takes four", PATH, Span(3, 6, 3, 19)),
        warning("long-line", "a long line is cut around the place", PATH, Span(4, 301, 4, 305)),
        error("combining", "combining characters take none", PATH, Span(5, 8, 5, 11)),
        error("control", "controls do not reach the terminal", PATH, Span(6, 6, 6, 9)),
        error("many-lines", "of many lines the first is marked", PATH, Span(1, 3, 2, 4)),
        error("no-place", "the whole file is meant", PATH, help="one way out\nanother way"),
        error("past-the-end", "a place behind the text", PATH, Span(99, 3, 99, 3)),
        error("other-file", "a file that cannot be shown", "other.yaml", Span(3, 2, 3, 4)),
        error(
            "twice",
            "the key `fact` is used twice",
            PATH,
            Span(2, 1, 2, 2),
            related=[Related("first used here", PATH, Span(1, 3, 1, 7))],
        ),
    ]
    golden("lang/rendered.txt", render_all(found, SOURCES))
    golden("lang/rendered.json", as_json(found).decode() + "\n")


def test_carets_stand_under_the_words() -> None:
    text = render(error("x", "y", PATH, Span(1, 9, 1, 22)), SOURCES)
    _, _, shown, carets = text.splitlines()
    start = carets.index("^")
    assert shown[start : start + carets.count("^")] == "vocals.conset"


def test_they_are_sorted_by_place_and_told_once() -> None:
    late = error("b", "late", PATH, Span(2, 1, 2, 2))
    early = error("a", "early", PATH, Span(1, 5, 1, 6))
    whole = warning("c", "whole", PATH)
    assert ordered([late, early, whole, late]) == (whole, early, late)


def test_nothing_is_shown_for_nothing() -> None:
    assert render_all([], {}) == ""
    assert json.loads(as_json([])) == []


def test_only_errors_keep_a_plan_from_being_made() -> None:
    assert not has_errors([warning("a", "b", PATH)])
    assert has_errors([warning("a", "b", PATH), error("a", "b", PATH)])


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("conset", ["consents", "title"], "consents"),
        ("Title", ["title", "tile"], "title"),
        ("Trak", ["track", "Track"], "Track"),
        ("trak", ["Track", "track"], "track"),
        ("declared-none", ["declared_none"], "declared_none"),
        ("xyz", ["consents"], None),
        ("x" * 10_000, ["x" * 9_999], None),
        ("", ["a"], None),
    ],
)
def test_it_finds_the_word_that_was_meant(word: str, known: list[str], near: str | None) -> None:
    assert closest(word, known) == near


def test_help_names_the_nearest_or_all_when_few() -> None:
    assert did_you_mean("reveiw", ["allow", "review"]) == "did you mean `review`?"
    assert did_you_mean("xyz", ["allow", "review"]) == "use `allow` or `review`"
    assert did_you_mean("xyz", map(str, range(100, 120))) == ""
    assert did_you_mean("xyz", []) == ""


def test_words_are_quoted_safely() -> None:
    assert quoted("a\nb\x1b") == "`a\ufffdb\ufffd`"
    assert quoted("x" * 100) == "`" + "x" * 59 + "…`"
    assert listed("abc") == "`a`, `b` or `c`"


def _messages() -> list[tuple[str, str]]:
    """Every message that the source of the language gives, by file and line, holes as `X`."""
    found = []
    for path in sorted(Path(policy.lang.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in _GIVING and len(node.args) > 1:
                text = _text(node.args[1])
                if text:
                    found.append((f"{path.name}:{node.lineno}", text))
    return found


_GIVING = {"error", "warning", "warn", "_error", "_warn"}


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.JoinedStr(values=values):
            return "".join(_text(value) for value in values)
        case ast.FormattedValue():
            return "`x`"
    return ""


def test_messages_keep_the_house_style() -> None:
    messages = _messages()
    assert len(messages) > 30
    for place, text in messages:
        assert not text[0].isupper(), place
        assert not text.endswith("."), place
        assert "\n" not in text, place
