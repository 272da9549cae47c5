"""Evaluations of the tracks whose statements of consent begin or end, a chunk at a time.

A sweep is a row that says how far in time it has come, and on its way how far in the tracks: a
chunk of requests and the row change in one transaction, so no edge is lost and none told twice.
What one statement says of more tracks than one transaction should queue has a sweep of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from policy.models import Consent, Sweep
from policy.services.coverage import covered, evaluations_queue
from policy.services.taking_back import ending_request, turned

CHUNK = 5_000
"""Tracks that one transaction queues."""

SETTLED = timedelta(minutes=2)
"""How far a sweep stays behind: what is being recorded just now may begin before it is there."""

TURNING = "consents-turning"
_ONE = "consent-"
_EDGES = ("valid_from", "valid_until")


def consents_sweep(*, now: datetime, chunk: int = CHUNK) -> int:
    """Queue the tracks of every statement that began or ended since the last sweep, and of those
    whose saying left tracks over; how many tracks were queued."""
    total, settled = 0, now - SETTLED
    while True:
        with transaction.atomic():
            sweep = _next(settled)
            if sweep is None:
                return total
            total += _step(sweep, settled, chunk)


def tracks_request(*, said: Consent, at: datetime) -> int:
    """Queue the tracks that a statement is about, in the caller's transaction; how many.

    When they are too many for one transaction none is queued here, but by the next sweep.
    """
    tracks = covered(Consent.objects.filter(pk=said.pk))
    ids = list(tracks.order_by("pk").values_list("pk", flat=True)[: CHUNK + 1])
    if len(ids) > CHUNK:
        Sweep.objects.create(key=f"{_ONE}{said.pk}", reached_at=at, until=at)
        return 0
    evaluations_queue(ids=ids, at=at)
    return len(ids)


def _next(settled: datetime) -> Sweep | None:
    """A sweep that has something to do, locked; None when all is done."""
    first = Consent.objects.order_by("pk").values_list("recorded_at", flat=True).first()
    if first is None:
        return None
    Sweep.objects.get_or_create(key=TURNING, defaults={"reached_at": min(first, settled)})
    due = Q(until__isnull=False) | Q(key=TURNING, reached_at__lt=settled)
    return Sweep.objects.select_for_update().filter(due).order_by("pk").first()


def _step(sweep: Sweep, settled: datetime, chunk: int) -> int:
    """One chunk of a sweep; how many tracks were queued."""
    until = sweep.until or settled
    tracks = covered(_statements(sweep, until)).filter(pk__gt=sweep.after)
    ids = list(tracks.order_by("pk").values_list("pk", flat=True)[:chunk])
    evaluations_queue(ids=ids, at=until)
    if sweep.key == TURNING and sweep.until is None:
        ending_request(span=(sweep.reached_at, until), at=settled)
    if len(ids) == chunk:
        sweep.until, sweep.after = until, ids[-1]
        sweep.save()
    elif sweep.key == TURNING:
        sweep.reached_at, sweep.until, sweep.after = until, None, 0
        sweep.save()
    else:
        sweep.delete()
    return len(ids)


def _statements(sweep: Sweep, until: datetime) -> QuerySet[Consent]:
    if sweep.key != TURNING:
        return Consent.objects.filter(pk=int(sweep.key.removeprefix(_ONE)))
    begun, ended = (turned(column, (sweep.reached_at, until)) for column in _EDGES)
    return Consent.objects.filter(begun | ended, replaced_by=None)
