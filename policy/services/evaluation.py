"""The queue is worked off: claim, collect facts, judge, record. The heart of Stave.

A batch is one transaction of a constant number of queries. A track that cannot be evaluated fails
alone: it is tried again and at last parked with its error, and the others of its batch are decided.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction

from policy import facts
from policy.lang.plan import digest
from policy.models import Bundle, EvaluationRequest
from policy.services.bulk import update_rows
from policy.services.bundles import active_at
from policy.services.decisions import Judged, decisions_record
from policy.services.judging import judge, snapshot
from policy.services.programs import loaded
from policy.services.requests import Claim, Claimed, request_fail, requests_claim, requests_held

logger = logging.getLogger(__name__)

BATCH = 500
"""Requests of a batch. Beyond 50 the overhead of a task no longer matters, and 500 rows are written
in well under a second, so nobody waits long for SQLite's single write lock."""

LONGEST_ERROR = 2_000
"""Characters of an error that are kept with a parked request."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What one call did: requests claimed, decided, and failed, of which some were parked."""

    claimed: int = 0
    decided: int = 0
    failed: int = 0
    parked: int = 0


Failure = tuple[Claimed, str]


def evaluate_pending(
    *, now: datetime, limit: int = BATCH, tell_others: Callable[[], None] = lambda: None
) -> Drained:
    """Decide one batch of waiting requests under the bundle that is active.

    `tell_others` is called before the work begins when more is waiting. Without an active bundle
    nothing is claimed.
    """
    active = active_at(now)
    if active is None:
        if EvaluationRequest.objects.filter(state=EvaluationRequest.State.QUEUED).exists():
            logger.warning("tracks wait, but no bundle is active: run `manage.py bundle_activate`")
        return Drained()
    claim = requests_claim(now=now, limit=limit)
    if not claim.requests:
        return Drained()
    if claim.more:
        tell_others()
    with _collector_off():
        failures = _decide(active.bundle, claim, now)
    parked = sum(
        request_fail(claim=claim, request=request, error=error[:LONGEST_ERROR], now=now)
        for request, error in failures
    )
    claimed = len(claim.requests)
    return Drained(claimed, claimed - len(failures), len(failures), parked)


def _decide(bundle: Bundle, claim: Claim, now: datetime) -> list[Failure]:
    """Decide a claim, together if that can be, else one by one; what could not be decided."""
    try:
        return _decide_together(bundle, claim, claim.requests, now)
    except Exception:
        logger.exception("a batch of %d could not be decided at once", len(claim.requests))
    failures = []
    for request in claim.requests:
        try:
            failures += _decide_together(bundle, claim, [request], now)
        except OperationalError:
            raise  # the database is in trouble, not the track: the lease brings the rest back
        except Exception as error:
            logger.exception("track %d could not be decided", request.track_id)
            failures.append((request, _told(error)))
    return failures


def _decide_together(
    bundle: Bundle, claim: Claim, requests: Sequence[Claimed], now: datetime
) -> list[Failure]:
    """Decide requests in one transaction; those whose track could not be judged are left over.

    Whoever was so slow that another worker has the rows by now writes nothing.
    """
    judged, failures = _judge(bundle, requests)
    with transaction.atomic():
        held = requests_held(claim=claim)
        mine = {request: each for request, each in judged.items() if request.id in held}
        ids = decisions_record(bundle=bundle, judged=list(mine.values()), at=now)
        _close(claim, {request: ids[each.key] for request, each in mine.items()}, now)
    return failures


def _judge(
    bundle: Bundle, requests: Sequence[Claimed]
) -> tuple[dict[Claimed, Judged], list[Failure]]:
    """Evaluate one track after the other, each as of its own instant."""
    rules = loaded(bundle.digest)
    collected = facts.collect_each((request.track_id, request.as_of) for request in requests)
    judged: dict[Claimed, Judged] = {}
    failures: list[Failure] = []
    for request in requests:
        try:
            found = collected[facts.Subject(request.track_id, request.as_of)]
            document = snapshot(found.document, request.as_of)
            judged[request] = Judged(
                track_id=request.track_id,
                account_id=request.account_id,
                as_of=request.as_of,
                document=document,
                digest=digest(document),
                judgement=judge(rules, document),
            )
        except Exception as error:
            logger.exception("track %d could not be evaluated", request.track_id)
            failures.append((request, _told(error)))
    return judged, failures


def _close(claim: Claim, decisions: Mapping[Claimed, int], now: datetime) -> None:
    """Mark requests as done, each with its decision, unless another worker has them by now."""
    done = EvaluationRequest.State.DONE
    update_rows(
        EvaluationRequest,
        ("state", "decision_id", "done_at", "claim", "lease_until", "error"),
        ("id", "claim"),
        [
            (done, decision, now, None, None, "", request.id, claim.id)
            for request, decision in sorted(decisions.items(), key=lambda pair: pair[0].id)
        ],
    )


def _told(error: Exception) -> str:
    """An error as it is kept with a request: what kind, and what it says."""
    return f"{type(error).__name__}: {error}"


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the cyclic collector out of a batch: it would walk all rows again and again.

    What is alive is frozen meanwhile, so that the collection that follows looks at the batch only.
    """
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
