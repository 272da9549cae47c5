"""Every planted case through the whole product: delivered, evaluated under the shipped rulesets.

The sample catalogue claims of each case which rule fires on it, or stays silent. This is where the
claim is held against the rules.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy.models import Account, Decision, Finding
from policy.samples.generator import Samples, generate
from policy.services.bundles import bundle_activate, bundle_build, requeue_chunk
from policy.services.evaluation import evaluate_pending
from policy.services.ingest import delivery_record
from policy.services.rulesets import ruleset_publish

RULESETS = Path(__file__).resolve().parents[2] / "rulesets"
NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
"""After the last date from which a rule holds (2 December 2026, see labelling/parameters.yaml)."""


def _deliver(samples: Samples) -> dict[tuple[str, str], int]:
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


def _evaluate() -> None:
    """Evaluate every track as of its delivery and then as of now, by which all dates are past."""
    ruleset_publish(root=RULESETS, published_by=None, at=NOW)
    bundle = bundle_build(root=RULESETS, at=NOW).bundle
    made = bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    while requeue_chunk(activation=made.activation, at=NOW):
        pass
    while evaluate_pending(now=NOW).claimed:
        pass


def _fired() -> dict[int, set[str]]:
    """`ruleset/rule` of all that matched in the latest decision of each track."""
    latest = {decision.track_id: decision.pk for decision in Decision.objects.order_by("pk")}
    matched = defaultdict(set)
    for finding in Finding.objects.filter(decision__in=latest.values(), status="matched"):
        matched[finding.decision_id].add(finding.rule_key)
    return {track: matched[decision] for track, decision in latest.items()}


@pytest.mark.django_db
def test_every_planted_case_comes_out_as_planted() -> None:
    samples = generate(deliveries=12, until=NOW)
    tracks = _deliver(samples)
    _evaluate()
    fired = _fired()
    wrong = [
        f"{case.ruleset}/{case.rule} should {'fire' if case.fires else 'be silent'}: {case.note}"
        for case in samples.planted
        for reference in case.tracks
        if (case.rule in fired[tracks[case.file, reference]]) is not case.fires
    ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
