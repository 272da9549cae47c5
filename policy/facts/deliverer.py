"""Who delivers, and how much of late. The counters are of the time before the instant."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery

from policy.facts.batch import Batch, Subject
from policy.facts.document import Deliverer, text
from policy.facts.group import Group, Part, source
from policy.models import Account, AiLevel, Track

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(slots=True)
class _Arrivals:
    """New tracks of an account: at which instants, and how many up to each, in all and with AI."""

    instants: list[datetime] = field(default_factory=list)
    total: list[int] = field(default_factory=lambda: [0])
    with_ai: list[int] = field(default_factory=lambda: [0])

    def add(self, instant: datetime, total: int, with_ai: int) -> None:
        """Count the tracks of a later instant."""
        self.instants.append(instant)
        self.total.append(self.total[-1] + total)
        self.with_ai.append(self.with_ai[-1] + with_ai)

    def within(self, length: timedelta, until: datetime) -> tuple[int, int]:
        """How many came in the time before an instant, up to it: in all, and with AI."""
        first = bisect_right(self.instants, until - length)
        last = bisect_right(self.instants, until)
        return self.total[last] - self.total[first], self.with_ai[last] - self.with_ai[first]


def _provide(batch: Batch) -> dict[Subject, Part]:
    accounts = {row.account_id for row in batch.tracks.values()}
    arrivals, first = _arrivals(batch, accounts), _first(accounts)
    return {
        subject: _part(account, subject.as_of, arrivals[account.pk], first[account.pk])
        for subject in batch.subjects
        for account in [batch.track(subject).account]
    }


def _part(account: Account, as_of: datetime, arrivals: _Arrivals, first: datetime | None) -> Part:
    week, ai_week = arrivals.within(WEEK, as_of)
    facts = Deliverer(
        name=account.name,
        dpid=text(account.dpid),
        tracks_last_day=arrivals.within(DAY, as_of)[0],
        tracks_last_week=week,
        ai_tracks_last_week=ai_week,
        days_active=max(0, (as_of - first).days) if first else 0,
    )
    return Part((facts,), (source("account", account.uuid),))


def _arrivals(batch: Batch, accounts: Iterable[int]) -> dict[int, _Arrivals]:
    """What came in the week before any instant of the batch. One query, answered from the index
    `track_account_day` alone: a line for each instant at which an account delivered."""
    earliest, latest = batch.span
    rows = (
        Track.objects.filter(
            account__in=accounts,
            first_delivered_at__gt=earliest - WEEK,
            first_delivered_at__lte=latest,
        )
        .order_by("account", "first_delivered_at")
        .values_list("account", "first_delivered_at")
        .annotate(
            total=Count("*"),
            with_ai=Count("pk", filter=Q(contains_ai__in=[AiLevel.ALL, AiLevel.PARTLY])),
        )
    )
    found: defaultdict[int, _Arrivals] = defaultdict(_Arrivals)
    for account, instant, total, with_ai in rows:
        found[account].add(instant, total, with_ai)
    return found


def _first(accounts: Iterable[int]) -> dict[int, datetime | None]:
    """When the first track of each account came. One query, one probe for each account."""
    earliest = Track.objects.filter(account=OuterRef("pk")).order_by("first_delivered_at")
    rows = Account.objects.filter(pk__in=accounts).values_list(
        "pk", Subquery(earliest.values("first_delivered_at")[:1])
    )
    return dict(rows)


DELIVERER = Group("deliverer", ("deliverer",), _provide)
