"""Sharing a pool out: to the minor unit on accounts, to a millionth of it on lines."""

from __future__ import annotations

import pytest

from policy.accounting.accounts import LICENSEE, AccountName, deduction, held, payable, reserve
from policy.accounting.allotment import Allotment, EarningsDiffer, OutOfOrder, Sums, allot
from policy.accounting.earnings import FINE, Earning, Holder, LayerEarning

WORD = "training"
SOURCE = AccountName(LICENSEE, "party:9", 9)


def _earning(
    track: int, *layers: LayerEarning, weight: int = 1, kind: str = "train_generative"
) -> Earning:
    return Earning(track, kind, "Worldwide", weight, weight, layers)


def _master(*holders: Holder, rate: int = 3_000, hold: str = "") -> LayerEarning:
    return LayerEarning("master", rate, holders, hold)


def _publishing(*holders: Holder, rate: int = 3_000) -> LayerEarning:
    return LayerEarning("publishing", rate, holders)


def _allot(
    earnings: list[Earning], gross: int = 100_00, points: int = 1_500, unattributed: int = 0
) -> Allotment:
    sums = Sums.of(earnings)
    return allot(sums, gross=gross, deduction_points=points, word=WORD, unattributed=unattributed)


def test_layers_share_by_rate_tracks_by_weight_and_parties_by_share() -> None:
    earnings = [
        _earning(1, _master((1, 10_000)), _publishing((2, 10_000), rate=1_000)),
        _earning(2, _master((3, 10_000)), _publishing((4, 10_000), rate=1_000), weight=3),
    ]
    found = _allot(earnings, gross=1_600, points=0)
    assert found.accounts == {
        deduction(WORD): 0, payable(1): 300, payable(2): 100, payable(3): 900, payable(4): 300,
        reserve(WORD): 0,
    }  # fmt: skip
    assert found.sums.layers["master"].weight == 4
    assert found.sums.rate == (16_000, 4)


def test_uses_with_different_layers_earn_at_the_rates_of_their_own() -> None:
    """One voice among many tracks earns as one use, not the whole of its layer."""
    voice = LayerEarning("likeness", 1_000, ((3, 10_000),))
    earnings = [_earning(track, _master((1, 10_000))) for track in range(99)]
    found = _allot([*earnings, _earning(99, voice)], gross=298_00, points=0)
    assert (found.accounts[payable(1)], found.accounts[payable(3)]) == (297_00, 1_00)


def test_every_account_is_rounded_once_and_ties_go_to_the_first_key() -> None:
    earnings = [_earning(1, _master((1, 5_000), (2, 5_000)))]
    found = _allot(earnings, gross=1, points=0)
    assert (found.accounts[payable(1)], found.accounts[payable(2)]) == (1, 0)
    assert [(str(each.account), each.amount) for each in found.entries(SOURCE, "JPY")] == [
        ("licensee:party:9", -1), ("payable:party:1", 1),
    ]  # fmt: skip


def test_what_is_held_lies_on_an_account_for_each_reason_and_party() -> None:
    earnings = [
        _earning(1, _master((1, 6_000), (2, None))),
        _earning(2, _master((1, 10_000), hold="disputed")),
        _earning(3, _master()),
    ]
    found = _allot(earnings, gross=300, points=0)
    assert {name: amount for name, amount in found.accounts.items() if amount} == {
        payable(1): 60, held("share_unknown", None): 40, held("disputed", 1): 100,
        held("unmatched", None): 100,
    }  # fmt: skip
    assert (found.paid, found.held) == (60, 240)


def test_weight_without_a_track_goes_to_the_reserve() -> None:
    found = _allot([_earning(1, _master((1, 10_000)), weight=3)], gross=1_000, unattributed=1)
    assert (found.deducted, found.paid, found.reserved) == (150, 638, 212)  # 637.5 and 212.5
    (line,) = found.lines([_earning(1, _master((1, 10_000)), weight=3)])
    assert line.deducted == 112_500_000  # three quarters of the deduction


def test_a_pool_that_nobody_earned_from_is_kept_after_the_deduction() -> None:
    silent = [
        _earning(1),
        _earning(2, _master((1, 10_000)), weight=0),
        _earning(3, _master(rate=0)),
    ]
    for earnings in ([], silent):
        found = _allot(earnings)
        assert (found.deducted, found.reserved, found.paid, found.held) == (15_00, 85_00, 0, 0)
        assert list(found.lines(earnings)) == []


def test_a_pool_of_nothing_posts_nothing() -> None:
    found = _allot([_earning(1, _master((1, 10_000)))], gross=0)
    assert found.entries(SOURCE, "EUR") == ()


def test_lines_tell_gross_deduction_and_net_and_add_up_to_their_account() -> None:
    earnings = [_earning(track, _master((1, 3_333), (2, 6_667))) for track in range(3)]
    found = _allot(earnings, gross=100)
    lines = list(found.lines(earnings))
    assert [line.party for line in lines] == [1, 2] * 3
    for party in (1, 2):
        net = sum(line.net for line in lines if line.party == party)
        assert net == found.accounts[payable(party)] * FINE
    assert sum(line.deducted for line in lines) == 15 * FINE
    assert all(line.gross == line.deducted + line.net for line in lines)
    assert {line.status for line in lines} == {"payable"}


def test_ten_thousand_parties_of_one_track_get_the_whole() -> None:
    earnings = [_earning(1, _master(*((party, 1) for party in range(10_000))))]
    found = _allot(earnings, gross=123_457, points=0)
    assert found.paid == 123_457
    assert set(found.accounts.values()) == {0, 12, 13}
    assert sum(line.net for line in found.lines(earnings)) == 123_457 * FINE


def test_earnings_that_are_out_of_order_or_twice_there_are_refused() -> None:
    one, two = _earning(1, _master((1, 10_000))), _earning(2, _master((1, 10_000)))
    for earnings in ([two, one], [one, one]):
        with pytest.raises(OutOfOrder, match=r"'Worldwide'\) comes after"):
            Sums.of(earnings)


def test_a_second_reading_that_differs_is_noticed() -> None:
    one, two = _earning(1, _master((1, 10_000))), _earning(2, _master((1, 10_000)))
    other = _earning(2, _master((2, 10_000)))
    found = _allot([one, two])
    for earnings in ([one], [one, other], []):
        with pytest.raises(EarningsDiffer):
            list(found.lines(earnings))
