"""Who delivers, and how much of late. The counters are of the time before the instant."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, OuterRef, Q, Subquery

from policy.facts.batch import Batch
from policy.facts.document import Deliverer, text
from policy.facts.group import Group, Part, source
from policy.models import Account, AiLevel, Track

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def _provide(batch: Batch) -> dict[int, Part]:
    accounts = {row.account_id: row.account for row in batch.tracks.values()}
    counts, first = _counts(batch, accounts), _first(batch, accounts)
    facts = {}
    for pk, account in accounts.items():
        day, week, ai_week = counts.get(pk, (0, 0, 0))
        facts[pk] = Part(
            (
                Deliverer(
                    name=account.name,
                    dpid=text(account.dpid),
                    tracks_last_day=day,
                    tracks_last_week=week,
                    ai_tracks_last_week=ai_week,
                    days_active=first.get(pk, 0),
                ),
            ),
            (source("account", account.uuid),),
        )
    return {pk: facts[row.account_id] for pk, row in batch.tracks.items()}


def _counts(batch: Batch, accounts: dict[int, Account]) -> dict[int, tuple[int, int, int]]:
    """New tracks of a day, of a week, and those of a week with AI, by account. One query, answered
    from the index `track_account_day` alone."""
    with_ai = Q(contains_ai__in=[AiLevel.ALL, AiLevel.PARTLY])
    rows = (
        Track.objects.filter(
            account__in=accounts,
            first_delivered_at__gt=batch.as_of - WEEK,
            first_delivered_at__lte=batch.as_of,
        )
        .order_by()
        .values("account")
        .annotate(
            day=Count("pk", filter=Q(first_delivered_at__gt=batch.as_of - DAY)),
            week=Count("pk"),
            ai_week=Count("pk", filter=with_ai),
        )
    )
    return {row["account"]: (row["day"], row["week"], row["ai_week"]) for row in rows}


def _first(batch: Batch, accounts: dict[int, Account]) -> dict[int, int]:
    """Whole days since the first delivery, by account. One query, one probe for each account."""
    earliest = Track.objects.filter(account=OuterRef("pk")).order_by("first_delivered_at")
    rows = Account.objects.filter(pk__in=accounts).values_list(
        "pk", Subquery(earliest.values("first_delivered_at")[:1])
    )
    return {pk: max(0, (batch.as_of - first).days) for pk, first in rows if first}


DELIVERER = Group("deliverer", ("deliverer",), _provide)
