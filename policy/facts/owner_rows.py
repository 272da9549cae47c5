"""The rows by which owners answer: shares, performers and statements, for tracks a chunk at a time.

A million tracks have some millions of rows, so they are plain tuples, and all of a row that does
not say who or which is one text: tracks with equal texts have equal answers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from typing import Any, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from policy.detect.names import name_key
from policy.models import Consent, ConsentProof, Contributor, Share, Track
from policy.models.consents import known
from policy.registry.said import ARTIST_LAYERS, GRANTED, Ask

PERFORMING = ("vocals", "instrumentation")
"""Facets of contributors who are heard in a recording."""

Held: TypeAlias = tuple[int, str]
"""A share: its party, and STAKE as text."""

Spoken: TypeAlias = tuple[int, int, str, str]
"""A statement in force: its id and grantor, SAID as text, and when it was recorded, as a text that
sorts as the instants do."""

General: TypeAlias = tuple[int | None, Spoken]
"""A statement that names no row, and the account from which alone it counts, if it is such."""

STAKE = ("layer", "basis_points", "territories", "excluded_territories")
SAID = (
    "decision", "layer", "scope", "source", "assurance", "licensee", "model", "model_version",
    "territories", "excluded_territories", "condition", "met",
)  # fmt: skip
"""The columns of the texts, in their order."""

SEPARATOR = "\x1f"
"""Between the columns of a text; no name contains it."""

_NAMES = {
    "recording": "isrc", "work": "iswc", "artist": "artist_key", "label": "release__record_label",
}  # fmt: skip
"""Scopes of statements that name no row, and the columns of tracks that bear their keys."""

_MANY = 2_000
"""Artists up to which a query names them."""

_FEW = 1_000
"""Values up to which each is a parameter."""


@dataclass(slots=True)
class Chunk:
    """What was read for some tracks, by track id; tracks that are not there have no account."""

    accounts: dict[int, int]
    stakes: dict[int, list[Held]]
    performers: dict[int, list[int]]
    said: dict[int, list[Spoken]]


@dataclass(slots=True)
class Reader:
    """Reads chunks for one question. What parties say of all that they have is read once.

    `artists` are those who say something of their performance or likeness, and `scopes` those that
    there are statements of; None when nobody has looked.
    """

    ask: Ask
    artists: frozenset[int] | None = None
    scopes: frozenset[str] | None = None
    general: dict[int, list[General]] = field(default_factory=dict)

    @classmethod
    def of_many(cls, ask: Ask) -> Reader:
        """A reader that first looks what it may leave out, for tracks in their thousands."""
        said = in_force(Consent.objects.filter(use=ask.use, layer__in=ARTIST_LAYERS), ask)
        artists = said.order_by().values_list("grantor", flat=True).distinct()
        scopes = [
            scope for scope in (*_NAMES, "release") if Consent.objects.filter(scope=scope).exists()
        ]
        return cls(ask, frozenset(filter(None, artists)), frozenset(scopes))

    def chunk(self, ids: Sequence[int]) -> Chunk:
        """The rows of tracks, whose ids ascend; a number of queries that does not grow with them.

        Statements by names are those of owners and performers only.
        """
        tracks = list(self._tracks(ids))
        accounts = {row[0]: row[1] for row in tracks}
        stakes: defaultdict[int, list[Held]] = defaultdict(list)
        for track, party, text in self._shares(ids):
            stakes[track].append((party, text))
        performers = _grouped(self._performers(ids))
        self._learn({party for rows in stakes.values() for party, _ in rows})
        self._learn({party for parties in performers.values() for party in parties})
        found = Chunk(accounts, stakes, performers, {})
        found.said = self._own(ids, tracks, found)
        return found

    def _named(self) -> tuple[str, ...]:
        """Scopes of names and numbers that there are statements of."""
        return tuple(scope for scope in _NAMES if self.scopes is None or scope in self.scopes)

    def _tracks(self, ids: Sequence[int]) -> Iterable[Sequence[Any]]:
        names = [_NAMES[scope] for scope in self._named()]
        rows = Track.objects.filter(among("pk", ids)).order_by()
        return fetched(rows.values_list("pk", "account", "release", *names))

    def _shares(self, ids: Sequence[int]) -> Iterable[Any]:
        day = self.ask.at.astimezone(UTC).date()
        rows = Share.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gt=day),
            among("track", ids),
        )
        ordered = rows.order_by("track", "pk")
        return fetched(ordered.values_list("track", "party", _text(STAKE)))

    def _performers(self, ids: Sequence[int]) -> Iterable[Any]:
        if self.artists is not None and not self.artists:
            return ()
        rows = Contributor.objects.filter(among("track", ids), facet__in=PERFORMING)
        if self.artists is not None and len(self.artists) <= _MANY:
            rows = rows.filter(party__in=self.artists)
        found = rows.filter(party__isnull=False).order_by("track", "party").distinct()
        pairs = fetched(found.values_list("track", "party"))
        if self.artists is None:
            return pairs
        return [pair for pair in pairs if pair[1] in self.artists]

    def _own(
        self, ids: Sequence[int], tracks: Sequence[Sequence[Any]], chunk: Chunk
    ) -> dict[int, list[Spoken]]:
        """Statements about the tracks, their releases, and whatever they are called."""
        found: defaultdict[int, list[Spoken]] = defaultdict(list)
        for row in self._said("track", among("track", ids)):
            found[row[0]].append(row[2:])
        if self.scopes is None or "release" in self.scopes:
            on = _grouped((row[2], row[0]) for row in tracks)
            for row in self._said("release", among("release", sorted(on))):
                for track in on[row[0]]:
                    found[track].append(row[2:])
        scopes = self._named()
        named = _grouped((key, row[0]) for row in tracks for key in _keys(scopes, row[3:]))
        for (scope, key), rows in self._by_name(named).items():
            for track in named[scope, key]:
                self._called(track, rows, chunk, found[track])
        return found

    def _called(
        self, track: int, rows: Iterable[General], chunk: Chunk, found: list[Spoken]
    ) -> None:
        parties = {party for party, _ in chunk.stakes.get(track, ())}
        parties.update(chunk.performers.get(track, ()))
        account = chunk.accounts[track]
        for only, said in rows:
            if said[1] in parties and only in (None, account):
                found.append(said)

    def _by_name(self, names: Iterable[tuple[str, str]]) -> dict[Any, list[General]]:
        """One query for each scope: of many names in one query no index would find them."""
        found: defaultdict[Any, list[General]] = defaultdict(list)
        for scope, keys in _grouped(names).items():
            about = Q(scope=scope) & one_of("subject_key", keys)
            for row in self._said("subject_key", about):
                found[scope, row[0]].append(_general(row))
        return found

    def _learn(self, parties: set[int]) -> None:
        """Read what parties that are new say of all that they have."""
        new = parties - self.general.keys()
        self.general.update((party, []) for party in new)
        for row in self._said("scope", _catalogues(new)) if new else ():
            self.general[row[3]].append(_general(row))

    def _said(self, subject: str, about: Q) -> Iterable[Any]:
        """Statements on the use that hold and are known: a column of theirs, and who delivered
        them, before the fields of Spoken."""
        rows = Consent.objects.filter(about, use=self.ask.use, grantor__isnull=False)
        met = Exists(proofs(self.ask))
        found = in_force(rows, self.ask).annotate(met=met).order_by()
        columns = (subject, "delivery__account", "pk", "grantor", _text(SAID))
        return fetched(found.values_list(*columns, Cast("recorded_at", TextField())))


def fetched(rows: QuerySet[Any, Any]) -> list[Any]:
    """All rows of columns that both databases give as they are, without Django's steps between."""
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
        return found


