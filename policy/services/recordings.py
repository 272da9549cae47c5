"""Tracks of a release: matched with what a message delivers, written, and removed when gone."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import F

from policy.detect.names import artist_key, title_key
from policy.ingest.delivery import DeliveredTrack
from policy.models import Delivery, Release, Track
from policy.services.bulk import insert_models, update_rows

_KEY_LENGTH = 500
_AUDIO_DIGEST_LENGTH = 128

Face: TypeAlias = tuple[str, str, str, int | None, bool]
"""What other tracks see of a track when they look for duplicates: ISRC, title, artist, playing
time, and whether it is there at all."""

Content: TypeAlias = tuple[Any, ...]
"""The values of a row's delivered fields, in the order of `_FIELDS`; the first is its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """A delivered track on one release of the message."""

    release: Release
    delivered: DeliveredTrack


@dataclass(frozen=True, slots=True)
class StoredTracks:
    """What became of a message's tracks.

    `rows` are the delivered ones in the order of their places. `kept` are those that were there
    before, `removed` those that are no longer on their release. `faces` are all that changed for
    others: how a track looked before, or looks now.
    """

    rows: tuple[Track, ...]
    kept: tuple[Track, ...] = ()
    removed: tuple[Track, ...] = ()
    faces: tuple[Face, ...] = ()


def tracks_store(
    *, places: Sequence[Place], known: Iterable[Release], delivery: Delivery
) -> StoredTracks:
    """Bring the tracks of releases to what the message says; at most five queries.

    `known` are the releases that were there before the message, with or without tracks in it.
    """
    before = _tracks_of(known)
    faces = {row.pk: _face(row) for row in before}
    contents = {row.pk: _content(row) for row in before}
    matched = _match_all(before, places)
    rows = [_fill(row, place, delivery) for row, place in zip(matched, places, strict=True)]
    kept = [row for row in rows if not row._state.adding]
    ids = {row.pk for row in kept}
    removed = [row for row in before if row.pk not in ids and row.removed_at is None]
    moved = [row for row in kept if contents[row.pk][0] != row.reference]
    _leave_place([*removed, *moved], delivery)
    _write(rows, kept, contents)
    changed = [faces[row.pk] for row in (*kept, *removed) if faces[row.pk] != _face(row)]
    changed += [_face(row) for row in rows if faces.get(row.pk) != _face(row)]
    return StoredTracks(tuple(rows), tuple(kept), tuple(removed), tuple(dict.fromkeys(changed)))


def tracks_remove(*, releases: Iterable[Release], delivery: Delivery) -> StoredTracks:
    """Take every track off releases that were purged; two queries."""
    removed = [row for row in _tracks_of(releases) if row.removed_at is None]
    faces = tuple(dict.fromkeys(_face(row) for row in removed))
    _leave_place(removed, delivery)
    return StoredTracks((), removed=tuple(removed), faces=faces)


def match(before: Sequence[Track], delivered: Sequence[DeliveredTrack]) -> list[Track | None]:
    """The row of each delivered track of one release; None for one that is new.

    The same ISRC is the same track, wherever it stands now; where an ISRC stands on several, the
    one in the same place, then in order. Then the same place is the same track, unless both ISRC
    and names say that another recording stands there.
    """
    free = sorted(before, key=lambda row: (row.removed_at is not None, row.pk))
    found: list[Track | None] = [None] * len(delivered)
    for of_row, of_one in _PASSES:
        pool: defaultdict[Hashable, deque[Track]] = defaultdict(deque)
        for row in free:
            pool[of_row(row)].append(row)
        for index, one in enumerate(delivered):
            wanted = of_one(one)
            if found[index] is None and wanted is not None and pool[wanted]:
                found[index] = pool[wanted].popleft()
        taken = {row.pk for row in found if row}
        free = [row for row in free if row.pk not in taken]
    return found


def _match_all(before: Sequence[Track], places: Sequence[Place]) -> list[Track]:
    """The row of each place, a new one where there is none."""
    rows: list[Track | None] = [None] * len(places)
    for release in {id(place.release): place.release for place in places}.values():
        own = [row for row in before if row.release_id == release.pk]
        indexes = [index for index, place in enumerate(places) if place.release is release]
        found = match(own, [places[index].delivered for index in indexes])
        for index, row in zip(indexes, found, strict=True):
            rows[index] = row
    return [row or Track(deliveries=0) for row in rows]


