"""Parties and accounts are told of something, each once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from policy.models import Notice
from policy.services.bulk import insert_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a party or an account is told. `kind` and `about` (row ids) make the matter one: the
    same to the same is told once. `due_at` is by when it must act, None when it need not."""

    kind: str
    about: tuple[int, ...]
    text: str
    party_id: int | None = None
    account_id: int | None = None
    usage_id: int | None = None
    consent_id: int | None = None
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """Digest of who is told and of what."""
        whom = f"party {self.party_id} account {self.account_id}"
        return hashlib.sha256(f"{self.kind} {self.about} {whom}".encode()).hexdigest()


def notices_send(*, telling: Iterable[Telling], at: datetime) -> None:
    """Write notices, in the caller's transaction; those that were written before are left. One
    query."""
    insert_rows(
        Notice,
        (
            "uuid", "key", "kind", "party_id", "account_id", "usage_id", "consent_id", "text",
            "due_at", "sent_at",
        ),
        [
            (
                uuid.uuid4(), one.key, one.kind, one.party_id, one.account_id, one.usage_id,
                one.consent_id, one.text, one.due_at, at,
            )
            for one in telling
        ],
        new=False,
    )  # fmt: skip
