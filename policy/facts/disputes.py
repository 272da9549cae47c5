"""The dispute over the rights in a track that has been open for longest."""

from __future__ import annotations

from django.db.models import Q
from msgspec import UNSET

from policy.facts.batch import Batch, Subject, grouped
from policy.facts.document import Dispute
from policy.facts.group import Group, Part, source
from policy.models import Dispute as Row


def _provide(batch: Batch) -> dict[Subject, Part]:
    rows = grouped((row.track_id, row) for row in _rows(batch))
    return {subject: _part(subject, rows[subject.track_id]) for subject in batch.subjects}


def _rows(batch: Batch) -> list[Row]:
    """The disputes that are open at some instant of the batch, oldest first. One query."""
    first, last = batch.span
    open_then = Q(closed_at=None) | Q(closed_at__gt=first)
    rows = Row.objects.filter(open_then, track__in=batch.ids, opened_at__lte=last)
    return list(rows.order_by("opened_at", "pk"))


def _part(subject: Subject, rows: list[Row]) -> Part:
    at = subject.as_of
    held = (
        row for row in rows if row.opened_at <= at and not (row.closed_at and row.closed_at <= at)
    )
    row = next(held, None)
    if row is None:
        return Part((UNSET,))
    facts = Dispute(
        kind=row.kind,
        layer=row.layer,
        territory=row.territory,
        opened_at=row.opened_at,
        finding_at=row.finding_at,
        answered=row.answered_at is not None and row.answered_at <= at,
    )
    return Part((facts,), (source("dispute", row.uuid),))


DISPUTES = Group("disputes", ("dispute",), _provide)
