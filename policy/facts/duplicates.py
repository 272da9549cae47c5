"""What else in the catalogue carries the same ISRC, or the same title and artist.

Counted by what can differ, not track by track: what one answer costs does not grow with the copies.
"""

from __future__ import annotations

from collections import Counter
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
"""Other tracks that are named as sources; the oldest ones."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Tracks that look the same in every way; `first` is the id of the oldest."""

    isrc: str
    title_key: str
    artist_key: str
    account_id: int
    duration_seconds: int | None
    count: int
    first: int


class _Counts:
    """Tracks that share an ISRC, or title and artist: how many, by what can differ among them."""

    def __init__(self, rows: Sequence[Alike] = ()) -> None:
        self.total = sum(row.count for row in rows)
        self.titles: Counter[str] = Counter()
        self.artists: Counter[str] = Counter()
        self.accounts: Counter[int] = Counter()
        self.isrcs: Counter[str] = Counter()
        self.durations: Counter[int] = Counter()
        self.durations_of_isrc: Counter[tuple[str, int]] = Counter()
        for row in rows:
            self.titles[row.title_key] += row.count
            self.artists[row.artist_key] += row.count
            self.accounts[row.account_id] += row.count
            self.isrcs[row.isrc] += row.count
            if row.duration_seconds is not None:
                self.durations[row.duration_seconds] += row.count
                self.durations_of_isrc[row.isrc, row.duration_seconds] += row.count
        self.shortest = min(self.durations, default=0)
        self.longest = max(self.durations, default=0)
        self.oldest = sorted(rows, key=lambda row: row.first)[: MOST_SOURCES + 1]

    def gap(self, track: Track, itself: int) -> int | None:
        """The largest difference to another one's playing time; None where none is known."""
        length = track.duration_seconds
        if length is None or self.durations.total() <= itself:
            return None
        return max(length - self.shortest, self.longest - length)


_NOBODY = _Counts()


def _provide(batch: Batch) -> dict[Subject, Part]:
    isrcs = grouped((row.isrc, row) for row in _same_isrc(batch.tracks.values()))
    names = grouped(((row.title_key, row.artist_key), row) for row in _same_names(batch.ids))
    by_isrc = {key: _Counts(rows) for key, rows in isrcs.items()}
    by_name = {key: _Counts(rows) for key, rows in names.items()}
    oldest = [row.first for one in (*by_isrc.values(), *by_name.values()) for row in one.oldest]
    uuids = dict(Track.objects.filter(pk__in=set(oldest)).values_list("pk", "uuid"))

    def part(track: Track) -> Part:
        same = by_isrc.get(track.isrc, _NOBODY)
        named = by_name.get((track.title_key, track.artist_key), _NOBODY)
        return Part((_duplicates(track, same, named),), _sources(track, same, named, uuids))

    return batch.each(part)


def _duplicates(track: Track, same: _Counts, named: _Counts) -> Duplicates:
    itself = int(track.removed_at is None)  # a track that is there is counted among the others
    gap = same.gap(track, itself)
    return Duplicates(
        same_isrc=max(0, same.total - itself),
        same_isrc_other_title=same.total - same.titles[track.title_key],
        same_isrc_other_artist=same.total - same.artists[track.artist_key],
        same_isrc_other_deliverer=same.total - same.accounts[track.account_id],
        same_isrc_duration_gap=UNSET if gap is None else gap,
        same_title_artist=max(0, named.total - _own(track, named.isrcs, itself)),
        same_title_artist_duration=_near(track, named, itself),
    )


def _own(track: Track, isrcs: Counter[str], itself: int) -> int:
    """Those of the same names that do not count: the track itself, and those of its ISRC, which
    are counted there."""
    return isrcs[track.isrc] if track.isrc else itself


def _near(track: Track, named: _Counts, itself: int) -> int:
    """Those of the same names and another ISRC that last about as long."""
    length = track.duration_seconds
    if length is None or not named.total:
        return 0
    lengths = range(length - NEAR, length + NEAR + 1)
    near = sum(named.durations[one] for one in lengths)
    if not track.isrc:
        return near - itself
    return near - sum(named.durations_of_isrc[track.isrc, one] for one in lengths)


def _sources(
    track: Track, same: _Counts, named: _Counts, uuids: dict[int, UUID]
) -> tuple[str, ...]:
    """The oldest of the others."""
    others = [row.first for row in (*same.oldest, *named.oldest) if row.first != track.pk]
    chosen = sorted(set(others))[:MOST_SOURCES]
    return tuple(sorted(source("track", uuids[pk]) for pk in chosen if pk in uuids))


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
