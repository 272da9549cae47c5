"""Evaluations that many statements at once ask for: each track once, however much is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from policy.models import Consent, Sweep, Track
from policy.services.consent_names import chunks
from policy.services.coverage import covered, evaluations_queue
from policy.services.sweeps import tracks_request

_WIDE = (Consent.Scope.CATALOGUE, Consent.Scope.LABEL, Consent.Scope.ARTIST)
"""Scopes that may cover more tracks than one transaction should queue."""

_FEW = 50
"""Wide statements that are looked up at once; of more, the next sweep finds the tracks."""


def evaluations_of(*, said: Sequence[Consent], at: datetime) -> None:
    """Queue the tracks that new rows are about, in the caller's transaction."""
    ids = {*_named(said)}
    first = min(row.pk for row in said)
    rows = Consent.objects.filter(pk__gte=first, recorded_at=at).exclude(
        scope__in=(*_WIDE, Consent.Scope.TRACK)
    )
    ids.update(covered(rows).values_list("pk", flat=True))
    evaluations_queue(ids=sorted(ids), at=at)
    wide = {(row.grantor_id, row.scope, row.subject_key): row for row in said if row.scope in _WIDE}
    if len(wide) <= _FEW:
        for row in wide.values():
            tracks_request(said=row, at=at)
    else:
        Sweep.objects.bulk_create(
            Sweep(key=f"consent-{row.pk}", reached_at=at, until=at) for row in wide.values()
        )


def _named(said: Sequence[Consent]) -> Iterator[int]:
    """Ids of the tracks that rows name and that are there. A file may name all there are, which is
    more than a database plans well in one question."""
    for chunk in chunks(sorted({row.track_id for row in said if row.track_id})):
        there = Track.objects.filter(pk__in=chunk, removed_at=None)
        yield from there.values_list("pk", flat=True)
