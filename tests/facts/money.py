"""Rows of disputes and of shared out money, as far as facts read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from policy.models import Dispute, LedgerAccount, PayoutLine, Pool, PoolRun, Track, UsageDecision
from tests import factories
from tests.factories import NOW


def dispute(*, track: Track, **fields: Any) -> Dispute:
    """An open dispute over the ownership of the master."""
    said = {"kind": "ownership", "layer": "master", "opened_at": NOW, "finding_at": NOW}
    return Dispute.objects.create(track=track, party=factories.party(), **(said | fields))


def pool(**fields: Any) -> Pool:
    """A pool for training in the year before NOW."""
    said: dict[str, Any] = {
        "key": f"pool-{Pool.objects.count()}",
        "title": "Training",
        "licensee": factories.party(),
        "scheme": "training",
        "currency": "EUR",
        "period_from": date(2025, 11, 1),
        "period_until": date(2026, 11, 1),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Pool.objects.create(**(said | fields))


def run(pool: Pool, **fields: Any) -> PoolRun:
    """A run of a pool, of which one minor unit is held."""
    said = {
        "number": pool.runs.count() + 1,
        "bundle": factories.bundle(),
        "gross": 1,
        "deducted": 0,
        "paid": 0,
        "held": 1,
        "reserved": 0,
        "lines": 1,
        "ran_at": NOW,
    }
    return PoolRun.objects.create(pool=pool, **(said | fields))


def line(run: PoolRun, track: Track, hold: str = "") -> PayoutLine:
    """What a run has for a track, payable or held for a reason."""
    account, _ = LedgerAccount.objects.get_or_create(
        kind="hold" if hold else "payable", key=hold, currency="EUR", defaults={"opened_at": NOW}
    )
    return PayoutLine.objects.create(
        run=run,
        position=run.payout_lines.count(),
        track=track,
        account=account,
        decision=_decision(run),
        kind="train_generative",
        layer="master",
        territory="Worldwide",
        basis="equal",
        units=1,
        weight=1,
        gross=1_000_000,
        deducted=0,
        net=1_000_000,
        status="held" if hold else "payable",
        hold=hold,
    )


def _decision(run: PoolRun) -> UsageDecision:
    return UsageDecision.objects.create(
        bundle=run.bundle,
        snapshot=factories.snapshot(),
        effect="allow",
        worldwide="allow",
        trace=b"",
        decided_at=NOW,
    )
