"""The list of tracks: a page of it, newest first, each with its latest decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from policy.models import Decision, EvaluationRequest, Track
from policy.selectors import search
from policy.selectors.decision_search import Place
from policy.selectors.visibility import User, tracks_visible_to


@dataclass(frozen=True, slots=True)
class TrackFilter:
    """What to look for; an empty field asks nothing. `isrc` may have hyphens."""

    text: str = ""
    isrc: str = ""
    delivery: UUID | None = None


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track in a list; `decision` and `effect` are of its latest decision, None before it."""

    uuid: UUID
    title: str
    version_title: str
    artist: str
    isrc: str
    release: str
    deliverer: str
    contains_ai: str
    first_delivered_at: datetime
    last_delivered_at: datetime
    removed_at: datetime | None
    decision: UUID | None
    effect: str | None


@dataclass(frozen=True, slots=True)
class TrackList:
    """A page of tracks; `newer` and `older` tell whether a page lies on that side."""

    rows: tuple[TrackRow, ...]
    newer: bool
    older: bool


def track_ids(uuids: Iterable[UUID]) -> dict[UUID, int]:
    """Row ids of tracks by uuid, those that there are; one query. Whoever knows the uuid of a track
    may say that it was used, so this asks nobody."""
    rows = Track.objects.filter(uuid__in=set(uuids)).order_by()
    return dict(rows.values_list("uuid", "pk"))


def list_tracks(user: User, asked: TrackFilter, place: Place, *, size: int) -> TrackList:
    """The page at `place` of the tracks that the login may see; one query beside its own."""
    upwards = place.side in ("newer", "last")
    tracks = _at(_asked(tracks_visible_to(user), asked), place)
    found = with_decision(tracks.order_by("pk" if upwards else "-pk"))[: size + 1]
    rows = [track_row(track) for track in found]
    more, rows = len(rows) > size, rows[:size]
    return TrackList(
        rows=tuple(reversed(rows) if upwards else rows),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
    )


def get_track(user: User, uuid: UUID) -> TrackRow | None:
    """One track; None when the login sees none such."""
    found = with_decision(tracks_visible_to(user).filter(uuid=uuid)).first()
    return track_row(found) if found else None


def with_decision(tracks: QuerySet[Track]) -> QuerySet[Track]:
    """The same tracks with what `track_row` reads."""
    latest = Decision.objects.filter(track=OuterRef("pk")).order_by("-pk")
    told = latest.values(json=JSONObject(uuid="uuid", effect="effect"))[:1]
    return tracks.annotate(latest=Subquery(told)).select_related("release", "account")


def track_row(track: Track) -> TrackRow:
    """What a list shows of a track from `with_decision`."""
    latest: dict[str, Any] = track.latest or {}  # type: ignore[attr-defined]  # annotated
    return TrackRow(
        uuid=track.uuid,
        title=track.title,
        version_title=track.version_title,
        artist=track.display_artist,
        isrc=track.isrc,
        release=track.release.title,
        deliverer=track.account.name,
        contains_ai=track.contains_ai,
        first_delivered_at=track.first_delivered_at,
        last_delivered_at=track.last_delivered_at,
        removed_at=track.removed_at,
        decision=UUID(latest["uuid"]) if latest else None,
        effect=latest.get("effect"),
    )


def _asked(tracks: QuerySet[Track], asked: TrackFilter) -> QuerySet[Track]:
    if asked.isrc:
        # A list of ids, or SQLite would rather walk all tracks of the login's account.
        same = Track.objects.filter(isrc=asked.isrc.replace("-", "").upper())
        tracks = tracks.filter(pk__in=same.values("pk"))
    if asked.delivery:
        requests = EvaluationRequest.objects.filter(delivery__uuid=asked.delivery)
        tracks = tracks.filter(pk__in=requests.filter(cause="delivery").values("track"))
    return search.tracks_with_words(tracks, search.words(asked.text))


def _at(tracks: QuerySet[Track], place: Place) -> QuerySet[Track]:
    if place.uuid is None:
        return tracks
    beside = Track.objects.filter(uuid=place.uuid).values("pk")
    if place.side == "older":
        return tracks.filter(pk__lt=Subquery(beside))
    if place.side == "newer":
        return tracks.filter(pk__gt=Subquery(beside))
    return tracks