def _isrc(one: DeliveredTrack) -> str | None:
    return one.isrc.key if one.isrc else None


def _keys(one: DeliveredTrack) -> tuple[str, str]:
    return title_key(one.title)[:_KEY_LENGTH], artist_key(one.display_artist)[:_KEY_LENGTH]


def _place(row: Track) -> str | None:
    return row.reference if row.removed_at is None else None


# What a row and a delivered track must have in common to be the same, the surest first: ISRC and
# place; ISRC; place and names; place, where the row has no ISRC, or the delivered track has none.
_PASSES: tuple[
    tuple[Callable[[Track], Hashable], Callable[[DeliveredTrack], Hashable | None]], ...
] = (
    (lambda row: (row.isrc, _place(row)), lambda one: (_isrc(one), one.reference)),
    (lambda row: row.isrc or None, _isrc),
    (
        lambda row: (row.reference, row.title_key, row.artist_key),
        lambda one: (one.reference, *_keys(one)),
    ),
    (lambda row: (_place(row), not row.isrc), lambda one: (one.reference, True)),
    (lambda row: _place(row), lambda one: one.reference if one.isrc is None else None),
)


def _tracks_of(releases: Iterable[Release]) -> list[Track]:
    ids = [release.pk for release in releases]
    return list(Track.objects.filter(release__in=ids).order_by("pk")) if ids else []


def _leave_place(rows: Sequence[Track], delivery: Delivery) -> None:
    """Free the places of tracks that left or move, so that others can take them."""
    if rows:
        ids = [row.pk for row in rows]
        Track.objects.filter(pk__in=ids).update(removed_at=delivery.received_at)
    for row in rows:
        row.removed_at = delivery.received_at


def _write(rows: Sequence[Track], kept: Sequence[Track], before: dict[int, Content]) -> None:
    """Insert new rows, count the delivery on the kept ones, and write what else changed of them."""
    for row in rows:
        row.removed_at = None
    insert_models([row for row in rows if row._state.adding])
    if not kept:
        return
    Track.objects.filter(pk__in=[row.pk for row in kept]).update(
        last_delivered_at=kept[0].last_delivered_at,
        deliveries=F("deliveries") + 1,
        delivery=kept[0].delivery,
    )
    changed = [row for row in kept if _is_changed(row, before[row.pk])]
    update_rows(Track, _FIELDS, ["id"], ((*_content(row), row.pk) for row in changed))


_FIELDS = (
    "reference", "isrc", "isrc_well_formed", "iswc", "title", "title_key", "version_title",
    "display_artist", "artist_key", "duration_seconds", "genre", "language", "is_instrumental",
    "is_cover", "is_explicit", "contains_ai", "audio_digest", "removed_at",
)  # fmt: skip


def _content(row: Track) -> Content:
    return tuple(getattr(row, field) for field in _FIELDS)


def _is_changed(row: Track, before: Content) -> bool:
    """Whether something is not as it was; a track that moves left its place on the way."""
    return _content(row) != before


def _fill(row: Track, place: Place, delivery: Delivery) -> Track:
    one = place.delivered
    row.release, row.account = place.release, delivery.account
    if row._state.adding:
        row.first_delivered_at = delivery.received_at
    row.reference = one.reference
    row.isrc = one.isrc.key if one.isrc else ""
    row.isrc_well_formed = one.isrc is not None and one.isrc.valid
    row.iswc = one.iswcs[0].value if one.iswcs else ""
    row.title, row.display_artist = one.title, one.display_artist
    row.title_key, row.artist_key = _keys(one)
    row.version_title = one.version_title or ""
    row.duration_seconds = one.duration_seconds
    row.genre, row.language = one.genre or "", one.language or ""
    row.is_instrumental, row.is_cover = one.is_instrumental, one.is_cover
    row.is_explicit, row.contains_ai = one.is_explicit, one.contains_ai
    row.audio_digest = (one.audio_hash or "")[:_AUDIO_DIGEST_LENGTH]
    row.last_delivered_at = delivery.received_at
    row.deliveries += 1
    row.delivery = delivery
    return row


def _face(row: Track) -> Face:
    there = row.removed_at is None
    return row.isrc, row.title_key, row.artist_key, row.duration_seconds, there
