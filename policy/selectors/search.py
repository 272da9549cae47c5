"""Finding tracks by the words of their titles and artists, and by their ISRC.

Words are kept as bytes beside their track (`TrackTerm`), so the start of a word is a range of one
index in every database.
"""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from policy.detect.names import terms
from policy.models import Involvement, Party, Track, TrackTerm

MOST_WORDS = 8
"""Words of a search that count; each costs a probe a row."""

SHORTEST_PREFIX = 2
"""Bytes from which on a word stands for all that start with it; a single letter is only itself."""

_ISRC = re.compile(r"[A-Z]{2}-?[A-Z0-9]{3}-?[0-9]{2}-?[0-9]{5}", re.IGNORECASE)


def words(text: str) -> tuple[bytes, ...]:
    """The words of a search as they are stored, longest first; hyphens of an ISRC are dropped."""
    joined = _ISRC.sub(lambda found: found[0].replace("-", ""), text)
    found = sorted(terms([joined]), key=len, reverse=True)
    return tuple(word.encode() for word in found[:MOST_WORDS])


def starts_with(word: bytes) -> Q:
    """The condition on a TrackTerm that its term starts with the word."""
    if len(word) < SHORTEST_PREFIX:
        return Q(term=word)
    return Q(term__gte=word, term__lt=word[:-1] + bytes([word[-1] + 1]))


def has_word(word: bytes, track: str) -> Exists:
    """The condition that the track whose id is in the column `track` has such a word."""
    return Exists(TrackTerm.objects.filter(starts_with(word), track=OuterRef(track)))


def has_party(party: int | Subquery | None, track: str) -> Exists:
    """The condition that the party has to do with the track whose id is in the column `track`."""
    return Exists(Involvement.objects.filter(track=OuterRef(track), party=party))


def party_id(party: UUID) -> Subquery:
    """The row id of a party, found once per query."""
    return Subquery(Party.objects.filter(uuid=party).values("pk"))


def track_ids(*, text: tuple[bytes, ...], party: UUID | None) -> QuerySet[TrackTerm | Involvement]:
    """Rows with an annotation `found`, the ids of tracks with all words and the party.

    It is driven by the longest word, which is most likely the rarest, else by the party.
    """
    rows: QuerySet[TrackTerm | Involvement]
    if text:
        rows = TrackTerm.objects.filter(starts_with(text[0]))
        rows = rows.filter(*(has_word(word, "track_id") for word in text[1:]))
        rows = rows.filter(has_party(party_id(party), "track_id")) if party else rows
    else:
        rows = Involvement.objects.filter(party=party_id(party)) if party else _nothing()
    return rows.annotate(found=F("track_id"))


def _nothing() -> QuerySet[Involvement]:
    return Involvement.objects.none()


def tracks_with_words(tracks: QuerySet[Track], text: tuple[bytes, ...]) -> QuerySet[Track]:
    """Those of `tracks` that have all words."""
    if not text:
        return tracks
    first = TrackTerm.objects.filter(starts_with(text[0])).values("track")
    return tracks.filter(*(has_word(word, "pk") for word in text[1:]), pk__in=first)
