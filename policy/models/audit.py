"""Who did what. Rows outlive the objects that they name."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified


class AuditEntry(AppendOnly, Identified):
    """One act of a person or of Stave itself; names are copied so that the row stays readable.

    pii: actor, actor_name.
    """

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60, db_index=True)
    object_kind = models.CharField(max_length=40)
    object_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    object_name = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action}"
