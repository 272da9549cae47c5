"""Every planted case through the whole product: delivered, evaluated under the shipped rulesets.

The sample catalogue claims of each case which rule fires on it, or stays silent. This is where the
claim is held against the rules.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from policy.models import Decision, Finding
from policy.samples.generator import generate
from tests.sample_catalogue import NOW, decide, deliver


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
    tracks = deliver(samples)
    decide()
    fired = _fired()
    wrong = [
        f"{case.ruleset}/{case.rule} should {'fire' if case.fires else 'be silent'}: {case.note}"
        for case in samples.planted
        for reference in case.tracks
        if (case.rule in fired[tracks[case.file, reference]]) is not case.fires
    ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
