"""Digests of transactions: a chain that shows any change of what was posted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

GENESIS = ""
"""What stands for the transaction before the first one."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting as it goes into a digest: the row of its account, and what that is called."""

    account: int
    kind: str
    key: str
    party: int | None
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Head:
    """A transaction without its postings. `reverses` is the digest of what it turns round."""

    uuid: UUID
    kind: str
    key: str
    reason: str
    value_date: date
    reverses: str
    actor: int | None
    at: datetime


def digest(previous: str, head: Head, postings: Iterable[Posted]) -> str:
    """SHA-256 in hexadecimal over the digest before, a transaction and its postings.

    Postings come in the order of their accounts' ids. Every value stands on a line of its own with
    its length, so that no two transactions have the same text.
    """
    found = hashlib.sha256()
    instant = head.at.astimezone(UTC).isoformat(timespec="microseconds")
    for value in (
        previous, str(head.uuid), head.kind, head.key, head.reason, head.value_date.isoformat(),
        head.reverses, "" if head.actor is None else str(head.actor), instant,
    ):  # fmt: skip
        found.update(_line(value))
    for one in postings:
        party = "" if one.party is None else one.party
        text = f"{one.account} {one.kind} {party} {one.currency} {one.amount} {one.key}"
        found.update(_line(text))
    return found.hexdigest()


def _line(text: str) -> bytes:
    raw = text.encode()
    return b"%d:%s\n" % (len(raw), raw)
