"""The tracks of a use, page by page: what each weighs in it and what was answered for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from policy.models import Attribution, Track, Usage, UsageCheck
from policy.selectors.answers import TrackAnswer, answered_tracks, answers_for
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page
from policy.selectors.visibility import User, tracks_visible_to

_BEYOND = 2**62
"""Higher than any row id."""


@dataclass(frozen=True, slots=True)
class UsedTrack:
    """A track of a use. `weight` and `confidence` are millionths, None without a method.

    `seen` tells whether the login has a page of it: a licensee need not.
    """

    uuid: UUID
    title: str
    artist: str
    isrc: str
    record_label: str
    weight: int | None
    confidence: int | None
    answer: TrackAnswer | None
    seen: bool


def used_tracks(
    user: User, usage: Usage, check: UsageCheck | None, place: Place, *, size: int, whole: bool
) -> Page[UsedTrack]:
    """The tracks of a use, newest first; at most eight queries.

    What it drew on; before anything is attributed, what was answered. Not the `whole` is told to
    whoever sees only some of its tracks.
    """
    up = place.side in ("newer", "last")
    visible = tracks_visible_to(user)
    ids = _ids(usage, check, place, size + 1, up, None if whole else visible)
    more, ids = len(ids) > size, ids[:size]
    seen = frozenset(visible.filter(pk__in=ids).values_list("pk", flat=True))
    rows = _rows(usage, check, ids[::-1] if up else ids, seen)
    newer = more if up else place.side == "older"
    older = place.side == "newer" if up else more
    return Page(rows, newer, older)


def _ids(
    usage: Usage,
    check: UsageCheck | None,
    place: Place,
    size: int,
    up: bool,
    visible: QuerySet[Track] | None,
) -> list[int]:
    after, before = _between(place)
    drawn = Attribution.objects.filter(usage=usage, track__gt=after, track__lt=before)
    if visible is not None:
        drawn = drawn.filter(track__in=visible.order_by().values("pk"))
    ids = list(
        drawn.order_by("track_id" if up else "-track_id").values_list("track_id", flat=True)[:size]
    )
    if ids or check is None or visible is not None:
        return ids
    return answered_tracks(check, after, before, size, up)


def _between(place: Place) -> tuple[int, int]:
    """The row ids, both exclusive, between which a page lies."""
    if place.uuid is None:
        return 0, _BEYOND
    beside = Track.objects.filter(uuid=place.uuid).values_list("pk", flat=True).first()
    if beside is None:
        return 0, 0
    return (beside, _BEYOND) if place.side == "newer" else (0, beside)


def _rows(
    usage: Usage, check: UsageCheck | None, ids: Sequence[int], seen: frozenset[int]
) -> tuple[UsedTrack, ...]:
    tracks = Track.objects.select_related("release").in_bulk(ids)
    drawn = Attribution.objects.filter(usage=usage, track__in=ids)
    weights = {row.track_id: (row.weight, row.confidence) for row in drawn}
    answers = answers_for(check, ids)
    nothing = (None, None)
    return tuple(
        UsedTrack(
            uuid=tracks[track].uuid,
            title=tracks[track].title,
            artist=tracks[track].display_artist,
            isrc=tracks[track].isrc,
            record_label=tracks[track].release.record_label,
            weight=weights.get(track, nothing)[0],
            confidence=weights.get(track, nothing)[1],
            answer=answers.get(track),
            seen=track in seen,
        )
        for track in ids
        if track in tracks
    )
