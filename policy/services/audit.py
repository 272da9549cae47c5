"""Who did what, said once for every service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Model

from policy.models import AuditEntry

STAVE = "Stave"
"""The name under which Stave itself acts."""


def audit_record(
    *,
    actor: User | None,
    action: str,
    subject: Model,
    at: datetime,
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> AuditEntry:
    """Write that `actor` (None = Stave itself) did `action` to `subject`, in the caller's
    transaction.

    `action` is `<noun>_<verb>`, as the service is called. Names are copied, so that the entry can
    be read when what it names is gone.
    """
    uuid = getattr(subject, "uuid", None)
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.get_username() if actor else STAVE,
        action=action,
        object_kind=type(subject).__name__.lower(),
        object_uuid=uuid if isinstance(uuid, UUID) else None,
        object_name=str(subject)[:300],
        detail=dict(detail or {}),
        at=at,
    )
