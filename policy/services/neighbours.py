"""Tracks of others whose facts a delivery changes, because they look alike or are related.

Facts of duplicates and relations of a track depend on tracks that other messages deliver. When such
a track comes, changes or goes, its neighbours are evaluated again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection

from policy.models import Relation, Track
from policy.services.recordings import Face

LIMIT = 50
"""Most neighbours that one message causes to be evaluated again, the newest first.

Ten thousand copies of one track would otherwise cost ten thousand times as many evaluations. Those
left out were found to be copies when they came; what they miss is only how many more there are.
"""

_MOST_LOOKED_UP = 1_000
"""Most ISRCs, and most pairs of title and artist, that are looked up for one message."""


def neighbours(*, faces: Collection[Face], without: Iterable[int]) -> list[int]:
    """Ids of other tracks that share an ISRC, title and artist, or a relation with changed faces.

    `without` are tracks that are evaluated anyway. One query: a union of three walks along an
    index, which querysets cannot say (pairs of columns), or only slowly.
    """
    isrcs = sorted({isrc for isrc, *_ in faces if isrc})[:_MOST_LOOKED_UP]
    found = {(title, artist) for _, title, artist, *_ in faces if title and artist}
    names = sorted(found)[:_MOST_LOOKED_UP]
    known = list(without) or [0]  # no row has the id 0
    walks: list[str] = []
    values: list[str] = []
    if isrcs:
        walks += [_WITH_ISRC.format(_holes(isrcs)), _RELATED.format(_holes(isrcs))]
        values += [*isrcs, *isrcs]
    if names:
        walks.append(_NAMED.format(", ".join(["(%s, %s)"] * len(names))))
        values += [text for pair in names for text in pair]
    if not walks:
        return []
    sql = _NEWEST.format(" UNION ".join(walks), _holes(known))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *known])
        return [pk for (pk,) in cursor.fetchall()]


_TRACKS, _RELATIONS = Track._meta.db_table, Relation._meta.db_table
_WITH_ISRC = f"SELECT id FROM {_TRACKS} WHERE isrc IN ({{}})"
_RELATED = f"SELECT track_id FROM {_RELATIONS} WHERE isrc IN ({{}})"
_NAMED = f"SELECT id FROM {_TRACKS} WHERE (title_key, artist_key) IN (VALUES {{}})"
_NEWEST = (
    f"WITH alike (id) AS ({{}}) SELECT alike.id FROM alike JOIN {_TRACKS} AS track"
    " ON track.id = alike.id WHERE track.removed_at IS NULL AND alike.id NOT IN ({})"
    f" ORDER BY alike.id DESC LIMIT {LIMIT}"
)


def _holes(values: Collection[object]) -> str:
    """A placeholder for each value."""
    return ", ".join(["%s"] * len(values))