def in_force(rows: QuerySet[Consent], ask: Ask) -> QuerySet[Consent]:
    """Those that hold at the instant of a question and are known, and may be about its licensee."""
    found = known(rows, ask.known_at).filter(
        Q(valid_until=None) | Q(valid_until__gt=ask.at), valid_from__lte=ask.at
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
    return _keys(tuple(_NAMES), (isrc, iswc, artist, record_label))


def _keys(scopes: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for scope, name in zip(scopes, names, strict=True):
        if name:
            yield scope, _label_key(name) if scope == "label" else name


_label_key = lru_cache(maxsize=10_000)(name_key)


def keyed(names: Iterable[tuple[str, str]]) -> Q:
    """Statements whose scope and subject key are among names; an empty condition for no names."""
    found = Q()
    for scope, keys in _grouped(names).items():
        found |= Q(scope=scope, subject_key__in=keys)
    return found


def among(column: str, ids: Sequence[int]) -> Q:
    """That a column is one of ascending ids: as a range where they lie close."""
    if len(ids) > _FEW and ids[-1] - ids[0] < 2 * len(ids):
        return Q(**{f"{column}__gte": ids[0], f"{column}__lte": ids[-1]})
    return one_of(column, ids)


def one_of(column: str, values: Collection[int] | Collection[str]) -> Q:
    """That a column is one of some values; many are one parameter, a list in JSON.

    Tens of thousands of parameters cost more than the rows that they find.
    """
    if len(values) <= _FEW:
        return Q(**{f"{column}__in": values})
    return Q(_OneOf(F(column), Value(json.dumps(list(values)))))


class _OneOf(Func):
    """A column, and values as JSON."""

    arg_joiner = " IN (SELECT value FROM json_each("
    template = "(%(expressions)s)))"
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same by its functions, which give texts."""
        column = self.get_source_expressions()[0]
        number = column.output_field.get_internal_type() != "CharField"
        cast = "::bigint" if number else ""
        return self.as_sql(
            compiler,
            connection,
            **context,
            arg_joiner=" IN (SELECT jsonb_array_elements_text(",
            template=f"(%(expressions)s::jsonb){cast}))",
        )


def _catalogues(parties: set[int]) -> Q:
    return Q(scope="catalogue") & one_of("grantor", sorted(parties))


def _general(row: Sequence[Any]) -> General:
    """A statement that names no row. A grant by a delivery counts only from its account."""
    return row[1] if row[4].startswith(GRANTED) else None, (row[2], row[3], row[4], row[5])


def _text(columns: Sequence[str]) -> Func:
    """Columns as one text. Not Django's Concat, which nests deeper than SQLite can parse."""
    parts: list[Any] = []
    for column in columns:
        parts += [Coalesce(Cast(column, TextField()), Value("")), Value(SEPARATOR)]
    return Func(
        *parts[:-1], template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField()
    )


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
