"""What hangs on a track: who made it, who owns it, what it relates to, and how it is found.

These rows are the current state: a delivery of the track replaces them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from django.db.models import Model

from policy.detect.names import terms
from policy.ingest.delivery import DeliveredTrack
from policy.models import (
    Contributor,
    Involvement,
    Party,
    Relation,
    Share,
    Track,
    TrackTerm,
)
from policy.services.bulk import insert_rows
from policy.services.recordings import Place

_PARTS: tuple[type[Model], ...] = (TrackTerm, Contributor, Share, Relation, Involvement)

Kind = Involvement.Kind

Values: TypeAlias = tuple[object, ...]


def credits_store(
    *,
    tracks: Sequence[tuple[Track, Place]],
    kept: Sequence[Track],
    parties: dict[str, Party],
    labels: dict[int, Party],
) -> None:
    """Replace everything that hangs on the tracks; at most ten statements.

    `kept` are the tracks that had such rows before, `parties` the rows by their reference in the
    delivery, `labels` the record label of a release by its row's id.
    """
    if kept:
        for model in _PARTS:
            model._default_manager.filter(track__in=[row.pk for row in kept]).delete()
    _insert(TrackTerm, ("track_id", "term"), tracks, _terms)
    _insert(
        Contributor,
        ("track_id", "position", "party_id", "special", "role", "facet", "ai"),
        tracks,
        lambda row, place: _contributors(row, place.delivered, parties),
    )
    _insert(
        Share,
        (
            *("track_id", "party_id", "layer", "basis_points", "territories"),
            *("excluded_territories", "valid_from", "valid_until"),
        ),
        tracks,
        lambda row, place: _shares(row, place.delivered, parties),
    )
    _insert(
        Relation,
        ("track_id", "kind", "isrc"),
        tracks,
        lambda row, place: _relations(row, place.delivered),
    )
    _insert(
        Involvement,
        ("track_id", "party_id", "kind"),
        tracks,
        lambda row, place: _involvements(row, place, parties, labels),
    )


def _insert(
    model: type[Model],
    columns: Sequence[str],
    tracks: Iterable[tuple[Track, Place]],
    values: Callable[[Track, Place], Iterable[Values]],
) -> None:
    """Insert a model's rows of every track; one statement."""
    rows = (value for row, place in tracks for value in values(row, place))
    insert_rows(model, columns, rows, new=True)


def _terms(row: Track, place: Place) -> Iterator[Values]:
    release = place.release
    texts = (row.title, row.version_title, row.display_artist, row.isrc, release.icpn)
    return ((row.pk, term.encode()) for term in terms(texts))


def _contributors(row: Track, one: DeliveredTrack, parties: dict[str, Party]) -> Iterator[Values]:
    for position, credit in enumerate(one.contributors, start=1):
        party = parties[credit.party].pk if credit.party else None
        yield row.pk, position, party, credit.special, credit.role, credit.facet, credit.ai


def _shares(row: Track, one: DeliveredTrack, parties: dict[str, Party]) -> Iterator[Values]:
    for share in one.shares:
        where = sorted(set(share.territories)), sorted(set(share.excluded_territories))
        what = parties[share.party].pk, share.layer, share.basis_points
        yield row.pk, *what, *where, share.valid_from, share.valid_until


def _relations(row: Track, one: DeliveredTrack) -> Iterator[Values]:
    found = ((relation.kind, relation.isrc) for relation in one.relations)
    for kind, isrc in dict.fromkeys(found):
        yield row.pk, kind, isrc.key if isrc else ""


def _involvements(
    row: Track, place: Place, parties: dict[str, Party], labels: dict[int, Party]
) -> Iterator[Values]:
    """Who has to do with the track, once in each way. A display artist counts as a contributor."""
    one = place.delivered
    credited = [artist.party for artist in one.artists if artist.party]
    credited += [credit.party for credit in one.contributors if credit.party]
    found = [(parties[share.party].pk, Kind.HOLDER) for share in one.shares]
    found += [(parties[reference].pk, Kind.CONTRIBUTOR) for reference in credited]
    if row.release_id in labels:
        found.append((labels[row.release_id].pk, Kind.RECORD_LABEL))
    if row.account.party_id:
        found.append((row.account.party_id, Kind.DELIVERER))
    return ((row.pk, party, kind) for party, kind in dict.fromkeys(found))
