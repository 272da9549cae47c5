"""Tracks of others whose facts a delivery changes, because they look alike or are related.

Facts of duplicates and relations of a track depend on tracks that other messages deliver. When such
a track comes, changes or goes, its neighbours are evaluated again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet

from policy.models import Relation, Track
from policy.services.recordings import Face

LIMIT = 50
"""Most neighbours that one message causes to be evaluated again, the newest first.

Ten thousand copies of one track would otherwise cost ten thousand times as many evaluations. Those
left out were found to be copies when they came; what they miss is only how many more there are.
"""

_MOST_NAMES = 100
"""Most pairs of title and artist that are looked up for one message."""


def neighbours(*, faces: Collection[Face], without: Iterable[int]) -> list[int]:
    """Ids of other tracks that share an ISRC, title and artist, or a relation with changed faces.

    `without` are tracks that are evaluated anyway. Three queries at most.
    """
    isrcs = {isrc for isrc, *_ in faces if isrc}
    names = sorted({(title, artist) for _, title, artist, *_ in faces if title and artist})
    wanted = []
    if isrcs:
        wanted += [Q(isrc__in=isrcs), Q(pk__in=_related(isrcs))]
    if names:
        wanted.append(_any_of(names[:_MOST_NAMES]))
    known = list(without)
    found = {pk for condition in wanted for pk in _newest(condition, known)}
    return sorted(found, reverse=True)[:LIMIT]


def _related(isrcs: Collection[str]) -> QuerySet[Relation, int]:
    return Relation.objects.filter(isrc__in=isrcs).values_list("track", flat=True)


def _any_of(names: Collection[tuple[str, str]]) -> Q:
    return reduce(or_, (Q(title_key=title, artist_key=artist) for title, artist in names))


def _newest(condition: Q, without: Collection[int]) -> QuerySet[Track, int]:
    """The newest matches. Ordered by an expression: walking the index of ids backwards until
    enough rows match would be slow where few do."""
    found = Track.objects.filter(condition, removed_at=None).exclude(pk__in=without)
    return found.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)[:LIMIT]
