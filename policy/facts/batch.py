"""The subjects of one batch, and the rows that several groups of facts read.

Everything is loaded once for the whole batch, when the first group asks for it, for all instants of
the batch; what holds at a subject's own instant is chosen here, not in the database. What failed to
load is tried again by the next group that needs it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from policy.models import Contributor, Detection, Involvement, Share, Track

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

HEAVY = ("delivery__raw", "delivery__warnings")
"""Columns of a delivery that no fact needs and that are large."""


class Subject(NamedTuple):
    """A track as of an instant: what one fact document is about."""

    track_id: int
    as_of: datetime


class Credit(NamedTuple):
    """One role of one party, or of a special contributor, which has neither party nor name."""

    party_id: int | None
    name: str | None
    role: str
    facet: str
    ai: str
    special: str


class Holding(NamedTuple):
    """A party's share of a layer; `basis_points` None when it was delivered as unknown."""

    party_id: int
    name: str
    layer: str
    basis_points: int | None
    territories: list[str]
    excluded: list[str]
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Sibling:
    """A recording on a release, with what its neighbours on it need to know."""

    id: int
    isrc: str
    contains_ai: str
    duration_seconds: int | None


class Batch:
    """Subjects to collect the facts of."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._wanted = tuple(dict.fromkeys(subjects))
        self.ids: Sequence[int] = tuple({subject.track_id for subject in self._wanted})

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Those whose track is there."""
        return tuple(subject for subject in self._wanted if subject.track_id in self.tracks)

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """The earliest and the latest instant of the batch."""
        instants = [subject.as_of for subject in self._wanted]
        return min(instants), max(instants)

    def track(self, subject: Subject) -> Track:
        """The track of a subject."""
        return self.tracks[subject.track_id]

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
    def contributors(self) -> dict[int, list[Credit]]:
        """Contributors in their order, by track. One query."""
        rows = Contributor.objects.filter(track__in=self.ids).order_by("track", "position", "pk")
        columns = ("track", "party", "party__name", "role", "facet", "ai", "special")
        return grouped((row[0], Credit(*row[1:])) for row in rows.values_list(*columns))

    @cached_property
    def involved(self) -> dict[int, dict[int, set[str]]]:
        """How each party has to do with each track: kinds by party's id by track's. One query."""
        found: defaultdict[int, dict[int, set[str]]] = defaultdict(dict)
        rows = Involvement.objects.filter(track__in=self.ids)
        for track, party, kind in rows.values_list("track", "party", "kind"):
            found[track].setdefault(party, set()).add(kind)
        return found

    def shares(self, subject: Subject) -> list[Holding]:
        """The shares of the day of the instant. One query for the batch."""
        day = subject.as_of.date()
        return [
            row
            for row in self._shares[subject.track_id]
            if (row.valid_from is None or row.valid_from <= day)
            and (row.valid_until is None or row.valid_until > day)
        ]

    def detections(self, subject: Subject) -> list[Detection]:
        """Findings up to the instant with their parties, newest first. One query for the batch."""
        rows = self._detections[subject.track_id]
        return [row for row in rows if row.detected_at <= subject.as_of]

    @cached_property
    def _shares(self) -> dict[int, list[Holding]]:
        rows = Share.objects.filter(track__in=self.ids).order_by("pk").values_list(
            "track", "party", "party__name", "layer", "basis_points", "territories",
            "excluded_territories", "valid_from", "valid_until",
        )  # fmt: skip
        return grouped((row[0], Holding(*row[1:])) for row in rows)

    @cached_property
    def _detections(self) -> dict[int, list[Detection]]:
        rows = Detection.objects.filter(track__in=self.ids).select_related("party")
        return grouped((row.track_id, row) for row in rows.order_by("-detected_at", "-pk"))

    def each(self, facts: Callable[[Track], V]) -> dict[Subject, V]:
        """Facts that do not depend on the instant, found out once for each track."""
        found = {pk: facts(row) for pk, row in self.tracks.items()}
        return {subject: found[subject.track_id] for subject in self.subjects}


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Values by key, in their order; a key without values gives an empty list."""
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
