"""What statements of consent take back: recorded with them, carried out by a job for all of them.

A refusal, a withdrawal, a condition, and whatever takes the place of a grant may allow less than
what stood. Rows that were recorded at once are one matter, and their uses are answered anew once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from policy.models import Consent, Job
from policy.registry.said import GRANTED, WITHDRAWN
from policy.services.jobs import job_add


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Statements recorded at once with `first`, up to the row `last`, that may allow less than what
    stood."""

    first: Consent
    last: int

    @property
    def rows(self) -> QuerySet[Consent]:
        """All of them."""
        return narrowing(self.first, self.last)

    @property
    def grants(self) -> QuerySet[Consent]:
        """Those that took the place of a grant: somebody may have relied on that."""
        return self.rows.filter(replaces__decision=GRANTED)

    @property
    def since(self) -> datetime:
        """From when on less is allowed."""
        return self.first.recorded_at if self.first.decision == GRANTED else self.first.valid_from

    @property
    def withdraws(self) -> bool:
        """Whether it is the withdrawal of a grant, and no statement that changes one."""
        return self.first.decision == WITHDRAWN

    def words(self, field: str) -> str:
        """The uses or layers that they are about."""
        return ", ".join(sorted(set(self.rows.order_by().values_list(field, flat=True))))


def narrowing(first: Consent, last: int) -> QuerySet[Consent]:
    """The rows recorded at once with one, up to another, that may allow less than what stood."""
    less = ~Q(decision=GRANTED) | ~Q(condition="none") | Q(replaces__decision=GRANTED)
    return Consent.objects.filter(
        less, pk__range=(first.pk, last), recorded_at=first.recorded_at, delivery=first.delivery_id
    )


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
