"""Disputes over the rights in a track: while one is open, what it is about is not paid."""

from __future__ import annotations

from django.db import models

from policy.models.base import Identified
from policy.models.catalogue import Layer, Track
from policy.models.parties import Party


class Dispute(Identified):
    """That a party contests a right in a track. `finding_at` is when the matter came up.

    It is open until `closed_at`. Every change is an audit entry.

    pii: links a party to a dispute.
    """

    class Kind(models.TextChoices):
        OWNERSHIP = "ownership", "Ownership"
        SHARES = "shares", "Shares"
        CONSENT = "consent", "Consent"
        OTHER = "other", "Other"

    class Outcome(models.TextChoices):
        OPEN = "open", "Open"
        UPHELD = "upheld", "Upheld: the party was right"
        REJECTED = "rejected", "Rejected"
        SETTLED = "settled", "Settled between the parties"
        EXPIRED = "expired", "Nobody answered in time"

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="disputes")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(max_length=10, choices=Kind)
    layer = models.CharField(max_length=12, choices=Layer)
    territory = models.CharField(max_length=12, default="Worldwide")
    finding_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["track", "closed_at"], name="dispute_track")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) ^ ~models.Q(outcome="open"),
                name="dispute_open_or_closed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.track_id}"
