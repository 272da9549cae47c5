"""A grant is withdrawn: nothing new may begin with what it covered, and everybody is told.

So it is with whatever else allows less than what stood (`taking_back`).

A withdrawal acts forward. What took place by the grant stays lawful and on record. A job queues the
tracks for new decisions, answers anew what is planned or running, and tells owners, deliverers and
licensees, step by step; each step is one transaction with the job's cursor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from policy.facts.owners import owners_stream
from policy.models import Consent, Job, Reliance, Share, Track, Usage, UsageCheck, UsageDecision
from policy.selectors.usage_answers import answers_of
from policy.services.coverage import covered, evaluations_queue, ever_covered
from policy.services.jobs import Cursor, job_add
from policy.services.notices import Telling, notices_send
from policy.services.registry import consent_withdraw_row
from policy.services.saying import Evidence
from policy.services.taking_back import TakenBack
from policy.services.usage_catalogue import tracks_of
from policy.services.usage_checks import ALLOWED, ask_of, asking_of, usage_check
from policy.services.usage_deadlines import Deadline, deadline_of
from policy.services.usage_judging import UseJudge
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
    assurance: str = "",
) -> list[Withdrawn]:
    """Withdraw grants from `since` on (default: now); the caller nudges the workers.

    In one transaction. Raises `saying.ConsentRefused` for what is no grant that stands.
    """
    made = []
    with transaction.atomic():
        for consent in consents:
            row = consent_withdraw_row(
                consent=consent,
                at=at,
                since=since,
                actor=actor,
                evidence=evidence,
                assurance=assurance,
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
    """Carry out a withdrawal, or what else takes grants back, from where it was left: the job of
    that kind."""
    taken = TakenBack.of(Consent.objects.get(pk=subject_id), cursor)
    place: Cursor = {"step": "tracks", "after": 0} | dict(cursor)

    def save(reached: Cursor) -> None:
        save_cursor({**reached, **taken.place})

    while step := _STEPS.get(place["step"]):
        place = step(taken, place.get("after", 0), now, save)


def concerned(said: QuerySet[Consent], at: datetime) -> QuerySet[Usage]:
    """Uses that are planned or go on and that some of the statements could be about."""
    about = Q(pk__in=())
    for use, licensee in said.order_by().values_list("use", "licensee").distinct():
        about |= Q(kind=use) & (Q(licensee=licensee) if licensee else Q())
    return Usage.objects.filter(running(at) & about).select_related("licensee").order_by("pk")


def touched(usage: Usage, said: QuerySet[Consent]) -> QuerySet[Track]:
    """The tracks of a use that statements are about. A model does not forget what was removed."""
    return tracks_of(usage).filter(pk__in=ever_covered(said).order_by().values("pk"))


def _tracks_step(taken: TakenBack, after: int, now: datetime, save_cursor: Save) -> Cursor:
    tracks = covered(taken.grants).filter(pk__gt=after).order_by("pk")
    ids = list(tracks.values_list("pk", flat=True)[:CHUNK])
    more = len(ids) == CHUNK
    place = {"step": "tracks", "after": ids[-1]} if more else {"step": "usages", "after": 0}
    with transaction.atomic():
        if _queues(taken):
            evaluations_queue(ids=ids, at=taken.first.recorded_at)
        notices_send(telling=[*_deliverers(taken, ids), *_owners(taken, ids)], at=now)
        save_cursor(place)
    return place


def _queues(taken: TakenBack) -> bool:
    """Whether nobody else queues the tracks: who says something or delivers it does so at once, the
    sweep when a withdrawal begins later."""
    said = taken.first
    return taken.withdraws and said.delivery_id is None and said.valid_from <= said.recorded_at


def _usage_step(taken: TakenBack, after: int, now: datetime, save_cursor: Save) -> Cursor:
    """Answer the next use anew, or find that none is left."""
    usage = _next_usage(taken, after, now)
    if usage is None:
        save_cursor({"step": "licensees"})
        return {"step": "licensees"}
    place = {"step": "usages", "after": usage.pk}

    def tell(check: UsageCheck) -> None:
        notices_send(telling=_must_stop(taken, usage, check, now), at=now)
        save_cursor(place)

    usage_check(
        usage=usage,
        at=now,
        again=True,
        alive=lambda: save_cursor({"step": "usages", "after": after}),
        also=tell,
    )
    return place


def _licensees_step(taken: TakenBack, after: int, now: datetime, save_cursor: Save) -> Cursor:
    place = {"step": "done"}
    with transaction.atomic():
        notices_send(telling=_licensees(taken), at=now)
        save_cursor(place)
    return place


_STEPS = {"tracks": _tracks_step, "usages": _usage_step, "licensees": _licensees_step}


def _next_usage(taken: TakenBack, after: int, now: datetime) -> Usage | None:
    rows = concerned(taken.rows, now).filter(pk__gt=after)
    return next((row for row in rows.iterator() if touched(row, taken.rows).exists()), None)


def _must_stop(
    taken: TakenBack, usage: Usage, check: UsageCheck, now: datetime
) -> Iterable[Telling]:
    """That the licensee must leave out what it might use until then, by the rule's deadline."""
    stopped = _stopped(taken, usage, check)
    if not stopped:
        return
    rules = UsageDecision.objects.filter(pk__in=stopped).values_list("rules", flat=True)
    deadline = min((deadline_of(each, now) for each in rules), key=Deadline.order)
    yield Telling(
        kind="use_must_stop",
        about=(*taken.about, usage.pk),
        party_id=usage.licensee_id,
        usage_id=usage.pk,
        consent_id=taken.first.pk,
        due_at=deadline.due_at,
        text=(
            f"{usage.kind} `{usage.reference}` must leave out {stopped.total():,} of its tracks: "
            f"an owner {_how(taken)} consent to it ({taken.words('layer')}). {deadline.cited}"
        ),
    )


