"""The queue of record: claims, leases, and what becomes of a track that kills its workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from policy.models import EvaluationRequest
from policy.services.requests import (
    LEASE,
    MOST_ATTEMPTS,
    PAUSE,
    Claim,
    request_fail,
    requests_claim,
    requests_release,
)
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + LEASE


def _queue(number: int) -> list[EvaluationRequest]:
    track = factories.track()
    return [factories.request(track=track) for _ in range(number)]


def _states() -> list[str]:
    return list(EvaluationRequest.objects.order_by("id").values_list("state", flat=True))


def _ids(claim: Claim) -> list[int]:
    return [request.id for request in claim.requests]


def test_an_empty_queue_gives_an_empty_claim() -> None:
    claim = requests_claim(now=NOW, limit=10)
    assert claim.requests == ()
    assert not claim.more


def test_rows_are_claimed_in_the_order_of_their_arrival() -> None:
    rows = _queue(3)
    claim = requests_claim(now=NOW, limit=2)
    assert _ids(claim) == [rows[0].pk, rows[1].pk]
    assert claim.more
    assert claim.requests[0].account_id == rows[0].track.account_id
    assert claim.requests[0].as_of == NOW
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].claim, rows[0].lease_until) == ("claimed", claim.id, LATER)
    assert _ids(requests_claim(now=NOW, limit=2)) == [rows[2].pk]


def test_a_claimed_row_is_nobody_elses_until_its_lease_has_run_out() -> None:
    _queue(2)
    first = requests_claim(now=NOW, limit=10)
    assert requests_claim(now=LATER - timedelta(seconds=1), limit=10).requests == ()
    assert _ids(requests_claim(now=LATER, limit=100)) == _ids(first)


def test_a_row_that_waits_for_its_time_is_left_alone() -> None:
    factories.request(lease_until=NOW + timedelta(days=1))
    assert requests_claim(now=NOW, limit=10).requests == ()
    assert len(requests_claim(now=NOW + timedelta(days=1), limit=10).requests) == 1


def test_rows_of_a_dead_worker_come_back_in_ever_smaller_batches() -> None:
    _queue(16)
    claims = [requests_claim(now=NOW + LEASE * number, limit=16) for number in range(3)]
    assert [len(claim.requests) for claim in claims] == [16, 2, 1]
    assert [claim.requests[0].attempts for claim in claims] == [0, 1, 2]
    assert all(claim.more for claim in claims)


def test_a_track_that_kills_every_worker_is_parked_alone() -> None:
    poison = _queue(100)[37]
    now = NOW
    for _ in range(500):
        claim = requests_claim(now=now, limit=64)
        if not claim.requests:
            if "claimed" not in _states():
                break
            now += LEASE
            continue
        if poison.pk not in _ids(claim):  # a worker that gets it dies, the others finish
            EvaluationRequest.objects.filter(claim=claim.id).update(state="done", claim=None)
    poison.refresh_from_db()
    assert poison.state == "parked"
    assert "workers died" in poison.error
    assert _states().count("done") == 99


def test_a_failure_is_tried_again_after_a_pause_that_doubles_and_then_parked() -> None:
    row = _queue(1)[0]
    now = NOW
    for attempt in range(MOST_ATTEMPTS):
        claim = requests_claim(now=now, limit=10)
        assert _ids(claim) == [row.pk], f"attempt {attempt}"
        parked = request_fail(claim=claim, request=claim.requests[0], error="boom", now=now)
        assert parked == (attempt == MOST_ATTEMPTS - 1)
        assert requests_claim(now=now, limit=10).requests == ()
        now += PAUSE * 2**attempt
    row.refresh_from_db()
    assert (row.state, row.error, row.claim) == ("parked", "boom", None)


def test_a_failure_says_nothing_about_a_row_that_another_worker_has_meanwhile() -> None:
    row = _queue(1)[0]
    slow = requests_claim(now=NOW, limit=10)
    other = requests_claim(now=LATER, limit=10)
    request_fail(claim=slow, request=slow.requests[0], error="late", now=LATER)
    row.refresh_from_db()
    assert (row.state, row.claim, row.error) == ("claimed", other.id, "")


def test_what_is_given_back_was_never_tried() -> None:
    row = _queue(1)[0]
    claim = requests_claim(now=NOW, limit=10)
    requests_release(claim=claim, requests=claim.requests)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.claim) == ("queued", 0, None)


@pytest.mark.parametrize("number", [1, 40])
def test_a_claim_takes_the_same_queries_for_any_number(
    number: int, django_assert_num_queries: object
) -> None:
    _queue(number)
    # Four of its own, and the savepoint that stands for the transaction here.
    with django_assert_num_queries(6):  # type: ignore[operator]  # a fixture of pytest-django
        requests_claim(now=NOW, limit=100)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_the_same_time_skip_each_others_rows() -> None:
    rows = _queue(4)
    with transaction.atomic():
        assert _ids(requests_claim(now=NOW, limit=2)) == [rows[0].pk, rows[1].pk]
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM policy_evaluationrequest WHERE state = 'queued' "
                    "ORDER BY id FOR UPDATE SKIP LOCKED"
                )
                assert [row[0] for row in cursor.fetchall()] == [rows[2].pk, rows[3].pk]
        finally:
            other.close()
    assert connection.vendor == "postgresql"
