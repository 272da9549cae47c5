"""A grant is withdrawn: nothing new may begin with what it covered, and everybody is told.

A withdrawal acts forward. What took place by the grant stays lawful and on record. A job queues the
tracks for new decisions, answers anew what is planned or running, and tells owners, deliverers and
licensees, step by step; each step is one transaction with the job's cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from policy.models import Consent, Job, Reliance, Share, Track, Usage, UsageCheck, UsageDecision
from policy.selectors.usage_answers import answers_of
from policy.services.coverage import covered, evaluations_queue
from policy.services.jobs import Cursor, job_add
from policy.services.notices import Telling, notices_send
from policy.services.registry import consent_withdraw_row
from policy.services.saying import Evidence
from policy.services.usage_catalogue import tracks_of
from policy.services.usage_checks import ALLOWED, usage_check
from policy.services.usage_deadlines import Deadline, deadline_of
from policy.services.usages import running

Save: TypeAlias = Callable[[Cursor], None]

CHUNK = 5_000
"""Tracks of one step."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal on record, and the job that carries it out."""

    consent: Consent
    job: Job


def withdraw(
    *,
    consents: Sequence[Consent],
    actor: User | None,
    at: datetime,
    since: datetime | None = None,
    evidence: Evidence | None = None,
) -> list[Withdrawn]:
    """Withdraw grants from `since` on (default: now); the caller nudges the workers.

    In one transaction. Raises `saying.ConsentRefused` for what is no grant that stands.
    """
    made = []
    with transaction.atomic():
        for consent in consents:
            row = consent_withdraw_row(
                consent=consent, at=at, since=since, actor=actor, evidence=evidence
            )
            job = job_add(kind=Job.Kind.WITHDRAWAL, subject_id=row.pk, at=at)
            made.append(Withdrawn(row, job))
    return made


def withdrawal_job(
    *,
    subject_id: int,
    now: datetime,
    cursor: Cursor,
    save_cursor: Callable[[Cursor], None],
    renew: Callable[[], None],
) -> None:
    """Carry out a withdrawal from where it was left: the job of that kind."""
    said = Consent.objects.select_related("grantor").get(pk=subject_id)
    place: Cursor = cursor or {"step": "tracks", "after": 0}
    while step := _STEPS.get(place["step"]):
        place = step(said, place.get("after", 0), now, save_cursor)


def concerned(said: QuerySet[Consent], at: datetime) -> QuerySet[Usage]:
    """Uses that are planned or go on and that some of the statements could be about."""
    about = Q(pk__in=())
    for use, licensee in said.order_by().values_list("use", "licensee").distinct():
        about |= Q(kind=use) & (Q(licensee=licensee) if licensee else Q())
    return Usage.objects.filter(running(at) & about).select_related("licensee").order_by("pk")


def touched(usage: Usage, said: QuerySet[Consent]) -> QuerySet[Track]:
    """The tracks of a use that statements are about."""
    return tracks_of(usage).filter(pk__in=covered(said).order_by().values("pk"))


def _tracks_step(said: Consent, after: int, now: datetime, save_cursor: Save) -> Cursor:
    tracks = covered(_only(said)).filter(pk__gt=after).order_by("pk")
    ids = list(tracks.values_list("pk", flat=True)[:CHUNK])
    more = len(ids) == CHUNK
    place = {"step": "tracks", "after": ids[-1]} if more else {"step": "usages", "after": 0}
    with transaction.atomic():
        if _queues(said):
            evaluations_queue(ids=ids, at=said.recorded_at)
        notices_send(telling=[*_deliverers(said, ids), *_owners(said, ids)], at=now)
        save_cursor(place)
    return place


def _queues(said: Consent) -> bool:
    """Whether nobody else queues the tracks: a delivery does so at once, the sweep when what is
    said begins later."""
    return said.delivery_id is None and said.valid_from <= said.recorded_at


