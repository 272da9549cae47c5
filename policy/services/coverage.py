"""Which tracks statements of consent are about, and the evaluations that this asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from policy.detect.names import name_key
from policy.models import Consent, Detection, Involvement, Track
from policy.services.requests import Cause, requests_queue

Scope = Consent.Scope


def covered(statements: QuerySet[Consent]) -> QuerySet[Track]:
    """The tracks that are there and that some of the statements are about: see `ever_covered`."""
    return ever_covered(statements).filter(removed_at=None)


def ever_covered(statements: QuerySet[Consent]) -> QuerySet[Track]:
    """The tracks, those that were removed too, that some of the statements are about; one query
    here, and one more for statements on record labels.

    Statements by key are about works of their grantors; those on all works also about tracks on
    which their grantor's voice was heard.
    """
    about = Q(pk__in=())
    for scope in statements.order_by().values_list("scope", flat=True).distinct():
        about |= _about(Scope(scope), statements.filter(scope=scope).order_by())
    return Track.objects.filter(about)


def _about(scope: Scope, said: QuerySet[Consent]) -> Q:
    if scope == Scope.TRACK:
        return Q(pk__in=said.values("track"))
    if scope == Scope.RELEASE:
        return Q(release__in=said.values("release"))
    grantors, keys = said.values("grantor"), said.values("subject_key")
    works = Involvement.objects.filter(party__in=grantors)
    own = Q(pk__in=works.exclude(kind=Involvement.Kind.DELIVERER).values("track"))
    if scope == Scope.CATALOGUE:
        return own | Q(pk__in=Detection.objects.filter(party__in=grantors).values("track"))
    if scope == Scope.LABEL:
        return own & Q(release__record_label__in=list(_record_labels(said, own)))
    column = {Scope.RECORDING: "isrc", Scope.WORK: "iswc", Scope.ARTIST: "artist_key"}[scope]
    return own & Q(**{f"{column}__in": keys})


def _record_labels(said: QuerySet[Consent], own: Q) -> Iterator[str]:
    """The spellings among the grantors' works of the record labels that statements name."""
    keys = set(said.values_list("subject_key", flat=True))
    rows = Track.objects.filter(own).order_by()
    for name in rows.values_list("release__record_label", flat=True).distinct():
        if name and name_key(name) in keys:
            yield name


def evaluations_queue(*, ids: list[int], at: datetime) -> None:
    """Queue an evaluation of tracks because of what was said, in the caller's transaction."""
    requests_queue(tracks=ids, cause=Cause.CONSENT, at=at)
