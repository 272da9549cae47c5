"""A pool's run: who gets what, what is held, and that money is conserved whatever happens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Sum

from policy.models import (
    AuditEntry,
    Notice,
    PayoutLine,
    Pool,
    PoolRun,
    Transaction,
    UsageDecision,
)
from policy.services.disputes import dispute_close, dispute_open
from policy.services.pool_runs import pool_run
from policy.services.pools import PoolRefused, pool_change
from policy.services.usage_decisions import usage_decision_replay
from tests import factories, money
from tests.factories import NOW
from tests.money import balances, conserved

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path) -> None:
    money.in_force(tmp_path)


def test_an_equal_pool_pays_each_track_alike() -> None:
    lab, label, writer = (factories.party(name=name) for name in ("Soundlab", "Halcyon", "Ines"))
    one = money.song(master={label: 10_000}, publishing={writer: 5_000, label: 5_000})
    two = money.song(master={writer: 10_000}, publishing={writer: 10_000})
    money.usage(licensee=lab, tracks={one: None, two: None})
    money.usage(licensee=lab, tracks={one: None})  # used twice, counted once
    run = pool_run(pool=money.pool(licensee=lab), at=NOW).run
    conserved(run)
    # 1,000.00 less a tenth; master and publishing 3 : 1; both tracks alike.
    assert balances() == {
        f"licensee:party:{lab.pk}": -100_000,
        "deduction:training": 10_000,
        f"payable:party:{label.pk}": 33_750 + 5_625,
        f"payable:party:{writer.pk}": 5_625 + 33_750 + 11_250,
    }
    assert (run.gross, run.deducted, run.paid, run.held) == (100_000, 10_000, 90_000, 0)
    assert AuditEntry.objects.filter(action="pool_run", object_uuid=run.uuid).count() == 1


def test_every_line_names_the_decision_that_it_follows_from() -> None:
    lab, label = factories.party(name="Soundlab"), factories.party()
    songs = [money.song(master={label: 10_000}, publishing={label: 10_000}) for _ in range(3)]
    money.usage(licensee=lab, tracks=dict.fromkeys(songs))
    pool_run(pool=money.pool(licensee=lab), at=NOW)
    decision = UsageDecision.objects.get()  # equal situations are one
    assert set(PayoutLine.objects.values_list("decision", flat=True)) == {decision.pk}
    assert usage_decision_replay(decision=decision) == ()
    assert [rule["rule"] for rule in decision.rules] == ["earns-master", "earns-publishing"]
    assert decision.rules[0]["reason"] == 'Soundlab reported train_generative of "{title}".'


def test_the_same_again_is_the_same_run() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    pool = money.pool(licensee=lab)
    first = pool_run(pool=pool, at=NOW)
    again = pool_run(pool=pool, at=LATER)
    assert (first.new, again.new) == (True, False)
    assert again.run == first.run
    assert (PoolRun.objects.count(), Transaction.objects.count()) == (1, 1)


def test_a_correction_reverses_and_posts_anew_and_leads_back() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    pool = money.pool(licensee=lab)
    first = pool_run(pool=pool, at=NOW).run
    before = balances()
    second = pool_run(pool=pool_change(pool=pool, income=50_001, at=LATER), at=LATER).run
    assert second.corrects == first
    assert balances()[f"licensee:party:{lab.pk}"] == -50_001
    third = pool_run(pool=pool_change(pool=pool, income=100_000, at=LATER), at=LATER).run
    assert balances() == before
    kinds = Transaction.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["accrual", "reversal", "accrual", "reversal", "accrual"]
    assert (third.number, third.input_digest) == (3, first.input_digest)
    for run in (first, second, third):
        conserved(run)


def test_what_is_disputed_is_held_where_it_is_disputed_and_paid_when_that_is_over() -> None:
    lab, label, writer = factories.party(), factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={writer: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    pool = money.pool(licensee=lab)
    dispute = dispute_open(
        track=song, party=factories.party(), kind="ownership", layer="master", finding_at=NOW,
        at=NOW,
    )  # fmt: skip
    held = pool_run(pool=pool, at=NOW).run
    conserved(held)
    assert balances()[f"hold:disputed-master:party:{label.pk}"] == 67_500
    assert balances()[f"payable:party:{writer.pk}"] == 22_500
    notice = Notice.objects.get()
    assert (notice.party, notice.kind) == (label, "payout_held")
    assert (
        notice.text == f"Of pool {pool.title}, money for you is held: 675.00 EUR (disputed-master)."
    )
    line = PayoutLine.objects.get(status="held")
    assert (line.party, line.layer, line.hold) == (label, "master", "disputed-master")
    assert "disputed-master" in [rule["rule"] for rule in line.decision.rules]
    dispute_close(dispute=dispute, outcome="rejected", at=LATER)
    paid = pool_run(pool=pool, at=LATER).run
    assert (paid.held, paid.paid) == (0, 90_000)
    assert f"hold:disputed-master:party:{label.pk}" not in balances()
    assert Notice.objects.count() == 1


def test_two_disputes_hold_two_layers() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    for layer in ("publishing", "master"):
        dispute_open(
            track=song, party=factories.party(), kind="shares", layer=layer, finding_at=NOW, at=NOW
        )
    run = pool_run(pool=money.pool(licensee=lab), at=NOW).run
    assert (run.paid, run.held) == (0, 90_000)
    holds = PayoutLine.objects.order_by("layer").values_list("hold", flat=True)
    assert list(holds) == ["disputed-master", "disputed-publishing"]
    conserved(run)


def test_what_another_ruleset_holds_back_of_a_track_is_held() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    finding = factories.finding(
        decision=factories.decision(track=song), ruleset="duplicates", rule_key="copied"
    )
    duty = factories.obligation(finding=finding, do="hold_payout", details={"layer": "master"})
    pool = money.pool(licensee=lab)
    held = pool_run(pool=pool, at=NOW).run
    assert balances()[f"hold:copied:party:{label.pk}"] == held.held == 67_500
    duty.state = "lapsed"
    duty.save()
    assert pool_run(pool=pool, at=LATER).run.held == 0


def test_a_dispute_elsewhere_holds_nothing_here() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None}, territories=["NO", "SE"])
    dispute_open(
        track=song, party=factories.party(), kind="shares", layer="master", territory="SE",
        finding_at=NOW, at=NOW,
    )  # fmt: skip
    run = pool_run(pool=money.pool(licensee=lab), at=NOW).run
    lines = PayoutLine.objects.filter(layer="master").order_by("territory")
    assert [(line.territory, line.status) for line in lines] == [("NO", "payable"), ("SE", "held")]
    assert run.held == 33_750
    conserved(run)


def test_unknown_shares_and_nobody_at_all() -> None:
    lab, label, writer = factories.party(), factories.party(), factories.party()
    song = money.song(master={}, publishing={label: 4_000, writer: None})
    money.usage(licensee=lab, tracks={song: None})
    conserved(pool_run(pool=money.pool(licensee=lab), at=NOW).run)
    found = balances()
    assert found["hold:unmatched"] == 67_500
    assert found[f"payable:party:{label.pk}"] == 9_000
    assert found["hold:share_unknown"] == 13_500


def test_thirds_are_the_whole_and_too_much_is_held() -> None:
    lab, *parties = (factories.party() for _ in range(4))
    thirds = money.song(master=dict.fromkeys(parties, 3_333), publishing={parties[0]: 10_000})
    twice = money.song(master=dict.fromkeys(parties[:2], 10_000), publishing={})
    money.usage(licensee=lab, tracks={thirds: None, twice: None})
    conserved(pool_run(pool=money.pool(licensee=lab), at=NOW).run)
    found = balances()
    assert [found[f"payable:party:{party.pk}"] for party in parties[1:]] == [11_250, 11_250]
    assert found[f"hold:shares-over:party:{parties[0].pk}"] == 16_875


def test_a_share_in_one_territory_counts_there() -> None:
    lab, here, world = factories.party(), factories.party(), factories.party()
    song = factories.track()
    for layer in ("master", "publishing"):
        factories.share(track=song, party=here, layer=layer, territories=["SE"])
        factories.share(track=song, party=world, layer=layer, excluded_territories=["SE"])
    money.usage(licensee=lab, tracks={song: None}, territories=["SE"])
    run = pool_run(pool=money.pool(licensee=lab), at=NOW).run
    assert list(PayoutLine.objects.values_list("party", flat=True)) == [here.pk, here.pk]
    conserved(run)


def test_outputs_are_shared_by_attribution_and_artificial_ones_count_nowhere() -> None:
    lab, one, two = factories.party(), factories.party(), factories.party()
    first = money.song(master={one: 10_000}, publishing={one: 10_000})
    second = money.song(master={two: 10_000}, publishing={two: 10_000})
    both = {first: 750_000, second: 250_000}
    money.usage(licensee=lab, kind="generate_output", tracks=both, units=100, artificial_units=20)
    money.usage(licensee=lab, kind="generate_output", tracks={second: 10**6}, units=9,
                artificial_units=9)  # fmt: skip
    pool = money.pool(licensee=lab, scheme="outputs", kinds=["generate_output"])
    run = pool_run(pool=pool, at=NOW).run
    # 40 % of net income (30 for masters, 10 for works), three quarters of it to the first.
    assert (run.gross, run.paid) == (40_000, 40_000)
    assert balances()[f"payable:party:{one.pk}"] == 30_000
    assert set(PayoutLine.objects.values_list("track", "units")) == {
        (first.pk, 80),
        (second.pk, 80),
    }
    conserved(run)


def test_what_is_not_attributed_goes_by_how_tracks_were_used_in_training() -> None:
    lab, one, two = factories.party(), factories.party(), factories.party()
    first = money.song(master={one: 10_000}, publishing={one: 10_000})
    second = money.song(master={two: 10_000}, publishing={two: 10_000})
    money.usage(licensee=lab, tracks={first: None}, units=3)
    money.usage(licensee=lab, tracks={second: None}, units=1)
    money.usage(licensee=lab, kind="generate_output", tracks={second: 500_000}, units=8)
    pool = money.pool(licensee=lab, scheme="outputs", kinds=["generate_output"])
    run = pool_run(pool=pool, at=NOW).run
    # Half is attributed to the second; of the other half the first has three quarters.
    assert balances()[f"payable:party:{one.pk}"] == 40_000 * 3 // 8
    assert balances()[f"payable:party:{two.pk}"] == 40_000 * 5 // 8
    conserved(run)


@pytest.mark.parametrize(
    ("scheme", "reserved", "paid"), [("kept", 75_000, 25_000), ("alike", 0, 100_000)]
)
def test_what_is_not_attributed_is_kept_or_shared_alike(
    scheme: str, reserved: int, paid: int
) -> None:
    lab, label = factories.party(), factories.party()
    songs = [money.song(master={label: 10_000}, publishing={label: 10_000}) for _ in range(2)]
    weights = {songs[0]: 250_000, songs[1]: None}
    money.usage(licensee=lab, kind="generate_output", tracks=weights, units=4)
    pool = money.pool(licensee=lab, scheme=scheme, kinds=["generate_output"])
    run = pool_run(pool=pool, at=NOW).run
    assert (run.reserved, run.paid) == (reserved, paid)
    nets = PayoutLine.objects.order_by("track").values_list("track").annotate(Sum("net"))
    half = [0, 37_500] if scheme == "alike" else []
    expected = [62_500, 37_500] if half else [25_000]
    assert [net for _, net in nets] == [each * 10**6 for each in expected]
    conserved(run)


def test_by_market_share_tracks_get_as_other_pools_pay_for_them() -> None:
    lab, one, two = factories.party(), factories.party(), factories.party()
    first = money.song(master={one: 10_000}, publishing={one: 10_000})
    second = money.song(master={two: 10_000}, publishing={two: 10_000})
    money.usage(licensee=lab, kind="generate_output", tracks={first: 200_000, second: 800_000})
    pool_run(pool=money.pool(licensee=lab, scheme="outputs", kinds=["generate_output"]), at=NOW)
    money.usage(licensee=lab, kind="remix", tracks={}, units=5)
    market = money.pool(licensee=lab, scheme="market", kinds=["remix"], income=1_000)
    run = pool_run(pool=market, at=NOW).run
    nets = PayoutLine.objects.filter(run=run).values_list("track").annotate(Sum("net"))
    assert dict(nets) == {first.pk: 200 * 10**6, second.pk: 800 * 10**6}
    conserved(run)


def test_an_amount_for_each_use() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None}, units=10_000, artificial_units=400)
    pool = money.pool(licensee=lab, scheme="micro", currency="KWD", income=0)
    run = pool_run(pool=pool, at=NOW).run
    assert run.gross == 9_600 * 2_500 * 1_000 // 10**6
    conserved(run)


def test_a_rule_can_leave_a_use_out() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, kind="cover", tracks={song: None})
    run = pool_run(pool=money.pool(licensee=lab, kinds=["cover"]), at=NOW).run
    assert (run.lines, run.paid, run.reserved) == (0, 0, 90_000)
    conserved(run)


def test_uses_of_others_other_times_and_other_models_do_not_count() -> None:
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    after = money.DURING.replace(month=10, day=1, hour=0)
    money.usage(licensee=factories.party(), tracks={song: None}, model="m")
    money.usage(licensee=lab, tracks={song: None}, model="m", starts_at=after)
    money.usage(licensee=lab, tracks={song: None}, model="other")
    money.usage(licensee=lab, tracks={song: None}, model="m", stage="planned")
    money.usage(licensee=lab, kind="remix", tracks={song: None}, model="m")
    run = pool_run(pool=money.pool(licensee=lab, model="m"), at=NOW).run
    assert (run.lines, run.reserved) == (0, 90_000)


def test_a_pool_that_comes_to_nothing_posts_nothing() -> None:
    lab = factories.party()
    run = pool_run(pool=money.pool(licensee=lab, scheme="outputs"), at=NOW).run
    assert (run.gross, run.transaction, run.lines) == (0, None, 0)


def test_a_pool_whose_period_is_not_over_waits() -> None:
    pool = money.pool(licensee=factories.party())
    Pool.objects.filter(pk=pool.pk).update(period_until=(NOW + timedelta(days=2)).date())
    pool.refresh_from_db()
    with pytest.raises(PoolRefused, match=f"pool `{pool.key}` can be run from 2026-11-24 on"):
        pool_run(pool=pool, at=NOW)
    assert not PoolRun.objects.exists()


def test_a_scheme_without_numbers_refuses_the_run() -> None:
    pool = money.pool(licensee=factories.party(), scheme="trainin")
    with pytest.raises(PoolRefused, match="did you mean `training`"):
        pool_run(pool=pool, at=NOW)
