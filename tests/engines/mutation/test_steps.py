"""The values next to a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.engines.mutation.steps import (
    neighbours,
    next_doubles,
    next_ints,
    next_times,
    without_one,
)
from policy.engines.rows.values import INT_MAX, INT_MIN


def test_numbers() -> None:
    assert list(next_ints(0)) == [-1, 1]
    assert list(next_ints(INT_MAX)) == [INT_MAX - 1]
    assert list(next_ints(INT_MIN)) == [INT_MIN + 1]
    assert list(next_doubles(0.9)) == [0.89, 0.91]
    assert list(next_doubles(115.0)) == [114.99, 115.01]
    assert list(next_doubles(0.125)) == [0.124, 0.126]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_always_has_others_beside_it(value: float) -> None:
    below, above = next_doubles(value)
    assert below <= value <= above


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2026-01-01T00:00:00Z", "timestamp", ["2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"]),
        ("2026-01-01T12:00:00Z", "timestamp", ["2026-01-01T11:59:59Z", "2026-01-01T12:00:01Z"]),
        ("0001-01-01T00:00:00Z", "timestamp", ["0001-01-02T00:00:00Z"]),
        ("48h", "duration", ["86400s", "259200s"]),
        ("1m", "duration", ["59s", "61s"]),
        ("0s", "duration", ["-1s", "1s"]),
        ("soon", "duration", []),
    ],
)
def test_times(text: str, kind: str, expected: list[str]) -> None:
    assert list(next_times(text, kind)) == expected


def test_words_stand_in_a_ring() -> None:
    assert list(neighbours("a", ("a", "b", "c"))) == ["c", "b"]
    assert list(neighbours("a", ("a", "b"))) == ["b"]
    assert list(neighbours("a", ("a",))) == []
    assert list(neighbours("x", ("a", "b"))) == []


def test_long_lists_lose_three_of_their_members() -> None:
    assert list(without_one("abc")) == [(0, ("b", "c")), (1, ("a", "c")), (2, ("a", "b"))]
    assert [at for at, _ in without_one(range(27))] == [0, 13, 26]
