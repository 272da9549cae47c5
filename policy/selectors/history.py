"""What was decided on a track before and after, and what differed each time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

import msgspec

from policy.models import Decision
from policy.selectors.masking import Reader

SHOWN = 12
"""Decisions of a track that a page lists, the newest ones."""

NAMED = 3
"""Differing facts that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision on the same track. `differed` are words on what was new against the one before."""

    uuid: UUID
    effect: str
    decided_at: datetime
    by_person: bool
    differed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The newest decisions on a track, newest first; `more` tells that there are older ones."""

    decisions: tuple[PastDecision, ...]
    more: bool

    def latest(self) -> PastDecision | None:
        """The decision that holds now."""
        return self.decisions[0] if self.decisions else None


def track_history(track_id: int, reader: Reader) -> History:
    """The decisions on a track; one query."""
    found = list(
        Decision.objects.filter(track=track_id)
        .select_related("snapshot", "bundle")
        .only(
            "uuid", "effect", "decided_at", "made_by_id", "bundle__digest",
            "snapshot__digest", "snapshot__content",
        )
        .order_by("-pk")[: SHOWN + 1]
    )  # fmt: skip
    pairs = zip_longest(found, found[1:])
    decisions = tuple(
        PastDecision(
            uuid=row.uuid,
            effect=row.effect,
            decided_at=row.decided_at,
            by_person=row.made_by_id is not None,
            differed=tuple(_differed(row, before, reader)) if before else (),
        )
        for row, before in pairs
    )
    return History(decisions[:SHOWN], more=len(found) > SHOWN)


def document_of(content: bytes | memoryview) -> dict[str, Any]:
    """The fact document of a stored snapshot."""
    document: dict[str, Any] = msgspec.json.decode(zlib.decompress(content))
    return document


def _differed(row: Decision, before: Decision, reader: Reader) -> Iterator[str]:
    if row.made_by_id is not None:
        yield "ruled by a person"
        return
    other_rules = row.bundle.digest != before.bundle.digest
    if other_rules:
        yield "other rules"
    old, new = document_of(before.snapshot.content), document_of(row.snapshot.content)
    if changed_facts(old, new):
        yield _facts(old, new, reader)
    elif not other_rules and row.snapshot_id != before.snapshot_id:
        yield "the same facts, later"  # every snapshot has an instant of its own


def _facts(before: Mapping[str, Any], after: Mapping[str, Any], reader: Reader) -> str:
    """The facts that differ, as far as the reader may know."""
    names = changed_facts(reader.document(before), reader.document(after))
    if not names:
        return "facts not shown to you"
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of the facts that differ between two documents, sorted; a list counts as one fact."""
    old, new = dict(_flat(before.get("track"), "")), dict(_flat(after.get("track"), ""))
    return tuple(sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path)))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    else:
        yield path, value
