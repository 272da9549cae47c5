"""What the owners of a track answer, place by place, and what no known owner has."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.registry.owners import NOBODY, ROUNDING, WHOLE, Owned, Stake, owners
from policy.registry.said import Ask, Said
from policy.registry.speaking import SILENT
from policy.registry.territories import WORLDWIDE, Where, where
from tests.registry.drawn import ASK, PLACES, asks, records, said, stakes


def told_in(found: tuple[Owned, ...], owner: int, layer: str, code: str) -> Owned | None:
    """What is told of an owner in a place: there, or for all that is not told apart."""
    apart = {one.territory for one in found if one.layer == layer}
    place = code if code in apart else WORLDWIDE
    rows = [one for one in found if (one.owner, one.layer, one.territory) == (owner, layer, place)]
    assert len(rows) <= 1
    return rows[0] if rows else None


@given(stakes, records, st.sampled_from(PLACES))
def test_where_the_known_shares_are_less_than_the_whole_nobody_has_the_rest_and_is_silent(
    held_by: list[Stake], given: list[Said], code: str
) -> None:
    found = owners(held_by, [], given, replace(ASK, territories=(code,)))
    rest = told_in(found, NOBODY, "master", code)
    shares = {one.owner: one.basis_points for one in found if one.owner != NOBODY}
    if rest is not None:
        assert rest.answer == SILENT
        total = [*shares.values(), rest.basis_points]
        assert None in total or sum(filter(None, total)) == WHOLE
    elif shares and None not in shares.values():
        assert sum(filter(None, shares.values())) >= WHOLE - ROUNDING * len(shares)


@given(stakes, records, asks)
def test_every_place_that_is_asked_about_is_told_once_and_as_it_is_there(
    held_by: list[Stake], given: list[Said], ask: Ask
) -> None:
    found = owners(held_by, [2], given, ask)
    for code in ask.territories or (*PLACES, "FR"):
        alone = owners(held_by, [2], given, replace(ask, territories=(code,)))
        told = {(one.owner, one.layer) for one in alone}  # nobody's, where a layer has owners there
        for owner, layer in told.union(product((1, 2, 3), ("master", "performer"))):
            there, whole = (told_in(each, owner, layer, code) for each in (alone, found))
            assert _without_ids(whole) == _without_ids(there)


@given(stakes, records, asks)
def test_owners_of_a_layer_are_told_for_the_same_places(
    held_by: list[Stake], given: list[Said], ask: Ask
) -> None:
    found = owners(held_by, [], given, ask)
    assert all(one.territory in (WORLDWIDE, *PLACES) for one in found)
    if ask.territories:
        assert len({one.territory == WORLDWIDE for one in found}) <= 1


def _without_ids(one: Owned | None) -> object:
    if one is None:
        return None
    return one.owner, one.layer, one.basis_points, replace(one.answer, spoke=())


def test_a_worldwide_use_is_told_for_the_rest_of_the_world_and_where_it_differs() -> None:
    grant = said(where=where(["Worldwide"], ["DE"]))
    found = owners([Stake(1, "master", 10_000, Where())], [], [grant], ASK)
    assert [(one.territory, one.answer.contract) for one in found] == [
        (WORLDWIDE, "granted"), ("DE", "unknown"),
    ]  # fmt: skip


def test_a_use_in_named_places_is_told_once_where_all_are_the_same() -> None:
    grants = [said(id=n, where=where([code], [])) for n, code in enumerate(("DE", "SE"))]
    held_by = [Stake(1, "master", 10_000, Where())]
    (found,) = owners(held_by, [], grants, replace(ASK, territories=("SE", "DE")))
    assert (found.territory, found.answer.contract, found.answer.spoke) == (
        WORLDWIDE, "granted", (0, 1),
    )  # fmt: skip
    both = owners(held_by, [], grants, replace(ASK, territories=("US", "DE")))
    assert [one.territory for one in both] == ["DE", "US"]


def test_a_place_without_a_known_owner_is_told_as_nobodys() -> None:
    held_by = [Stake(1, "master", 10_000, where([], ["DE"]))]
    found = owners(held_by, [], [said()], ASK)
    assert [(one.owner, one.territory, one.answer.contract) for one in found] == [
        (1, WORLDWIDE, "granted"), (NOBODY, "DE", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "rest"),
    [
        ((4_000,), [6_000]),
        ((6_000, 3_000), [1_000]),
        ((None,), [None]),
        ((4_000, None), [None]),
        ((WHOLE, None), []),
        ((3_333, 3_333, 3_333), []),
        ((3_330, 3_330, 3_325), []),
        ((3_330, 3_330, 3_324), [16]),
        ((6_000, 6_000), []),
    ],
)
def test_what_is_missing_from_the_whole_is_nobodys(
    shares: tuple[int | None, ...], rest: list[int | None]
) -> None:
    held_by = [Stake(n, "master", share, Where()) for n, share in enumerate(shares)]
    found = owners(held_by, [], [said(grantor=n) for n, _ in enumerate(shares)], ASK)
    assert [one.basis_points for one in found if one.owner == NOBODY] == rest


def test_a_layer_is_whole_in_each_place_by_itself() -> None:
    held_by = [
        Stake(1, "publishing", 5_000, Where()), Stake(2, "publishing", 5_000, where(["DE"], [])),
    ]  # fmt: skip
    found = owners(held_by, [], [], ASK)
    assert [(one.owner, one.territory) for one in found] == [
        (1, WORLDWIDE), (NOBODY, WORLDWIDE), (1, "DE"), (2, "DE"),
    ]  # fmt: skip


def test_an_artists_layer_has_no_whole() -> None:
    held_by = [Stake(1, layer, 1_000, Where()) for layer in ("performer", "likeness")]
    assert [one.owner for one in owners(held_by, [], [], ASK)] == [1, 1]


def test_shares_of_one_owner_add_up_and_an_unknown_one_makes_the_sum_unknown() -> None:
    shares = [Stake(1, "master", part, Where()) for part in (2_000, 3_000)]
    assert owners(shares, [], [], ASK)[0].basis_points == 5_000
    assert owners([*shares, Stake(1, "master", None, Where())], [], [], ASK)[0].basis_points is None
