"""Which tracks a use is about, where they are not listed: a query of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from policy.detect.names import artist_key
from policy.models import Account, Release, Track, Usage

MOST_ISRCS = 1_000
"""ISRCs that a query may name; more are listed as tracks."""


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """Tracks that are there and meet all that is said; nothing said is the whole catalogue.

    `record_label` and `artist` are names, compared as the catalogue compares them; `account` is a
    key, `release` a UUID, `isrcs` are without hyphens.
    """

    record_label: str = ""
    artist: str = ""
    account: str = ""
    release: UUID | None = None
    isrcs: tuple[str, ...] = ()

    def mistakes(self) -> Iterator[str]:
        """What names nothing that is there, in a sentence each."""
        if self.account and not Account.objects.filter(key=self.account).exists():
            yield f"there is no account `{self.account}`"
        if self.release and not Release.objects.filter(uuid=self.release).exists():
            yield f"there is no release `{self.release}`"
        if len(self.isrcs) > MOST_ISRCS:
            yield f"a query names up to {MOST_ISRCS:,} ISRCs, not {len(self.isrcs):,}: list tracks"

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a use."""
        said = {
            "record_label": self.record_label,
            "artist": self.artist,
            "account": self.account,
            "release": str(self.release or ""),
            "isrcs": sorted(self.isrcs),
        }
        return {"all": not any(said.values())} | {
            name: value for name, value in said.items() if value
        }


def query_of(kept: Mapping[str, Any]) -> CatalogueQuery:
    """The query that a use keeps."""
    release = kept.get("release")
    return CatalogueQuery(
        record_label=kept.get("record_label", ""),
        artist=kept.get("artist", ""),
        account=kept.get("account", ""),
        release=UUID(release) if release else None,
        isrcs=tuple(kept.get("isrcs", ())),
    )


def tracks_found(query: CatalogueQuery) -> QuerySet[Track]:
    """The tracks that a query finds."""
    rows = Track.objects.filter(removed_at=None)
    if query.record_label:
        rows = rows.filter(release__record_label__iexact=query.record_label)
    if query.artist:
        rows = rows.filter(artist_key=artist_key(query.artist))
    if query.account:
        rows = rows.filter(account__key=query.account)
    if query.release:
        rows = rows.filter(release__uuid=query.release)
    return rows.filter(isrc__in=query.isrcs) if query.isrcs else rows


def tracks_of(usage: Usage) -> QuerySet[Track]:
    """The tracks that a use draws on: those on record, else those that its query finds now."""
    listed = Track.objects.filter(attributions__usage=usage)
    if usage.query and not listed.exists():
        return tracks_found(query_of(usage.query))
    return listed
