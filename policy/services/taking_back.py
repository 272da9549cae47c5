"""What statements of consent take back: recorded with them, carried out by a job for all of them.

A refusal, a withdrawal, a condition, and whatever takes the place of a grant may allow less than
what stood. Rows that were recorded at once are one matter, and their uses are answered anew once.
So are, when the time comes, uses that go on when a refusal begins or a grant ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db.models import F, Max, Min, Q, QuerySet

from policy.models import Consent, Job
from policy.registry.said import GRANTED, WITHDRAWN
from policy.services.jobs import Cursor, job_add

Span: TypeAlias = tuple[datetime, datetime]
"""After the one instant, up to the other."""

_MOMENT = timedelta(microseconds=1)
"""The shortest time."""

_LESS = ~Q(decision=GRANTED) | ~Q(condition="none")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Statements recorded at once with `first`, up to the row `last`, that may allow less than what
    stood; with a `span` those of all between these rows by whose beginning or end in it less is
    allowed."""

    first: Consent
    last: int
    span: Span | None = None

    @classmethod
    def of(cls, first: Consent, cursor: Cursor) -> TakenBack:
        """What a job is about, by its subject and cursor."""
        span = cursor.get("span")
        return cls(
            first,
            cursor.get("last", first.pk),
            (datetime.fromisoformat(span[0]), datetime.fromisoformat(span[1])) if span else None,
        )

    @property
    def place(self) -> dict[str, object]:
        """What its job keeps in every cursor."""
        span = [at.isoformat() for at in self.span or ()]
        return {"last": self.last} | ({"span": span} if span else {})

    @property
    def about(self) -> tuple[int, ...]:
        """What makes the matter one."""
        return (self.first.pk, *(int(at.timestamp()) for at in (self.span or ())[1:]))

    @property
    def rows(self) -> QuerySet[Consent]:
        """All of them."""
        if self.span is not None:
            return ending(self.span).filter(pk__range=(self.first.pk, self.last))
        return narrowing(self.first, self.last)

    @property
    def grants(self) -> QuerySet[Consent]:
        """Those that took the place of a grant: somebody may have relied on that. None where it was
        told long before."""
        if self.span is not None:
            return Consent.objects.none()
        return self.rows.filter(replaces__decision=GRANTED)

    @property
    def since(self) -> datetime:
        """From when on less is allowed."""
        return self.first.recorded_at if self.first.decision == GRANTED else self.first.valid_from

    @property
    def withdraws(self) -> bool:
        """Whether it is the withdrawal of a grant, and no statement that changes one."""
        return self.first.decision == WITHDRAWN

    def before(
        self, as_of: datetime, known_at: datetime, began: datetime
    ) -> tuple[datetime, datetime]:
        """As of when, as known when, a use that `began` then was allowed more, if what it is now
        is as of and known at these."""
        if self.span is not None:
            return min(as_of, max(self.span[0], began)), known_at
        return as_of, self.first.recorded_at - _MOMENT

    def words(self, field: str) -> str:
        """The uses or layers that they are about."""
        return ", ".join(sorted(set(self.rows.order_by().values_list(field, flat=True))))


def narrowing(first: Consent, last: int) -> QuerySet[Consent]:
    """The rows recorded at once with one, up to another, that may allow less than what stood."""
    return Consent.objects.filter(
        _LESS | Q(replaces__decision=GRANTED),
        pk__range=(first.pk, last),
        recorded_at=first.recorded_at,
        delivery=first.delivery_id,
    )


def turned(column: str, span: Span) -> Q:
    """That an edge lies in a span, and had not passed already when it was recorded."""
    after, until = span
    inside = Q(**{f"{column}__gt": after, f"{column}__lte": until})
    return inside & Q(**{f"{column}__gt": F("recorded_at")})


def ending(span: Span) -> QuerySet[Consent]:
    """The statements that stand and by whose beginning or end in a span less is allowed."""
    edges = _LESS & turned("valid_from", span) | Q(decision=GRANTED) & turned("valid_until", span)
    return Consent.objects.filter(edges, replaced_by=None)


def ending_request(*, span: Span, at: datetime) -> Job | None:
    """Leave a job for the uses that go on beyond an edge in a span, in the caller's transaction;
    none for no edge."""
    found = ending(span).aggregate(first=Min("pk"), last=Max("pk"))
    if found["first"] is None:
        return None
    cursor = {
        "step": "usages", "last": found["last"], "span": [each.isoformat() for each in span],
    }  # fmt: skip
    return job_add(kind=Job.Kind.WITHDRAWAL, subject_id=found["first"], at=at, cursor=cursor)


def taking_back_request(*, said: Sequence[Consent], at: datetime) -> Job | None:
    """Leave a job for what new rows take back, in the caller's transaction; none for nothing.

    The rows were recorded at once. Two queries; the caller nudges the workers.
    """
    if not said:
        return None
    rows = sorted(said, key=lambda row: row.pk)
    found = narrowing(rows[0], rows[-1].pk).aggregate(first=Min("pk"), last=Max("pk"))
    if found["first"] is None:
        return None
    cursor = {"last": found["last"]}
    return job_add(kind=Job.Kind.WITHDRAWAL, subject_id=found["first"], at=at, cursor=cursor)
