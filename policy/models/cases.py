"""Human review: a case, and the append-only log of what happened to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Track
from policy.models.decisions import Decision


class Case(Identified):
    """A track that a person must look at, because a decision said review or could not be sure.

    pii: none.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="cases")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["track"], condition=models.Q(state="open"), name="one_open_case_per_track"
            )
        ]

    def __str__(self) -> str:
        return f"case on {self.track_id} ({self.state})"


class CaseEvent(AppendOnly):
    """What happened to a case, when and by whom (null = Stave itself).

    pii: actor.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=40)
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.what
