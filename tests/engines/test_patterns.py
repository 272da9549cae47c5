"""Patterns that Python's engine answers in RE2's place match exactly what RE2 matches."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.engines.rows import patterns
from policy.engines.rows.patterns import matches, search
from policy.engines.rows.poison import EvaluationError

_PIECES = [
    *("a", "B", "k", "S", "i", "1", " ", "é", ".", "\\.", "\\d", "\\w", "\\s", "\\D", "\\b"),
    *("[a-c]", "[^a]", "[0-9A-F]", "[\\d_]", "[é]", "[a\\-]", "(", ")", "(?:", "|", "^", "$"),
    *("*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "\\pL", "\\n", "-", "]", "{", "\\x41"),
]
_TEXT = st.text(
    st.sampled_from("aAbBkKsSiI1 9_-.é\n\t\x0b\u212a\u017f\u0130\u0131É٣😀"), max_size=12
)


@settings(max_examples=2000, deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=7).map("".join),
    st.booleans(),
    st.lists(_TEXT, min_size=1, max_size=4),
)
def test_same_matches_as_re2(pieces: str, fold: bool, texts: list[str]) -> None:
    pattern = f"(?i){pieces}" if fold else pieces
    options = re2.Options()
    options.log_errors = False
    try:
        reference = re2.compile(pattern, options)
    except re2.error:
        with pytest.raises(EvaluationError):
            search(pattern)
        return
    for text in texts:
        assert matches(text, pattern) == (reference.search(text) is not None), (pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(AI|Suno|Udio) ",
        "(?i)(sped up|slowed|nightcore)",
        "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$",
        r"\btype beat\b",
        r"^\d+$",
        "feat\\. ",
    ],
)
def test_common_patterns_are_translated(pattern: str) -> None:
    patterns._Translation(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "a*a*a*b", "(a|a)*", "(?i)é", "\\pL", "(?s).", "a{1,900}b*", "x*" * 3]
)
def test_others_are_left_to_re2(pattern: str) -> None:
    with pytest.raises(patterns._Unsure):
        patterns._Translation(pattern)


def test_long_texts_are_left_to_re2() -> None:
    # Python's own engine needs minutes for this, RE2 microseconds.
    assert not matches("a" * 100_000 + "b", "a*c")


def test_a_refused_pattern_says_why() -> None:
    with pytest.raises(EvaluationError, match="missing"):
        search("(")
