"""The consent registry as it was on a day, known on a day: of a track, and of a party."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from policy.detect.names import name_key
from policy.models import Consent, Involvement, Party, Track
from policy.models.consents import known
from policy.selectors.consents import ALONG, ConsentRow, consent_row
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.masking import Reader

PAGE = 50
"""Statements on a page of a party's."""

Scope = Consent.Scope


def in_force(rows: QuerySet[Consent], *, at: datetime, known_at: datetime) -> QuerySet[Consent]:
    """The statements that speak about an instant, as known at another."""
    return known(rows, known_at).filter(
        Q(valid_until=None) | Q(valid_until__gt=at), valid_from__lte=at
    )


def statements_on(track: Track) -> QuerySet[Consent]:
    """Statements about a track: by row, by name or number, and of its parties on all they have.

    One query here. `track` comes with its release.
    """
    deliverer = Involvement.Kind.DELIVERER
    parties = track.involvements.exclude(kind=deliverer).order_by().values_list("party", flat=True)
    having = list(parties.distinct())
    about = Q(track=track) | Q(release=track.release_id)
    about |= Q(grantor__in=having, scope=Scope.CATALOGUE)
    for scope, key in _keys(track):
        about |= Q(grantor__in=having, scope=scope, subject_key=key)
    return Consent.objects.filter(about)


def consents_in_force(
    track: Track, reader: Reader, *, at: datetime, known_at: datetime
) -> tuple[ConsentRow, ...]:
    """What was in force for a track, newest knowledge first; two queries."""
    rows = in_force(statements_on(track), at=at, known_at=known_at).select_related(*ALONG)
    return tuple(consent_row(row, reader) for row in rows.order_by("-recorded_at", "-pk"))


def consents_of_party(
    party: Party, reader: Reader, place: Place, *, at: datetime, known_at: datetime,
    size: int = PAGE,
) -> Page[ConsentRow]:  # fmt: skip
    """A page of what a party's statements in force were, newest first; one query."""
    rows = in_force(Consent.objects.filter(grantor=party), at=at, known_at=known_at)
    page = keyset_page(rows.select_related(*ALONG), place, size=size)
    return page.map(lambda row: consent_row(row, reader))


def _keys(track: Track) -> Iterator[tuple[Scope, str]]:
    """Names and numbers by which statements can be about a track."""
    label = track.release.record_label
    named = (
        (Scope.RECORDING, track.isrc),
        (Scope.WORK, track.iswc),
        (Scope.ARTIST, track.artist_key),
        (Scope.LABEL, name_key(label) if label else ""),
    )
    return ((scope, key) for scope, key in named if key)