def _how(taken: TakenBack) -> str:
    if taken.span is not None:
        return "has ended its"
    return "withdrew" if taken.withdraws else "refused or changed"


def _stopped(taken: TakenBack, usage: Usage, check: UsageCheck) -> Counter[int]:
    """Decisions by which a check forbids tracks that might be used as was known just before; how
    many each."""
    answers = dict(answer[:2] for answer in answers_of(check))
    rows = UsageDecision.objects.filter(pk__in=set(answers.values())).exclude(effect__in=ALLOWED)
    forbidding = set(rows.values_list("pk", flat=True))
    if not forbidding:
        return Counter()
    judge = UseJudge(check.bundle, asking_of(usage), check.as_of)
    moment = taken.before(check.as_of, check.known_at, usage.starts_at)
    before = owners_stream(ask_of(usage, *moment), touched(usage, taken.rows))
    might = (track for track, effect in judge.effects(before) if effect in ALLOWED)
    return Counter(answers[track] for track in might if answers.get(track) in forbidding)


def _deliverers(taken: TakenBack, ids: Sequence[int]) -> Iterable[Telling]:
    accounts = Track.objects.filter(pk__in=ids).order_by().values_list("account", flat=True)
    for account in sorted(set(accounts)):
        yield Telling(
            kind="consent_withdrawn",
            about=(taken.first.pk,),
            account_id=account,
            consent_id=taken.first.pk,
            text=_withdrawn(taken, "you delivered"),
        )


def _owners(taken: TakenBack, ids: Sequence[int]) -> Iterable[Telling]:
    """Those who own the tracks too."""
    others = Share.objects.filter(track__in=ids).exclude(party__in=taken.rows.values("grantor"))
    for party in sorted(set(others.order_by().values_list("party", flat=True))):
        yield Telling(
            kind="consent_withdrawn",
            about=(taken.first.pk,),
            party_id=party,
            consent_id=taken.first.pk,
            text=_withdrawn(taken, "you own too"),
        )


def _licensees(taken: TakenBack) -> Iterable[Telling]:
    """Those for whom the grants were, and those whose past uses relied on them."""
    used = Reliance.objects.filter(consent__in=taken.grants.values("replaces")).order_by()
    found = set(used.values_list("usage_check__usage__licensee", flat=True))
    named = taken.grants.exclude(licensee=None).order_by().values_list("licensee", flat=True)
    for licensee in sorted({*found, *named}):
        yield Telling(
            kind="consent_withdrawn",
            about=(taken.first.pk,),
            party_id=licensee,
            consent_id=taken.first.pk,
            text=(
                f"A consent to {taken.words('use')} ({taken.words('layer')}) that you relied on, "
                f"or that was given to you, is {'withdrawn' if taken.withdraws else 'changed'} as "
                f"of {taken.since:%Y-%m-%d}. What took place stays lawful; "
                f"{'nothing new may begin' if taken.withdraws else 'ask before you begin anew'}."
            ),
        )


def _withdrawn(taken: TakenBack, how: str) -> str:
    return (
        f"An owner {'withdrew' if taken.withdraws else 'changed its'} consent to "
        f"{taken.words('use')} ({taken.words('layer')}) of works that {how}, as of "
        f"{taken.since:%Y-%m-%d}. "
        f"{'Nothing new may begin with them.' if taken.withdraws else 'Uses are answered anew.'}"
    )
