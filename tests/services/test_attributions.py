"""Weights are whole millionths, and evened out they are the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.services.attributions import WHOLE, Drawn, NoWeight, evened, millionths, mistakes


@pytest.mark.parametrize(
    ("text", "found"), [("0.25", 250_000), ("1", WHOLE), ("0", 0), ("1e-6", 1), (0.1, 100_000)]
)
def test_weights_are_exact(text: str, found: int) -> None:
    assert millionths(text) == found


@pytest.mark.parametrize(
    "text", ["", "much", "-0.1", "1.000001", "NaN", "Infinity", "1e999", "1e999999"]
)
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises(NoWeight, match="write a number from 0 to 1"):
        millionths(text)


def test_a_weight_that_is_too_fine_is_not_rounded() -> None:
    with pytest.raises(NoWeight, match="six places"):
        millionths("0.3333333")


@given(st.lists(st.integers(0, WHOLE), min_size=1, max_size=50).filter(any))
def test_evened_weights_are_the_whole_in_proportion(weights: list[int]) -> None:
    draws = [Drawn(track, weight) for track, weight in enumerate(weights)]
    found = evened(draws)
    assert sum(each.weight or 0 for each in found) == WHOLE
    total = sum(weights)
    for old, new in zip(draws, found, strict=True):
        assert old.weight is not None
        assert new.weight is not None
        assert abs(new.weight - old.weight * WHOLE / total) < 1


@given(st.permutations([(1, 333_333), (2, 333_333), (3, 1), (4, 7)]))
def test_the_order_of_tracks_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    found = evened([Drawn(*pair) for pair in pairs])
    assert {each.track_id: each.weight for each in found} == {
        each.track_id: each.weight for each in evened([Drawn(*pair) for pair in sorted(pairs)])
    }


def test_weights_that_say_nothing_stay() -> None:
    for draws in ((Drawn(1, 0), Drawn(2, 0)), (Drawn(1, 5), Drawn(2)), ()):
        assert evened(draws) == draws


def test_all_that_is_wrong_is_told() -> None:
    draws = [Drawn(1, 600_000), Drawn(1, 600_000)]
    found = list(mistakes(draws, ""))
    assert [text.split(":")[0] for text in found] == [
        "the weights add up to 1.2, and 1 is all there is",
        "1 of the tracks are named twice",
        "there are weights, but no method of attribution that gave them",
    ]
    assert list(mistakes([Drawn(1)], "ear 1")) == ["the method `ear 1` gave no weights"]
    assert list(mistakes([Drawn(1, WHOLE)], "ear 1")) == []
