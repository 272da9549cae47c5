"""The worked example of `policy/accounting/README.md`, from two deliveries to two payouts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from policy.models import Dispute, Party, PoolRun, Track
from policy.services.attributions import Drawn
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.disputes import dispute_close, dispute_open
from policy.services.ingest import delivery_record
from policy.services.payout_statements import statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, PoolAsked, pool_open
from policy.services.rulesets import ruleset_publish
from policy.services.usages import UsageSaid, usage_report
from tests import factories, trees

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
INCOME = 100_03
ANA, BEN = ("Ana Lund", "9999999770000011"), ("Ben Okri", "999999977000002X")


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Example:
    """Who and what is in it; `told` does the next step of the story."""

    ana: Party
    ben: Party
    blue: Track
    red: Track
    dispute: Dispute
    first: PoolRun


def begin() -> Example:
    """Two deliveries, a use of both tracks, a pool, a dispute; shared out, told and paid."""
    rules_in_force()
    blue = _deliver("Northwind", "Blue Hour", "ZZEXA2620001", {"P1": 100}, {"P1": 60, "P2": 40})
    red = _deliver("Kestrel", "Red Shore", "ZZEXA2620002", {"P2": 100}, {"P1": 50})
    ana, ben = (Party.objects.get(name=name) for name, _ in (ANA, BEN))
    licensee = factories.party(name="Model House")
    draws = (Drawn(blue.pk), Drawn(red.pk))
    said = UsageSaid(
        licensee=licensee, reference="run 7", kind="train_generative", starts_at=_at(8, 3),
        model="Cantor", model_version="2", units=1, draws=draws,
    )  # fmt: skip
    usage_report(said=said, actor=None, at=_at(8, 4))
    asked = PoolAsked(
        key="cantor-2026-q3", licensee=licensee, scheme="training", kinds=("train_generative",),
        currency="EUR", period=QUARTER, income=INCOME,
    )  # fmt: skip
    pool = pool_open(asked=asked, at=_at(8, 5))
    dispute = dispute_open(
        track=red, party=ana, kind="ownership", layer="master", finding_at=_at(9, 19),
        at=_at(9, 20),
    )  # fmt: skip
    first = pool_run(pool=pool, at=_at(10, 5)).run
    statements_issue(period=QUARTER, at=_at(10, 6))
    return Example(ana, ben, blue, red, dispute, first)


def go_on(example: Example) -> PoolRun:
    """Ben's appeal is won, so the pool is run again; told and paid anew."""
    dispute_close(dispute=example.dispute, outcome="rejected", at=_at(11, 2))
    run = pool_run(pool=example.first.pool, at=_at(11, 3)).run
    statements_issue(period=QUARTER, at=_at(11, 4))
    return run


def rules_in_force() -> None:
    """The shipped rulesets, live from the summer on."""
    at = _at(6, 1)
    ruleset_publish(root=trees.SHIPPED, published_by=None, at=at)
    bundle = bundle_build(root=trees.SHIPPED, at=at).bundle
    bundle_activate(bundle=bundle, live_from=at, activated_by=None, why="", at=at)


def _deliver(
    sender: str, title: str, isrc: str, master: dict[str, int], publishing: dict[str, int]
) -> Track:
    """A track with shares, as its distributor delivers it."""
    shares = [
        {"party": party, "layer": layer, "percentage": percentage}
        for layer, parts in (("master", master), ("publishing", publishing))
        for party, percentage in parts.items()
    ]
    parties = [
        {"reference": f"P{number}", "name": name, "isni": isni}
        for number, (name, isni) in enumerate((ANA, BEN), 1)
    ]
    track = {
        "reference": "A1", "title": title, "isrc": isrc, "display_artist": title.split()[0],
        "duration_seconds": 200, "shares": shares,
    }  # fmt: skip
    release = {
        "reference": "R0", "title": title, "artist": track["display_artist"], "type": "Single",
        "tracks": ["A1"],
    }  # fmt: skip
    message: dict[str, Any] = {
        "format": "catalogue/1", "message_id": title, "created_at": "2026-07-01T09:00:00Z",
        "sender": {"name": sender}, "parties": parties, "tracks": [track], "releases": [release],
    }  # fmt: skip
    recorded = delivery_record(
        raw=json.dumps(message).encode(), account=factories.account(name=sender),
        file_name="catalogue.json", received_at=_at(7, 1),
    )  # fmt: skip
    return recorded.tracks[0]
