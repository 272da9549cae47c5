"""The tracks of one batch, and the rows that several groups of facts read.

Everything is loaded once for the whole batch, when the first group asks for it. What failed to load
is tried again by the next group that needs it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from django.db.models import Q

from policy.models import Contributor, Detection, Involvement, Share, Track

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

HEAVY = ("delivery__raw", "delivery__warnings")
"""Columns of a delivery that no fact needs and that are large."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """A recording on a release, with what its neighbours on it need to know."""

    id: int
    isrc: str
    contains_ai: str
    duration_seconds: int | None


class Batch:
    """Tracks to collect the facts of, as of an instant."""

    def __init__(self, track_ids: Iterable[int], as_of: datetime) -> None:
        self.ids: Sequence[int] = tuple(dict.fromkeys(track_ids))
        self.as_of = as_of

    @cached_property
    def tracks(self) -> dict[int, Track]:
        """The tracks with release, account and deliveries. One query."""
        rows = Track.objects.select_related("account", "delivery", "release__delivery").defer(
            *HEAVY, *(f"release__{column}" for column in HEAVY)
        )
        return rows.in_bulk(self.ids)

    @cached_property
    def siblings(self) -> dict[int, list[Sibling]]:
        """The recordings of each release, by the release's id. One query."""
        releases = {row.release_id for row in self.tracks.values()}
        rows = Track.objects.filter(release__in=releases, removed_at=None).order_by("pk")
        columns = ("release", "pk", "isrc", "contains_ai", "duration_seconds")
        return grouped((row[0], Sibling(*row[1:])) for row in rows.values_list(*columns))

    @cached_property
    def contributors(self) -> dict[int, list[Contributor]]:
        """Contributors with their parties, in their order. One query."""
        rows = Contributor.objects.filter(track__in=self.ids).select_related("party")
        return grouped((row.track_id, row) for row in rows.order_by("track", "position", "pk"))

    @cached_property
    def shares(self) -> dict[int, list[Share]]:
        """Shares on the day of the instant, with their parties. One query."""
        day = self.as_of.date()
        rows = Share.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gt=day),
            track__in=self.ids,
        )
        return grouped((row.track_id, row) for row in rows.select_related("party").order_by("pk"))

    @cached_property
    def detections(self) -> dict[int, list[Detection]]:
        """Findings up to the instant with their parties, newest first. One query."""
        rows = Detection.objects.filter(track__in=self.ids, detected_at__lte=self.as_of)
        ordered = rows.select_related("party").order_by("-detected_at", "-pk")
        return grouped((row.track_id, row) for row in ordered)

    @cached_property
    def involved(self) -> dict[int, dict[int, set[str]]]:
        """How each party has to do with each track: kinds by party's id by track's. One query."""
        found: defaultdict[int, dict[int, set[str]]] = defaultdict(dict)
        rows = Involvement.objects.filter(track__in=self.ids)
        for track, party, kind in rows.values_list("track", "party", "kind"):
            found[track].setdefault(party, set()).add(kind)
        return found


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Values by key, in their order; a key without values gives an empty list."""
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
