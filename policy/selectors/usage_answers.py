"""Reads the answers of a check, which are kept packed by some thousand tracks."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from policy.models import UsageAnswers, UsageCheck, UsageDecision

Row: TypeAlias = tuple[int, int, tuple[int, ...]]
"""An answer: ids of track, decision, and the statements that spoke for its owners."""

_rows = msgspec.json.Decoder(list[Row])


@dataclass(frozen=True, slots=True)
class Situation:
    """A decision of a check, and for how many of its tracks it is the answer."""

    decision: UsageDecision
    tracks: int

    @property
    def reasons(self) -> tuple[str, ...]:
        """The rules that decided."""
        return tuple(rule["rule"] for rule in self.decision.rules if rule["determining"])

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that stand in the way, sorted."""
        return tuple(sorted({layer for layer, *_ in self.decision.blocking if layer}))


def unpacked(content: bytes | memoryview) -> list[Row]:
    """The answers of a row of UsageAnswers."""
    return _rows.decode(zlib.decompress(bytes(content)))


def answers_of(check: UsageCheck) -> Iterator[Row]:
    """The answers of a check in the order of their tracks."""
    rows = UsageAnswers.objects.filter(usage_check=check).order_by("first_track")
    for content in rows.values_list("content", flat=True).iterator(chunk_size=20):
        yield from unpacked(content)


def answer_of(check: UsageCheck, track_id: int) -> Row | None:
    """The answer of a check for one track; None when it is none of the use's. One query."""
    rows = UsageAnswers.objects.filter(
        usage_check=check, first_track__lte=track_id, last_track__gte=track_id
    )
    found = (row for each in rows for row in unpacked(each.content))
    return next((row for row in found if row[0] == track_id), None)


def situations_of(check: UsageCheck) -> tuple[Situation, ...]:
    """The decisions of a check, that of the most tracks first. Two queries."""
    counts = Counter(decision for _, decision, _ in answers_of(check))
    rows = UsageDecision.objects.defer("trace").in_bulk(counts)
    found = (Situation(rows[pk], count) for pk, count in counts.items())
    return tuple(sorted(found, key=lambda each: (-each.tracks, each.decision.pk)))
