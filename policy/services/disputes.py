"""Disputes over the rights in a track: opened, answered, closed.

What becomes of money meanwhile is for the rules: the dispute is a fact of its track, which every
change has evaluated again, and a pool's next run corrects what an open or closed dispute changes.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.lang.territories import CODES, WORLDWIDE
from policy.models import Dispute, Party, Track
from policy.services.audit import audit_record
from policy.services.reevaluation import evaluations_request


class DisputeRefused(Exception):
    """A dispute cannot be changed as asked; `str()` says why and what to do."""


def dispute_open(
    *,
    track: Track,
    party: Party,
    kind: str,
    layer: str,
    finding_at: datetime,
    at: datetime,
    actor: User | None = None,
    territory: str = WORLDWIDE,
    note: str = "",
) -> Dispute:
    """Record that a party contests a right in a track. Raises DisputeRefused when the same is
    open already, for a finding that is still to come, and for what is no territory."""
    if territory not in CODES:
        raise DisputeRefused(
            f"`{territory}` is no territory: write an ISO 3166-1 code, such as DE, or {WORLDWIDE}"
        )
    if finding_at > at:
        raise DisputeRefused(f"the matter cannot have come up on {finding_at:%Y-%m-%d}: not yet")
    with transaction.atomic():
        # The track is the lock: two who open the same dispute find it one after the other.
        Track.objects.select_for_update(of=("self",)).get(pk=track.pk)
        same = Dispute.objects.filter(
            track=track, party=party, layer=layer, territory=territory, closed_at=None
        ).first()
        if same is not None:
            raise DisputeRefused(
                f"{party} already disputes {layer} there: dispute {same.uuid}; close it first"
            )
        row = Dispute.objects.create(
            track=track,
            party=party,
            kind=kind,
            layer=layer,
            territory=territory,
            finding_at=finding_at,
            opened_at=at,
            note=note,
        )
        _tell(row, "dispute_open", at, actor)
    return row


def dispute_answer(
    *, dispute: Dispute, at: datetime, actor: User | None = None, note: str = ""
) -> Dispute:
    """Record that the other side has answered. Raises DisputeRefused when it is closed or was
    answered before."""
    with transaction.atomic():
        row = _open(dispute)
        if row.answered_at is not None:
            raise DisputeRefused(f"dispute {row.uuid} was answered on {row.answered_at:%Y-%m-%d}")
        row.answered_at = at
        _save(row, note)
        _tell(row, "dispute_answer", at, actor)
    return row


def dispute_close(
    *, dispute: Dispute, outcome: str, at: datetime, actor: User | None = None, note: str = ""
) -> Dispute:
    """Record how it ended: upheld, rejected, settled or expired. Raises DisputeRefused when it is
    closed, and for an outcome that is none."""
    outcomes = [word for word in Dispute.Outcome.values if word != Dispute.Outcome.OPEN]
    if outcome not in outcomes:
        raise DisputeRefused(f"`{outcome}` is no outcome: write one of {', '.join(outcomes)}")
    with transaction.atomic():
        row = _open(dispute)
        row.closed_at, row.outcome = at, outcome
        _save(row, note)
        _tell(row, "dispute_close", at, actor)
    return row


def _open(dispute: Dispute) -> Dispute:
    """The row, locked. Raises DisputeRefused when it is closed."""
    row = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if row.closed_at is not None:
        raise DisputeRefused(
            f"dispute {row.uuid} was closed on {row.closed_at:%Y-%m-%d} ({row.outcome})"
        )
    return row


def _save(row: Dispute, note: str) -> None:
    row.note = "\n".join(part for part in (row.note, note) if part)
    row.save()


def _tell(row: Dispute, action: str, at: datetime, actor: User | None) -> None:
    """The audit entry, and a new evaluation of the track with the dispute as it is now."""
    audit_record(
        actor=actor,
        action=action,
        subject=row,
        at=at,
        detail={"layer": row.layer, "territory": row.territory, "outcome": row.outcome},
    )
    evaluations_request(tracks=[row.track], at=at)
