"""Reasons name private facts only to those who may see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy.models import Decision
from policy.selectors.decision_list import list_decisions
from policy.selectors.decision_page import get_decision_page
from policy.selectors.decision_search import DecisionFilter
from policy.selectors.evidence import get_evidence
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.cast import Cast, make_cast
from tests.factories import NOW

pytestmark = pytest.mark.django_db

RULES = """\
  - id: shares-told
    title: Shares are told
    when: |
      size(track.shares) > 0
    effect: review
    reason: 'The master of "{track.title}" is held to {track.shares.map(s, s.basis_points)}.'

  - id: copies
    title: Copies
    when: |
      track.duplicates.same_isrc >= 0
    effect: review
    reason: '{track.duplicates.same_isrc} other track(s) carry {track.isrc_well_formed}.'

  - id: burst
    title: Burst
    when: |
      track.deliverer.tracks_last_week > 0
    effect: review
    reason: '{track.deliverer.name} sent {track.deliverer.tracks_last_week} track(s).'

  - id: plain
    title: Plain
    when: |
      track.isrc_well_formed
    effect: review
    reason: '"{track.title}" came (unknown).'
"""

FULL = {
    "shares-told": 'The master of "Lantern Song" is held to 10000.',
    "copies": "1 other track(s) carry yes.",
    "burst": "Northwind sent 1 track(s).",
    "plain": '"Lantern Song" came (unknown).',
}
MASKED = FULL | {
    "shares-told": 'The master of "Lantern Song" is held to (hidden).',
    "copies": "(hidden) other track(s) carry yes.",
}
OF_HOLDER = MASKED | {"burst": "Northwind sent (hidden) track(s)."}


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    trees.write_ruleset(tmp_path, "told", {"1.0.0": trees.version_text("told", RULES)})
    trees.lock(tmp_path)
    ruleset_publish(root=tmp_path, published_by=None, at=NOW)
    bundle = bundle_build(root=tmp_path, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    made = make_cast()
    factories.request(track=made.rival)
    evaluate_pending(now=NOW)
    return made


@pytest.mark.parametrize(
    ("name", "told"), [("analyst", FULL), ("distributor", MASKED), ("label", OF_HOLDER)]
)
def test_a_page_and_the_evidence_hide_what_their_reader_may_not_see(
    name: str, told: dict[str, str], cast: Cast
) -> None:
    decision = Decision.objects.get(track=cast.song)
    page = get_decision_page(cast[name], decision.uuid)
    assert page is not None
    assert {rule.finding.rule: rule.finding.reason for rule in page.deciding} == told
    evidence: Any = json.loads(get_evidence(cast[name], decision.uuid) or b"")
    assert {rule["rule"]: rule["reason"] for rule in evidence["rules"]} == told


def test_a_list_names_the_rule_where_the_reason_is_for_staff(cast: Cast) -> None:
    [row] = list_decisions(cast["label"], DecisionFilter()).rows
    assert row.reason == "Shares are told"
    rows = list_decisions(cast["analyst"], DecisionFilter()).rows
    assert FULL["shares-told"] in {row.reason for row in rows}
