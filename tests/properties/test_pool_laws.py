"""What holds of every pool that is shared out, whatever the shares: money is conserved."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from policy.accounting.accounts import AccountName
from policy.accounting.earnings import FINE
from policy.accounting.shares import PARTS, account_of, parts_of
from tests.properties.drawn_pools import SOURCE, DrawnPool, pools


@given(pools)
def test_parts_holds_fees_and_reserve_are_the_pool(pool: DrawnPool) -> None:
    found = pool.allotted()
    assert found.deducted + found.paid + found.held + found.reserved == pool.gross
    assert sum(found.accounts.values()) == pool.gross
    entries = found.entries(SOURCE, pool.currency)
    assert sum(entry.amount for entry in entries) == 0
    assert all(entry.amount for entry in entries)


@given(pools)
def test_lines_add_up_to_their_accounts_and_to_the_pool(pool: DrawnPool) -> None:
    found = pool.allotted()
    lines = list(found.lines(pool.ordered()))
    by_account: Counter[AccountName] = Counter()
    for line in lines:
        assert line.gross == line.deducted + line.net
        assert min(line.net, line.deducted) >= 0
        by_account[line.account] += line.net
    shared = {name: n for name, n in found.accounts.items() if name.kind in ("payable", "hold")}
    assert by_account == {name: amount * FINE for name, amount in shared.items()}
    if lines and not pool.unattributed:
        assert sum(line.gross for line in lines) == (pool.gross - found.reserved) * FINE


@given(pools)
def test_every_account_is_less_than_a_minor_unit_off_its_exact_part(pool: DrawnPool) -> None:
    found = pool.allotted()
    claims: Counter[AccountName] = Counter()
    weights = {}
    for earning in pool.ordered():
        for layer in earning.layers:
            for part in parts_of(layer) if layer.rate and earning.weight else ():
                points = earning.weight * layer.rate
                claims[account_of(part.party, part.hold)] += points * part.parts
                weights[earning.place] = earning.weight
    total, weight = claims.total(), sum(weights.values())
    left = Fraction(pool.gross * (10_000 - pool.deduction), 10_000)
    for name, claim in claims.items():
        exact = left * Fraction(weight, weight + pool.unattributed) * Fraction(claim, total)
        assert abs(found.accounts[name] - exact) < 1
    assert total == found.sums.points * PARTS


@given(pools, st.randoms())
def test_the_order_of_what_goes_in_decides_nothing(pool: DrawnPool, chance: Random) -> None:
    mixed = []
    for earning in pool.earnings:
        holders = [list(layer.holders) for layer in earning.layers]
        for one in holders:
            chance.shuffle(one)
        layers = [
            replace(layer, holders=tuple(one))
            for layer, one in zip(earning.layers, holders, strict=True)
        ]
        mixed.append(replace(earning, layers=tuple(layers)))
    chance.shuffle(mixed)
    other = replace(pool, earnings=tuple(mixed))
    assert other.allotted() == pool.allotted()
    lines = list(other.allotted().lines(other.ordered()))
    assert lines == list(pool.allotted().lines(pool.ordered()))


@given(pools)
def test_the_order_of_layers_moves_no_money_between_accounts(pool: DrawnPool) -> None:
    turned = tuple(replace(each, layers=each.layers[::-1]) for each in pool.earnings)
    assert replace(pool, earnings=turned).allotted().accounts == pool.allotted().accounts


@given(pools)
def test_a_pool_that_is_taken_back_takes_exactly_what_it_gave(pool: DrawnPool) -> None:
    back = pool.allotted(-1)
    assert back.accounts == {name: -n for name, n in pool.allotted().accounts.items()}
    assert sum(line.net for line in back.lines(pool.ordered())) == (back.paid + back.held) * FINE


@given(pools)
def test_what_a_rule_holds_is_not_paid(pool: DrawnPool) -> None:
    held = {
        (earning.place, layer.layer)
        for earning in pool.earnings
        for layer in earning.layers
        if layer.hold
    }
    for line in pool.allotted().lines(pool.ordered()):
        if ((line.track, line.kind, line.territory), line.layer) in held:
            assert line.status == "held"
