"""Disputes: who contests what, and that every change is audited and evaluated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.models import AuditEntry, Dispute, EvaluationRequest
from policy.services.disputes import (
    DisputeRefused,
    dispute_answer,
    dispute_close,
    dispute_open,
)
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)


def opened(**fields: Any) -> Dispute:
    """A dispute over the ownership of a new track's master."""
    given: dict[str, Any] = {
        "track": fields.pop("track", None) or factories.track(),
        "party": fields.pop("party", None) or factories.party(),
        "kind": "ownership",
        "layer": "master",
        "finding_at": NOW - timedelta(days=1),
        "at": NOW,
    }
    return dispute_open(**given | fields)


def test_every_change_is_audited_and_has_the_track_evaluated() -> None:
    ada = factories.user(name="ada")
    row = opened(actor=ada, note="Not theirs.")
    dispute_answer(dispute=row, at=LATER, actor=ada)
    closed = dispute_close(dispute=row, outcome="settled", at=LATER, actor=ada, note="Agreed.")
    assert (closed.answered_at, closed.closed_at, closed.outcome) == (LATER, LATER, "settled")
    assert closed.note == "Not theirs.\nAgreed."
    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor_name", "object_uuid")
    assert list(entries) == [
        (f"dispute_{verb}", "ada", row.uuid) for verb in ("open", "answer", "close")
    ]
    assert list(EvaluationRequest.objects.values_list("track", "as_of")) == [
        (row.track_id, NOW), (row.track_id, LATER), (row.track_id, LATER),
    ]  # fmt: skip


def test_the_same_dispute_is_open_once() -> None:
    row = opened()
    with pytest.raises(DisputeRefused, match=f"dispute {row.uuid}; close it first"):
        opened(track=row.track, party=row.party)
    opened(track=row.track, party=row.party, layer="publishing")
    opened(track=row.track)
    dispute_close(dispute=row, outcome="rejected", at=LATER)
    opened(track=row.track, party=row.party, at=LATER)
    assert Dispute.objects.count() == 4


def test_what_is_closed_stays_closed() -> None:
    row = opened()
    dispute_close(dispute=row, outcome="expired", at=LATER)
    with pytest.raises(DisputeRefused, match=r"was closed on 2026-11-25 \(expired\)"):
        dispute_answer(dispute=row, at=LATER)
    with pytest.raises(DisputeRefused, match="was closed"):
        dispute_close(dispute=row, outcome="upheld", at=LATER)
    assert AuditEntry.objects.count() == 2


def test_an_answer_is_given_once() -> None:
    row = opened()
    dispute_answer(dispute=row, at=LATER)
    with pytest.raises(DisputeRefused, match="was answered on 2026-11-25"):
        dispute_answer(dispute=row, at=LATER)


@pytest.mark.parametrize("outcome", ["open", "won"])
def test_an_outcome_that_is_none(outcome: str) -> None:
    row = opened()
    with pytest.raises(DisputeRefused, match="write one of upheld, rejected, settled, expired"):
        dispute_close(dispute=row, outcome=outcome, at=LATER)


def test_a_finding_that_is_still_to_come() -> None:
    with pytest.raises(DisputeRefused, match="not yet"):
        opened(finding_at=LATER)
    assert not Dispute.objects.exists()
