"""What hangs on a track: who made it, who owns it, what it relates to, and how it is found.

These rows are the current state: a delivery of the track replaces them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from policy.services.recordings import Place

_PARTS: tuple[type[Model], ...] = (TrackTerm, Contributor, Share, Relation, Involvement)

Kind = Involvement.Kind


def credits_store(
    *,
    tracks: Sequence[tuple[Track, Place]],
    kept: Sequence[Track],
    parties: dict[str, Party],
    labels: dict[int, Party],
) -> None:
    """Replace everything that hangs on the tracks; at most ten queries.

    `kept` are the tracks that had such rows before, `parties` the rows by their reference in the
    delivery, `labels` the record label of a release by its row's id.
    """
    if kept:
        for model in _PARTS:
            model._default_manager.filter(track__in=[row.pk for row in kept]).delete()
    TrackTerm.objects.bulk_create(
        TrackTerm(track=row, term=term.encode())
        for row, place in tracks
        for term in _terms(row, place)
    )
    Contributor.objects.bulk_create(
        one for row, place in tracks for one in _contributors(row, place.delivered, parties)
    )
    Share.objects.bulk_create(
        one for row, place in tracks for one in _shares(row, place.delivered, parties)
    )
    Relation.objects.bulk_create(
        one for row, place in tracks for one in _relations(row, place.delivered)
    )
    Involvement.objects.bulk_create(
        one for row, place in tracks for one in _involvements(row, place, parties, labels)
    )


def _terms(row: Track, place: Place) -> tuple[str, ...]:
    release = place.release
    texts = (row.title, row.version_title, row.display_artist, row.isrc, release.icpn)
    return terms(texts)


def _contributors(
    row: Track, one: DeliveredTrack, parties: dict[str, Party]
) -> Iterator[Contributor]:
    for position, credit in enumerate(one.contributors, start=1):
        yield Contributor(
            track=row,
            position=position,
            party=parties[credit.party] if credit.party else None,
            special=credit.special,
            role=credit.role,
            facet=credit.facet,
            ai=credit.ai,
        )


def _shares(row: Track, one: DeliveredTrack, parties: dict[str, Party]) -> Iterator[Share]:
    for share in one.shares:
        yield Share(
            track=row,
            party=parties[share.party],
            layer=share.layer,
            basis_points=share.basis_points,
            territories=sorted(set(share.territories)),
            excluded_territories=sorted(set(share.excluded_territories)),
            valid_from=share.valid_from,
            valid_until=share.valid_until,
        )


def _relations(row: Track, one: DeliveredTrack) -> Iterator[Relation]:
    found = ((relation.kind, relation.isrc) for relation in one.relations)
    for kind, isrc in dict.fromkeys(found):
        yield Relation(track=row, kind=kind, isrc=isrc.key if isrc else "")


def _involvements(
    row: Track, place: Place, parties: dict[str, Party], labels: dict[int, Party]
) -> Iterator[Involvement]:
    """Who has to do with the track, once in each way. A display artist counts as a contributor."""
    one = place.delivered
    credited = [artist.party for artist in one.artists if artist.party]
    credited += [credit.party for credit in one.contributors if credit.party]
    found = [(parties[share.party], Kind.HOLDER) for share in one.shares]
    found += [(parties[reference], Kind.CONTRIBUTOR) for reference in credited]
    if row.release_id in labels:
        found.append((labels[row.release_id], Kind.RECORD_LABEL))
    if row.account.party:
        found.append((row.account.party, Kind.DELIVERER))
    for party_id, kind in dict.fromkeys((party.pk, kind) for party, kind in found):
        yield Involvement(track=row, party_id=party_id, kind=kind)
