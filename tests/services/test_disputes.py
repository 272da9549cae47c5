"""Disputes: who contests what, and that every change is audited and evaluated."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.models import AuditEntry, Dispute, EvaluationRequest
from policy.services import disputes
from policy.services.disputes import (
    DisputeRefused,
    dispute_answer,
    dispute_close,
    dispute_open,
    disputes_expire,
)
from policy.services.pool_runs import pool_run
from tests import factories, money
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


def test_what_nobody_answers_in_time_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    money.in_force(tmp_path, dispute_answer="259200s")  # three days
    monkeypatch.setattr(disputes, "CHUNK", 1)
    silent, other, answered = (opened() for _ in range(3))
    dispute_answer(dispute=answered, at=NOW)
    late = opened(at=NOW + timedelta(seconds=1))
    EvaluationRequest.objects.all().delete()
    assert disputes_expire(now=LATER) == 0, "the last instant is still in time"
    after = LATER + timedelta(seconds=1)
    assert disputes_expire(now=after) == 2
    assert disputes_expire(now=after) == 0
    ended = Dispute.objects.filter(outcome="expired", closed_at=after)
    assert set(ended) == {silent, other}
    assert set(Dispute.objects.filter(closed_at=None)) == {answered, late}
    told = AuditEntry.objects.filter(action="dispute_expire").values_list("object_uuid", "at")
    assert set(told) == {(silent.uuid, after), (other.uuid, after)}
    asked = EvaluationRequest.objects.values_list("track", "as_of")
    assert set(asked) == {(silent.track_id, after), (other.track_id, after)}


def test_without_a_time_to_answer_no_dispute_ends(tmp_path: Path) -> None:
    opened()
    assert disputes_expire(now=LATER + timedelta(days=9_999)) == 0
    money.in_force(tmp_path)
    assert disputes_expire(now=LATER + timedelta(days=9_999)) == 0


def test_what_an_expired_dispute_held_is_paid_by_the_next_run(tmp_path: Path) -> None:
    money.in_force(tmp_path, dispute_answer="259200s")
    lab, label = factories.party(), factories.party()
    song = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    pool = money.pool(licensee=lab)
    opened(track=song, party=lab)
    assert pool_run(pool=pool, at=NOW).run.held == 67_500
    after = LATER + timedelta(seconds=1)
    disputes_expire(now=after)
    run = pool_run(pool=pool, at=after).run
    assert (run.number, run.held, run.paid) == (2, 0, 90_000)
