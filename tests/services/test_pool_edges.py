"""Pools at their edges: places, rules of some territories, stopped uses, the market, the most."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from policy.models import PoolRun
from policy.services.pool_runs import pool_run
from policy.services.pools import MOST, PoolRefused
from policy.services.usages import MOST_UNITS, usage_stop
from tests import factories, money
from tests.factories import NOW
from tests.money import balances, conserved

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path) -> None:
    money.in_force(tmp_path)


def test_pools_that_follow_the_market_do_not_follow_each_other() -> None:
    lab, *owners = (factories.party() for _ in range(3))
    songs = [money.song(master={each: 10_000}, publishing={each: 10_000}) for each in owners]
    money.usage(licensee=lab, tracks=dict.fromkeys(songs))
    pool_run(pool=money.pool(licensee=lab, income=333), at=NOW)
    followers = [money.pool(licensee=lab, scheme="market", income=each) for each in (7, 100_001)]
    assert [pool_run(pool=each, at=NOW).new for each in followers * 2] == [True, True, False, False]


def test_a_rule_sets_aside_in_its_own_territories_only() -> None:
    lab, label, voice = factories.party(), factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={})
    factories.share(track=song, party=voice, layer="likeness", basis_points=10_000)
    for places in (["US"], ["DE"]):
        money.usage(licensee=lab, kind="voice_clone", tracks={song: None}, territories=places)
    run = pool_run(pool=money.pool(licensee=lab, kinds=["voice_clone"]), at=NOW).run
    conserved(run)
    lines = run.payout_lines.order_by("pk").values_list("territory", "layer")
    assert list(lines) == [("DE", "master"), ("US", "master"), ("US", "likeness")]
    assert (run.held, run.reserved) == (0, 0)


def test_one_use_in_two_territories_counts_alike_in_both() -> None:
    lab, *owners = (factories.party() for _ in range(3))
    song = factories.track()
    for owner, place in zip(owners, ("DE", "FR"), strict=True):
        for layer in ("master", "publishing"):
            factories.share(
                track=song, party=owner, layer=layer, basis_points=10_000, territories=[place]
            )
    money.usage(licensee=lab, tracks={song: None}, territories=["DE", "FR"])
    pool_run(pool=money.pool(licensee=lab, scheme="micro", income=0, minimum=1_000), at=NOW)
    assert [balances()[f"payable:party:{owner.pk}"] for owner in owners] == [500, 500]


def test_a_use_that_was_stopped_is_paid_for_what_took_place() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    use = money.usage(licensee=lab, tracks={song: None}, ends_at=NOW + timedelta(days=300))
    pool = money.pool(licensee=lab)
    pool_run(pool=pool, at=NOW)
    assert usage_stop(usage=use, why="withdrawn", actor=None, at=LATER)
    again = pool_run(pool=pool, at=LATER)
    assert (again.new, again.run.paid) == (False, 90_000)


def test_a_planned_use_that_was_stopped_never_took_place() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    use = money.usage(licensee=lab, tracks={song: None}, stage="planned")
    assert usage_stop(usage=use, why="withdrawn", actor=None, at=LATER)
    assert pool_run(pool=money.pool(licensee=lab), at=LATER).run.paid == 0


def test_the_largest_pool_is_paid_and_a_larger_one_refused() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None}, units=MOST_UNITS)
    run = pool_run(pool=money.pool(licensee=lab, income=MOST, currency="IRR"), at=NOW).run
    conserved(run)
    assert run.gross == MOST
    with pytest.raises(PoolRefused, match="which is more than a pool holds"):
        pool_run(pool=money.pool(licensee=lab, income=MOST + 1), at=NOW)
    assert PoolRun.objects.count() == 1
