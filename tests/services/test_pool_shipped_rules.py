"""The shipped rules share pools out: what is known is paid, what is not known or disputed waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.models import PayoutLine
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.disputes import dispute_answer, dispute_open
from policy.services.pool_runs import pool_run
from policy.services.rulesets import ruleset_publish
from tests import factories, money, trees
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def shipped_in_force() -> None:
    """Put the shipped rules in force."""
    ruleset_publish(root=trees.SHIPPED, published_by=None, at=NOW)
    bundle = bundle_build(root=trees.SHIPPED, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="", at=NOW)


def test_the_shipped_rules_pay_what_is_known_and_hold_the_rest() -> None:
    shipped_in_force()
    lab, one, two = (factories.party() for _ in range(3))
    thirds = money.song(master={one: 10_000}, publishing={one: 4_000, two: None})
    over = money.song(master={one: 5_500, two: 5_500}, publishing={two: 10_000})
    disputed = money.song(master={}, publishing={two: 10_000})
    money.usage(licensee=lab, tracks=dict.fromkeys((thirds, over, disputed)))
    dispute_open(
        track=disputed, party=one, kind="ownership", layer="publishing", finding_at=NOW, at=NOW
    )
    run = pool_run(pool=money.pool(licensee=lab, income=60_000), at=NOW).run
    lines = PayoutLine.objects.filter(run=run).values_list("track", "layer", "party", "hold", "net")
    layer = 9_000 * 10**6  # 600.00 less a tenth, three songs, two layers alike
    assert set(lines) == {
        (thirds.pk, "master", one.pk, "", layer),
        (thirds.pk, "publishing", one.pk, "", layer * 4 // 10),
        (thirds.pk, "publishing", None, "share-unknown", layer * 6 // 10),
        (over.pk, "master", one.pk, "shares-over-master", layer // 2),
        (over.pk, "master", two.pk, "shares-over-master", layer // 2),
        (over.pk, "publishing", two.pk, "", layer),
        (disputed.pk, "master", None, "unmatched", layer),
        (disputed.pk, "publishing", two.pk, "disputed-publishing", layer),
    }


def test_a_dispute_of_after_the_period_that_nobody_answers_holds_no_money_for_ever() -> None:
    shipped_in_force()
    lab, label, other = (factories.party() for _ in range(3))
    songs = [money.song(master={label: 10_000}, publishing={label: 10_000}) for _ in range(2)]
    money.usage(licensee=lab, tracks=dict.fromkeys(songs))
    answered, _ = (
        dispute_open(
            track=song, party=other, kind="ownership", layer="master", finding_at=NOW, at=NOW
        )
        for song in songs
    )
    dispute_answer(dispute=answered, at=NOW)
    pool = money.pool(licensee=lab, income=40_000)
    in_days = {days: pool_run(pool=pool, at=NOW + timedelta(days=days)) for days in (0, 20, 40, 41)}
    assert [(ran.new, ran.run.held) for ran in in_days.values()] == [
        (True, 18_000), (False, 18_000), (True, 9_000), (False, 9_000),
    ]  # fmt: skip
