"""The shipped rules share pools out: what is known is paid, what is not known or disputed waits."""

from __future__ import annotations

import pytest

from policy.models import PayoutLine
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.disputes import dispute_open
from policy.services.pool_runs import pool_run
from policy.services.rulesets import ruleset_publish
from tests import factories, money, trees
from tests.factories import NOW


@pytest.mark.django_db
def test_the_shipped_rules_pay_what_is_known_and_hold_the_rest() -> None:
    ruleset_publish(root=trees.SHIPPED, published_by=None, at=NOW)
    bundle = bundle_build(root=trees.SHIPPED, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="", at=NOW)
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
