"""Somebody asks for tracks to be evaluated again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction

from policy.models import EvaluationRequest, Track
from policy.services.audit import audit_record
from policy.services.requests import Cause, requests_queue

CHUNK = 5_000
"""Requests of one transaction."""


def evaluations_request(
    *, tracks: Iterable[Track], at: datetime, actor: User | None = None
) -> list[EvaluationRequest]:
    """Queue an evaluation of each track as of now, in one transaction."""
    rows = list(tracks)
    with transaction.atomic():
        requests = requests_queue(tracks=(row.pk for row in rows), cause=Cause.REQUESTED, at=at)
        for row in rows if actor else ():
            audit_record(actor=actor, action="evaluation_request", subject=row, at=at)
    return requests


def catalogue_request(*, at: datetime) -> Iterator[int]:
    """Queue an evaluation of every track that is there, and yield how many after each chunk.

    A chunk is a transaction: whoever is interrupted has queued what was yielded, and tracks that
    come in meanwhile are queued by their own deliveries.
    """
    ids = _catalogue(Track.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
    total = 0
    while chunk := list(islice(ids, CHUNK)):
        with transaction.atomic():
            requests_queue(tracks=chunk, cause=Cause.REQUESTED, at=at)
        total += len(chunk)
        yield total


def _catalogue(last: int) -> Iterator[int]:
    """Ids of the tracks that are there, chunk by chunk, up to one."""
    after = 0
    while True:
        there = Track.objects.filter(removed_at=None, pk__gt=after, pk__lte=last)
        ids = list(there.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        yield from ids
        after = ids[-1]
