"""Since when money of a track waits because nobody is known to whom it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from msgspec import UNSET

from policy.facts.batch import Batch, Subject, grouped
from policy.facts.group import Group, Part
from policy.models import PayoutLine, Pool

UNMATCHED = "unmatched"
"""Why a layer without any holder is held."""

RELEASED = "released"
"""The scheme of a pool of money that another one held and nobody claimed."""


def release_key(pool: int) -> str:
    """The key of the pool that what a pool (a row's id) held is released to."""
    return f"{RELEASED}-{pool}"


_RELEASE_OF = Pool.objects.filter(
    scheme=RELEASED,
    key=Concat(
        Value(f"{RELEASED}-"), Cast(OuterRef("run__pool"), CharField()), output_field=CharField()
    ),
)
"""The same for the pool of a payout line."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money of a pool that is held so: of a period up to a day, from a run until its correction or
    until it is released."""

    period_until: date
    ran_at: datetime
    corrected_at: datetime | None
    released_at: datetime | None

    def at(self, moment: datetime) -> bool:
        """Whether it is held at an instant."""
        ends = (self.corrected_at, self.released_at)
        return self.ran_at <= moment and all(end is None or end > moment for end in ends)


def _provide(batch: Batch) -> dict[Subject, Part]:
    waiting = _waiting(batch)
    return {subject: _part(subject, waiting[subject.track_id]) for subject in batch.subjects}


def _waiting(batch: Batch) -> dict[int, list[Waiting]]:
    """What is held at some instant of the batch, by track; earliest period first. One query."""
    first, last = batch.span
    current = Q(run__corrected_by=None) | Q(run__corrected_by__ran_at__gt=first)
    rows = PayoutLine.objects.filter(
        current, track__in=batch.ids, hold=UNMATCHED, run__ran_at__lte=last
    ).order_by("run__pool__period_until")
    told = rows.annotate(released=Subquery(_RELEASE_OF.values("created_at")[:1])).values_list(
        "track", "run__pool__period_until", "run__ran_at", "run__corrected_by__ran_at", "released"
    )
    return grouped((row[0], Waiting(*row[1:])) for row in told.distinct())


def _part(subject: Subject, waiting: list[Waiting]) -> Part:
    """The end of the earliest period of a pool that still holds some: when it fell due."""
    days = (each.period_until for each in waiting if each.at(subject.as_of))
    day = next(days, None)
    return Part((UNSET if day is None else datetime.combine(day, time.min, UTC),))


PAYOUTS = Group("payouts", ("unmatched_since",), _provide)
