"""The sample catalogue, delivered and decided under the shipped rulesets."""

from __future__ import annotations

from datetime import UTC, datetime

from policy.models import Account
from policy.samples.generator import Samples
from policy.services.bundles import bundle_activate, bundle_build, requeue_chunk
from policy.services.evaluation import evaluate_pending
from policy.services.ingest import delivery_record
from policy.services.rulesets import ruleset_publish
from tests.trees import SHIPPED

NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
"""After the last date from which a rule holds (2 December 2026, see labelling/parameters.yaml)."""


def deliver(samples: Samples) -> dict[tuple[str, str], int]:
    """Deliver all files, each by its own account; the track of each file and reference."""
    accounts: dict[str, Account] = {}
    found = {}
    for file in samples.files:
        dpid, name = file.sender.dpid, file.sender.name
        if dpid not in accounts:
            accounts[dpid] = Account.objects.create(
                key=dpid.lower(), name=name, dpid=dpid, created_at=file.received_at
            )
        recorded = delivery_record(
            raw=file.raw,
            account=accounts[dpid],
            file_name=file.name,
            received_at=file.received_at,
        )
        found.update({(file.name, track.reference): track.pk for track in recorded.tracks})
    return found


def decide() -> None:
    """Evaluate every track as of its delivery and then as of now, by which all dates are past."""
    ruleset_publish(root=SHIPPED, published_by=None, at=NOW)
    bundle = bundle_build(root=SHIPPED, at=NOW).bundle
    made = bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    while requeue_chunk(activation=made.activation, at=NOW):
        pass
    while evaluate_pending(now=NOW).claimed:
        pass
