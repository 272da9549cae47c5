"""The rows by which owners answer: shares, performers and statements, for tracks a chunk at a time.

Plain tuples, because a million tracks have some millions of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from policy.detect.names import name_key
from policy.models import Consent, ConsentProof, Contributor, Share, Track
from policy.registry.said import GRANTED, Ask

PERFORMING = ("vocals", "instrumentation")
"""Facets of contributors who are heard in a recording."""

Keys: TypeAlias = tuple[tuple[str, str], ...]
"""Scopes and subject keys by which statements can be about a track."""


class StakeRow(NamedTuple):
    """A share of the day; territories as JSON text."""

    party: int
    layer: str
    basis_points: int | None
    territories: str
    excluded: str


class SaidRow(NamedTuple):
    """A statement in force; territories as JSON text. `account` delivered it, None for nobody."""

    id: int
    grantor: int
    layer: str
    decision: str
    scope: str
    source: str
    licensee: int | None
    model: str
    model_version: str
    territories: str
    excluded: str
    condition: str
    condition_met: bool
    recorded_at: Any
    account: int | None


@dataclass(slots=True)
class Chunk:
    """What was read for some tracks, by track id; tracks that are not there have none."""

    accounts: dict[int, int] = field(default_factory=dict)
    stakes: dict[int, list[StakeRow]] = field(default_factory=dict)
    performers: dict[int, set[int]] = field(default_factory=dict)
    said: dict[int, list[SaidRow]] = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    """Reads chunks for one question; what parties say of all that they have is read once."""

    ask: Ask
    general: dict[int, list[SaidRow]] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)

    def chunk(self, ids: Sequence[int]) -> Chunk:
        """The rows of tracks; a number of queries that does not grow with them."""
        found = Chunk()
        tracks = list(_tracks(ids))
        found.accounts = {row[0]: row[1] for row in tracks}
        found.stakes = _grouped((row[0], StakeRow(*row[1:])) for row in self._shares(ids))
        found.performers = self._performers(ids)
        found.said = self._own(ids, tracks)
        self._learn({row.party for rows in found.stakes.values() for row in rows})
        self._learn({party for parties in found.performers.values() for party in parties})
        return found

    def _shares(self, ids: Sequence[int]) -> Iterable[Sequence[Any]]:
        day = self.ask.at.date()
        rows = Share.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gt=day),
            among("track", ids),
        )
        return rows.order_by("track", "pk").values_list(
            "track",
            "party",
            "layer",
            "basis_points",
            *_texts("territories", "excluded_territories"),
        )

    def _performers(self, ids: Sequence[int]) -> dict[int, set[int]]:
        rows = Contributor.objects.filter(
            among("track", ids), facet__in=PERFORMING, party__isnull=False
        )
        found: defaultdict[int, set[int]] = defaultdict(set)
        for track, party in rows.values_list("track", "party").order_by():
            found[track].add(party)
        return found

    def _own(self, ids: Sequence[int], tracks: Sequence[Sequence[Any]]) -> dict[int, list[SaidRow]]:
        """Statements about the tracks, their releases, and whatever their keys name."""
        found: defaultdict[int, list[SaidRow]] = defaultdict(list)
        for row in self._said(among("track", ids), "track"):
            found[row[-1]].append(SaidRow(*row[:-1]))
        on = _grouped((row[2], row[0]) for row in tracks)
        for row in self._said(among("release", sorted(on)), "release"):
            for track in on[row[-1]]:
                found[track].append(SaidRow(*row[:-1]))
        named = _grouped((key, row[0]) for row in tracks for key in keys_of(*row[3:]))
        for row in self._said(keyed(named), "subject_key"):
            for track in named[row[4], row[-1]]:
                found[track].append(SaidRow(*row[:-1]))
        return found

    def _learn(self, parties: set[int]) -> None:
        """Read what parties that are new say of all that they have."""
        new = parties - self.general.keys()
        self.general.update((party, []) for party in new)
        if new:
            for row in self._said(Q(grantor__in=new, scope="catalogue"), "scope"):
                self.general[row[1]].append(SaidRow(*row[:-1]))

    def _said(self, about: Q, subject: str) -> Iterable[Sequence[Any]]:
        """Statements on the use that hold and are known, with the column `subject` at the end."""
        return (
            in_force(
                Consent.objects.filter(about, use=self.ask.use, grantor__isnull=False), self.ask
            )
            .annotate(met=Exists(proofs(self.ask)))
            .order_by()
            .values_list(
                "pk",
                "grantor",
                "layer",
                "decision",
                "scope",
                "source",
                "licensee",
                "model",
                "model_version",
                *_texts("territories", "excluded_territories"),
                "condition",
                "met",
                "recorded_at",
                "delivery__account",
                subject,
            )
        )


def in_force(rows: QuerySet[Consent], ask: Ask) -> QuerySet[Consent]:
    """Those that hold at the instant of a question and are known, and may be about its licensee."""
    found = rows.filter(
        Q(valid_until=None) | Q(valid_until__gt=ask.at),
        Q(replaced_by=None) | Q(replaced_by__recorded_at__gt=ask.known_at),
        valid_from__lte=ask.at,
        recorded_at__lte=ask.known_at,
    )
    if ask.licensee is None:
        return found.filter(Q(licensee=None) | ~Q(decision=GRANTED))
    return found.filter(Q(licensee=None) | Q(licensee=ask.licensee))


def proofs(ask: Ask) -> QuerySet[ConsentProof]:
    """Proofs, known in time, that a grant's condition is met for the licensee of a question."""
    of = Q(licensee=None) | Q(licensee=ask.licensee)
    return ConsentProof.objects.filter(of, consent=OuterRef("pk"), recorded_at__lte=ask.known_at)


def keys_of(isrc: str, iswc: str, artist: str, record_label: str) -> Iterator[tuple[str, str]]:
    """Scopes and subject keys by which a statement can be about a track."""
    if isrc:
        yield "recording", isrc
    if iswc:
        yield "work", iswc
    if artist:
        yield "artist", artist
    if record_label:
        yield "label", name_key(record_label)


def keyed(names: Iterable[tuple[str, str]]) -> Q:
    """Statements whose scope and subject key are among names."""
    by = _grouped(names)
    found = Q(pk__in=())
    for scope, keys in by.items():
        found |= Q(scope=scope, subject_key__in=keys)
    return found


def among(column: str, ids: Sequence[int]) -> Q:
    """That a column is one of ascending ids: as a range where they lie close."""
    if len(ids) > 1_000 and ids[-1] - ids[0] < 2 * len(ids):
        return Q(**{f"{column}__gte": ids[0], f"{column}__lte": ids[-1]})
    return Q(**{f"{column}__in": ids})


def _tracks(ids: Sequence[int]) -> Iterable[Sequence[Any]]:
    columns = ("pk", "account", "release", "isrc", "iswc", "artist_key", "release__record_label")
    return Track.objects.filter(among("pk", ids)).order_by().values_list(*columns)


def _texts(*columns: str) -> Iterator[Any]:
    return (Cast(column, TextField()) for column in columns)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
