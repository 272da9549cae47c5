"""The queue of record, and the facts as they were seen."""

from __future__ import annotations

from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Track
from policy.models.evidence import Delivery


class EvaluationRequest(Identified):
    """That a track must be evaluated as of an instant. This row is the truth; a broker message is
    a nudge.

    Claimed by compare-and-set (or SKIP LOCKED) with a lease: a worker that dies leaves
    `lease_until` behind and the sweep takes the row back. After too many attempts it is parked
    with its error. On a queued row `lease_until` is the instant before which nobody claims it.

    pii: none.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        CLAIMED = "claimed", "Claimed"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    class Cause(models.TextChoices):
        DELIVERY = "delivery", "Delivered"
        ACTIVATION = "activation", "New rules"
        REQUESTED = "requested", "Asked for"
        NEIGHBOUR = "neighbour", "A related track changed"
        CONSENT = "consent", "A statement of consent began or ended"

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="requests")
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    cause = models.CharField(max_length=12, choices=Cause, default=Cause.DELIVERY)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    decision = models.ForeignKey(
        "policy.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # One state each: SQLite does not see that `state = x` lies within `state IN (...)`.
            models.Index(fields=["id"], name="request_queued", condition=models.Q(state="queued")),
            models.Index(
                fields=["lease_until"], name="request_claimed", condition=models.Q(state="claimed")
            ),
            models.Index(fields=["delivery", "state"], name="request_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.track_id} as of {self.as_of} ({self.state})"


class FactSnapshot(AppendOnly):
    """The facts of one subject as seen: canonical JSON (zlib), found by its SHA-256.

    pii: names of contributors and parties; kept as evidence.
    """

    digest = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]
