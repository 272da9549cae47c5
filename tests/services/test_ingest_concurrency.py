"""Messages that come at the same moment. On PostgreSQL: SQLite has one writer at a time anyway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from policy.models import Account, Delivery, EvaluationRequest, Party, Release, Track
from policy.services.ingest import Recorded
from tests import factories
from tests.at_once import at_once
from tests.factories import NOW
from tests.messages import ICPN, LABEL, SINGER, deliver, message, track

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 6


def sends(account: Account, raw: bytes, seconds: int = 0) -> Callable[[], Recorded]:
    """A call that delivers a message."""
    at = NOW + timedelta(seconds=seconds)
    return lambda: deliver(raw, account=account, at=at)


def test_the_same_message_many_times_at_once_is_one_delivery() -> None:
    account, raw = factories.account(), message(id="m1")
    results = at_once(*[sends(account, raw)] * AT_ONCE)
    assert [result.repeated for result in results].count(False) == 1
    assert len({result.delivery.pk for result in results}) == 1
    counts = [model.objects.count() for model in (Delivery, Release, Track, EvaluationRequest)]
    assert counts == [1, 1, 1, 1]


def test_messages_of_one_release_at_once_leave_the_latest() -> None:
    account = factories.account()
    messages = [
        message(created_at=NOW + timedelta(seconds=n), tracks=[track(title=f"Take {n}")])
        for n in range(AT_ONCE)
    ]
    results = at_once(*(sends(account, raw, n) for n, raw in enumerate(messages)))
    assert len(results) == Delivery.objects.count() == AT_ONCE
    assert Release.objects.count() == 1
    assert Release.objects.get().message_created_at == NOW + timedelta(seconds=AT_ONCE - 1)
    assert Track.objects.get(removed_at=None).title == f"Take {AT_ONCE - 1}"
    assert Party.objects.count() == 2


def test_accounts_that_bring_one_party_at_once_bring_it_once() -> None:
    accounts = [factories.account() for _ in range(AT_ONCE)]
    label = LABEL | {"isni": "0000000114423686"}
    raws = [message(parties=[label, SINGER]) for _ in accounts]
    at_once(*(sends(account, raw) for account, raw in zip(accounts, raws, strict=True)))
    assert Delivery.objects.count() == AT_ONCE
    assert Party.objects.count() == 2
    assert Release.objects.filter(icpn=ICPN).count() == AT_ONCE
