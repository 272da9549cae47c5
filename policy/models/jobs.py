"""Long work that workers do: rows are the queue of record here too."""

from __future__ import annotations

from django.db import models

from policy.models.base import Identified


class Job(Identified):
    """One piece of long work about one row: claimed with a lease, done in steps.

    `subject_id` is the id of the row that it is about, `cursor` how far its steps have come. A
    worker that dies leaves `lease_until` behind, and another one goes on from the cursor. After
    too many attempts it is parked with its error.

    pii: none.
    """

    class Kind(models.TextChoices):
        USAGE_CHECK = "usage_check", "Answer a use"
        WITHDRAWAL = "withdrawal", "Carry out a withdrawal"
        POOL_RUN = "pool_run", "Share out a pool"
        STATEMENTS = "statements", "Issue payout statements"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        CLAIMED = "claimed", "Claimed"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    kind = models.CharField(max_length=12, choices=Kind)
    subject_id = models.BigIntegerField()
    cursor = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(state__in=["queued", "claimed"]),
                name="job_once_at_a_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="job_waiting",
                condition=models.Q(state__in=["queued", "claimed"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} ({self.state})"


class Sweep(models.Model):
    """How far in time a sweep has come: everything up to `reached_at` is done.

    While one is under way, `until` is where it is going to, and `after` the last row that it has
    dealt with, so that whoever dies leaves nothing out and does nothing twice.

    pii: none.
    """

    key = models.SlugField(max_length=40, unique=True)
    reached_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} up to {self.reached_at}"
