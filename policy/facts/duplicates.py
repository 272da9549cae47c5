"""What else in the catalogue carries the same ISRC, or the same title and artist.

Counted by what can differ, not track by track: a thousand copies that look alike are one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min
from msgspec import UNSET

from policy.facts.batch import Batch, Subject, grouped
from policy.facts.document import Duplicates
from policy.facts.group import Group, Part, source
from policy.models import Track

NEAR = 2
"""Seconds by which playing times of one recording may differ."""

MOST_SOURCES = 10
"""Other tracks that are named as sources; the oldest of each kind."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Tracks that look the same; `first` is the id of the oldest."""

    isrc: str
    title_key: str
    artist_key: str
    account_id: int
    duration_seconds: int | None
    count: int
    first: int

    def without(self, track: Track) -> int:
        """How many of them are other tracks than this one."""
        return self.count - (track.removed_at is None and self.has(track))

    def has(self, track: Track) -> bool:
        """Whether the track looks like them."""
        names = ("isrc", "title_key", "artist_key", "account_id", "duration_seconds")
        return all(getattr(self, name) == getattr(track, name) for name in names)


def _provide(batch: Batch) -> dict[Subject, Part]:
    by_isrc = grouped((row.isrc, row) for row in _same_isrc(batch.tracks.values()))
    by_name = grouped(((row.title_key, row.artist_key), row) for row in _same_names(batch.ids))
    firsts = {row.first for rows in (*by_isrc.values(), *by_name.values()) for row in rows}
    uuids = dict(Track.objects.filter(pk__in=firsts).values_list("pk", "uuid"))
    return batch.each(
        lambda row: _part(row, by_isrc[row.isrc], by_name[row.title_key, row.artist_key], uuids)
    )


def _part(
    track: Track, by_isrc: Sequence[Alike], by_name: Sequence[Alike], uuids: dict[int, UUID]
) -> Part:
    same = [row for row in by_isrc if row.without(track)]
    # Tracks with the same ISRC are counted there already.
    named = [row for row in by_name if row.without(track) and not (track.isrc == row.isrc != "")]
    gap = max((_gap(row, track) for row in same), default=-1)
    facts = Duplicates(
        same_isrc=_others(same, track),
        same_isrc_other_title=_others(
            (row for row in same if row.title_key != track.title_key), track
        ),
        same_isrc_other_artist=_others(
            (row for row in same if row.artist_key != track.artist_key), track
        ),
        same_isrc_other_deliverer=_others(
            (row for row in same if row.account_id != track.account_id), track
        ),
        same_isrc_duration_gap=UNSET if gap < 0 else gap,
        same_title_artist=_others(named, track),
        same_title_artist_duration=_others(
            (row for row in named if 0 <= _gap(row, track) <= NEAR), track
        ),
    )
    oldest = sorted({row.first for row in (*same, *named)} - {track.pk})[:MOST_SOURCES]
    return Part((facts,), tuple(sorted(source("track", uuids[pk]) for pk in oldest)))


def _others(rows: Iterable[Alike], track: Track) -> int:
    return sum(row.without(track) for row in rows)


def _gap(row: Alike, track: Track) -> int:
    """Seconds between two playing times; -1 when one is not known."""
    if row.duration_seconds is None or track.duration_seconds is None:
        return -1
    return abs(row.duration_seconds - track.duration_seconds)


_COLUMNS = ("isrc", "title_key", "artist_key", "account", "duration_seconds")


def _same_isrc(tracks: Iterable[Track]) -> list[Alike]:
    isrcs = {track.isrc for track in tracks if track.isrc}
    rows = Track.objects.filter(isrc__in=isrcs, removed_at=None).order_by()
    counted = rows.values_list(*_COLUMNS).annotate(count=Count("pk"), first=Min("pk"))
    return [Alike(*row) for row in counted]


def _same_names(ids: Sequence[int]) -> list[Alike]:
    """Tracks by title and artist: a join of the table with itself, which querysets cannot say.

    CROSS JOIN keeps SQLite from walking the whole table on the outer side.
    """
    if not ids:
        return []
    table, columns = (
        Track._meta.db_table,
        "isrc, title_key, artist_key, account_id, duration_seconds",
    )
    named = ", ".join(f"other.{column}" for column in columns.split(", "))
    sql = f"""
        WITH wanted AS (
            SELECT DISTINCT title_key, artist_key FROM {table}
            WHERE id IN ({", ".join(["%s"] * len(ids))}) AND title_key <> '' AND artist_key <> ''
        )
        SELECT {named}, COUNT(*), MIN(other.id)
        FROM wanted CROSS JOIN {table} AS other
        WHERE other.title_key = wanted.title_key AND other.artist_key = wanted.artist_key
            AND other.removed_at IS NULL
        GROUP BY {named}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, list(ids))
        return [Alike(*row) for row in cursor.fetchall()]


DUPLICATES = Group("duplicates", ("duplicates",), _provide)
