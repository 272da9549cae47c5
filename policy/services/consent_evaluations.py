"""Evaluations that many statements at once ask for: each track once, however much is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from policy.models import Consent, Sweep
from policy.services.coverage import covered, evaluations_queue
from policy.services.sweeps import tracks_request

_WIDE = (Consent.Scope.CATALOGUE, Consent.Scope.LABEL, Consent.Scope.ARTIST)
"""Scopes that may cover more tracks than one transaction should queue."""

_FEW = 50
"""Wide statements that are looked up at once; of more, the next sweep finds the tracks."""


def evaluations_of(*, said: Sequence[Consent], at: datetime) -> None:
    """Queue the tracks that new rows are about, in the caller's transaction."""
    first = min(row.pk for row in said)
    rows = Consent.objects.filter(pk__gte=first, recorded_at=at).exclude(scope__in=_WIDE)
    evaluations_queue(ids=list(covered(rows).order_by("pk").values_list("pk", flat=True)), at=at)
    wide = {(row.grantor_id, row.scope, row.subject_key): row for row in said if row.scope in _WIDE}
    if len(wide) <= _FEW:
        for row in wide.values():
            tracks_request(said=row, at=at)
    else:
        Sweep.objects.bulk_create(
            Sweep(key=f"consent-{row.pk}", reached_at=at, until=at) for row in wide.values()
        )
