"""Shares of a layer: known ones are paid, unknown ones held, and never more than the whole."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.accounting.earnings import Holder, LayerEarning
from policy.accounting.shares import PARTS, account_of, is_whole, parts_of

THIRDS = ((1, 3333), (2, 3333), (3, 3333))


def _parts(*holders: Holder, **fields: object) -> list[tuple[int | None, int | None, int, str]]:
    layer = LayerEarning("master", 3000, holders, **fields)  # type: ignore[arg-type]  # of the test
    return [(one.party, one.basis_points, one.parts, one.hold) for one in parts_of(layer)]


def test_shares_that_are_the_whole_are_paid() -> None:
    assert _parts((2, 4_000), (1, 6_000)) == [
        (1, 6_000, 60_000_000, ""), (2, 4_000, 40_000_000, ""),
    ]  # fmt: skip


def test_what_no_known_share_takes_is_held() -> None:
    assert _parts((1, 6_000)) == [
        (1, 6_000, 60_000_000, ""), (None, 4_000, 40_000_000, "unclaimed_share"),
    ]  # fmt: skip
    assert _parts((1, 6_000), (2, None))[1] == (None, 4_000, 40_000_000, "share_unknown")
    assert _parts((1, None)) == [(None, 10_000, PARTS, "share_unknown")]
    assert _parts((1, 6_000), rest="shares-fall-short")[1][3] == "shares-fall-short"


def test_a_share_of_nothing_gets_no_line() -> None:
    assert _parts((1, 10_000), (2, 0)) == [(1, 10_000, PARTS, "")]
    assert _parts((1, 0)) == [(None, 10_000, PARTS, "unclaimed_share")]


def test_a_layer_without_holders_is_unmatched_whatever_else_is_said() -> None:
    assert _parts() == [(None, None, PARTS, "unmatched")]
    assert _parts(hold="disputed") == [(None, None, PARTS, "unmatched")]


def test_a_held_layer_shows_each_holder_what_is_held_of_its() -> None:
    assert _parts((1, 6_000), hold="disputed") == [
        (1, 6_000, 60_000_000, "disputed"), (None, 4_000, 40_000_000, "disputed"),
    ]  # fmt: skip


def test_an_over_claim_is_held_as_a_whole_unless_it_is_prorated() -> None:
    held = _parts((1, 6_000), (2, 6_000))
    assert held == [
        (1, 6_000, 50_000_000, "over_claim"), (2, 6_000, 50_000_000, "over_claim"),
    ]  # fmt: skip
    assert [part[2:] for part in _parts((1, 6_000), (2, 6_000), prorate=True)] == [
        (50_000_000, ""), (50_000_000, ""),
    ]  # fmt: skip
    assert _parts((1, 9_000), (2, 9_000), (3, None), prorate=True)[0][3] == "over_claim"
    assert _parts((1, 9_000), (2, 9_000), prorate=True, hold="disputed")[0][3] == "disputed"


def test_three_thirds_are_the_whole_where_rounding_is_allowed() -> None:
    assert is_whole(THIRDS, 5)
    assert [part[2] for part in _parts(*THIRDS, prorate=True)] == [
        33_333_334, 33_333_333, 33_333_333,
    ]  # fmt: skip
    assert _parts(*THIRDS)[3] == (None, 1, 10_000, "unclaimed_share")


@pytest.mark.parametrize(
    "holders", [((1, 9_994),), ((1, 10_001),), ((1, 9_999), (2, None)), (), ((1, 5_000),)]
)
def test_more_than_rounding_is_not_the_whole(holders: tuple[Holder, ...]) -> None:
    assert not is_whole(holders, 5)


shares = st.sampled_from((None, 0, 1, 3_333, 5_000, 10_000, 12_000))
holdings = st.dictionaries(st.integers(1, 50), shares, max_size=8).map(
    lambda found: tuple(found.items())
)
layers = st.builds(
    LayerEarning,
    st.just("master"), st.just(3_000), holdings, st.sampled_from(("", "disputed")),
    st.sampled_from(("", "shares-fall-short")), st.booleans(),
)  # fmt: skip


@given(layers)
def test_parts_are_the_whole_and_only_nobody_is_without_an_account_of_its_own(
    layer: LayerEarning,
) -> None:
    parts = parts_of(layer)
    assert sum(part.parts for part in parts) == PARTS
    for part in parts:
        assert part.parts > 0
        assert account_of(part.party, part.hold).party == part.party
        assert part.hold or part.party is not None


@given(layers)
def test_nobody_is_paid_for_shares_that_are_unknown_or_claimed_twice(layer: LayerEarning) -> None:
    claimed = sum(share or 0 for _, share in layer.holders)
    paid = {part.party: part.parts for part in parts_of(layer) if not part.hold}
    if layer.hold or (claimed > 10_000 and not layer.prorate):
        assert not paid
    if not layer.prorate:
        for party, share in layer.holders:
            assert paid.get(party, 0) <= (share or 0) * 10_000


@given(layers, st.randoms())
def test_the_order_of_holders_decides_nothing(layer: LayerEarning, chance: Random) -> None:
    mixed = list(layer.holders)
    chance.shuffle(mixed)
    other = LayerEarning(
        layer.layer, layer.rate, tuple(mixed), layer.hold, layer.rest, layer.prorate
    )
    assert parts_of(other) == parts_of(layer)