def _usage_step(said: Consent, after: int, now: datetime, save_cursor: Save) -> Cursor:
    """Answer the next use anew, or find that none is left."""
    usage = _next_usage(said, after, now)
    if usage is None:
        save_cursor({"step": "licensees"})
        return {"step": "licensees"}
    place = {"step": "usages", "after": usage.pk}

    def tell(check: UsageCheck) -> None:
        notices_send(telling=_must_stop(said, usage, check, now), at=now)
        save_cursor(place)

    usage_check(
        usage=usage,
        at=now,
        again=True,
        alive=lambda: save_cursor({"step": "usages", "after": after}),
        also=tell,
    )
    return place


def _licensees_step(said: Consent, after: int, now: datetime, save_cursor: Save) -> Cursor:
    place = {"step": "done"}
    with transaction.atomic():
        notices_send(telling=_licensees(said), at=now)
        save_cursor(place)
    return place


_STEPS = {"tracks": _tracks_step, "usages": _usage_step, "licensees": _licensees_step}


def _next_usage(said: Consent, after: int, now: datetime) -> Usage | None:
    rows = concerned(_only(said), now).filter(pk__gt=after)
    return next((row for row in rows.iterator() if touched(row, _only(said)).exists()), None)


def _only(said: Consent) -> QuerySet[Consent]:
    return Consent.objects.filter(pk=said.pk)


def _must_stop(said: Consent, usage: Usage, check: UsageCheck, now: datetime) -> Iterable[Telling]:
    """That the licensee must leave out what the withdrawal forbids, by the rule's deadline."""
    by_decision: dict[int, int] = {}
    for _, decision, spoke in answers_of(check):
        if said.pk in spoke:
            by_decision[decision] = by_decision.get(decision, 0) + 1
    decisions = UsageDecision.objects.filter(pk__in=by_decision).exclude(effect__in=ALLOWED)
    rows = list(decisions)
    count = sum(by_decision[row.pk] for row in rows)
    if not count:
        return
    deadline = min((deadline_of(row.rules, now) for row in rows), key=Deadline.order)
    yield Telling(
        kind="use_must_stop",
        about=(said.pk, usage.pk),
        party_id=usage.licensee_id,
        usage_id=usage.pk,
        consent_id=said.pk,
        due_at=deadline.due_at,
        text=(
            f"{usage.kind} `{usage.reference}` must leave out {count:,} of its tracks: an owner "
            f"withdrew consent to it ({said.layer}). {deadline.cited}"
        ),
    )


def _deliverers(said: Consent, ids: Sequence[int]) -> Iterable[Telling]:
    accounts = Track.objects.filter(pk__in=ids).order_by().values_list("account", flat=True)
    for account in sorted(set(accounts)):
        yield Telling(
            kind="consent_withdrawn",
            about=(said.pk,),
            account_id=account,
            consent_id=said.pk,
            text=_withdrawn(said, "you delivered"),
        )


def _owners(said: Consent, ids: Sequence[int]) -> Iterable[Telling]:
    """Those who own the tracks too."""
    others = Share.objects.filter(track__in=ids).exclude(party=said.grantor)
    for party in sorted(set(others.order_by().values_list("party", flat=True))):
        yield Telling(
            kind="consent_withdrawn",
            about=(said.pk,),
            party_id=party,
            consent_id=said.pk,
            text=_withdrawn(said, "you own too"),
        )


def _licensees(said: Consent) -> Iterable[Telling]:
    """Those for whom the grant was, and those whose past uses relied on it."""
    used = Reliance.objects.filter(consent=said.replaces_id).order_by()
    found = set(used.values_list("usage_check__usage__licensee", flat=True))
    for licensee in sorted({*found, *([said.licensee_id] if said.licensee_id else ())}):
        yield Telling(
            kind="consent_withdrawn",
            about=(said.pk,),
            party_id=licensee,
            consent_id=said.pk,
            text=(
                f"A consent to {said.use} ({said.layer}) that you relied on, or that was given to "
                f"you, is withdrawn as of {said.valid_from:%Y-%m-%d}. What took place stays "
                "lawful; nothing new may begin."
            ),
        )


def _withdrawn(said: Consent, how: str) -> str:
    return (
        f"An owner withdrew consent to {said.use} ({said.layer}) of works that {how}, as of "
        f"{said.valid_from:%Y-%m-%d}. Nothing new may begin with them."
    )
