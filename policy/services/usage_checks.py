"""May I? The answer to a use, for each of its tracks, with the statements that it relies on.

Tracks are answered in a stream: memory holds the situations, a chunk of tracks, and the packed
answers (some ten bytes a track). All that a check writes but the decisions, which are true by
themselves, is written at its end in one transaction. A worker that dies before leaves nothing.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeAlias

import msgspec
from django.db import transaction

from policy.facts.owners import OwnerSaid, owners_stream
from policy.facts.uses import Asking
from policy.models import (
    Attribution,
    Bundle,
    Job,
    Reliance,
    Usage,
    UsageAnswers,
    UsageCheck,
)
from policy.registry.said import GRANTED, Ask
from policy.registry.speaking import UNKNOWN
from policy.selectors.usage_answers import unpacked
from policy.services.bulk import copy_rows, insert_rows
from policy.services.bundles import active_at
from policy.services.jobs import Cursor, job_add
from policy.services.usage_catalogue import tracks_of
from policy.services.usage_judging import Decided, UseJudge

CHUNK = 5_000
"""Tracks whose answers are kept in one row."""

AT_ONCE = 2_000
"""Tracks of the largest use that is answered while its asker waits."""

ALLOWED = frozenset({"allow", "limit"})
"""Effects under which a use may happen."""

Also: TypeAlias = Callable[[UsageCheck], None]
"""What else belongs into the transaction of a check."""


class NotChecked(Exception):
    """A use cannot be answered; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """As of when a use is answered, as known when; `past` for what took place."""

    as_of: datetime
    known_at: datetime
    past: bool = False

    @staticmethod
    def of_past(usage: Usage) -> _Moment:
        """What held, and was known, when it began."""
        return _Moment(usage.starts_at, usage.starts_at, past=True)


@dataclass(slots=True)
class _Answers:
    """What a stream of answers has come to."""

    packed: list[tuple[int, int, bytes]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    relied: set[int] = field(default_factory=set)
    digest: str = ""

    @property
    def tracks(self) -> int:
        return sum(self.counts.values())


def usage_ask(*, usage: Usage, at: datetime) -> UsageCheck | Job:
    """Answer a use at once when it is small, else leave it to a job; the caller nudges then."""
    count = tracks_of(usage)[: AT_ONCE + 1].count()
    if count <= AT_ONCE:
        return usage_check(usage=usage, at=at)
    return job_add(kind=Job.Kind.USAGE_CHECK, subject_id=usage.pk, at=at)


def usage_check(
    *,
    usage: Usage,
    at: datetime,
    again: bool = False,
    alive: Callable[[], None] = lambda: None,
    also: Also = lambda _: None,
) -> UsageCheck:
    """Answer a use for all its tracks and write it down.

    One that is planned is answered as of its beginning, or of now where it has begun, as known now;
    one that took place as of its beginning, as known then, once: that answer is evidence. `again`
    asks whether what took place may go on. `alive` is called now and then. Raises NotChecked when
    no rules are active or no track is found.
    """
    past = usage.stage == Usage.Stage.REPORTED and not again
    there = _evidence(usage) if past else None
    if there is not None:
        also(there)
        return there
    active = active_at(at)
    if active is None:
        raise NotChecked("no bundle is active: run `manage.py bundle_build` and `bundle_activate`")
    moment = _Moment.of_past(usage) if past else _Moment(max(usage.starts_at, at), at)
    judge = UseJudge(active.bundle, asking_of(usage), moment.as_of)
    stream = owners_stream(ask_of(usage, moment.as_of, moment.known_at), tracks_of(usage))
    answers = _answered(stream, judge, _attributed(usage), at, alive, relies=past)
    if not answers.tracks:
        raise NotChecked(f"`{usage.reference}` finds no track in the catalogue")
    with transaction.atomic():
        Usage.objects.select_for_update().get(pk=usage.pk)  # one answer of what took place
        there = _evidence(usage) if past else None
        check = there or _written(usage, active.bundle, moment, answers, at)
        also(check)
    return check


def usage_check_job(
    *,
    subject_id: int,
    now: datetime,
    cursor: Cursor,
    save_cursor: Callable[[Cursor], None],
    renew: Callable[[], None],
) -> None:
    """Answer a large use: the job of that kind."""
    if cursor.get("check"):
        return
    usage_check(
        usage=Usage.objects.select_related("licensee").get(pk=subject_id),
        at=now,
        alive=lambda: save_cursor(cursor),
        also=lambda check: save_cursor({"check": check.pk}),
    )


def asking_of(usage: Usage) -> Asking:
    """A use as rules see it, but for its tracks."""
    return Asking(
        kind=usage.kind,
        licensee=usage.licensee.name,
        model=usage.model,
        model_version=usage.model_version,
        territories=tuple(usage.territories),
        research=usage.research,
        units=usage.units,
        artificial_units=usage.artificial_units,
        reported=usage.stage == Usage.Stage.REPORTED,
    )


def ask_of(usage: Usage, as_of: datetime, known_at: datetime) -> Ask:
    """A use as the registry of consents is asked about it."""
    return Ask(
        use=usage.kind,
        at=as_of,
        known_at=known_at,
        licensee=usage.licensee_id,
        model=usage.model,
        model_version=usage.model_version,
        territories=tuple(usage.territories),
    )


def _evidence(usage: Usage) -> UsageCheck | None:
    """The answer that a use which took place has already."""
    return usage.checks.filter(reported=True).first()


def _attributed(usage: Usage) -> frozenset[int]:
    rows = Attribution.objects.filter(usage=usage, weight__isnull=False)
    return frozenset(rows.values_list("track_id", flat=True))


def _answered(
    stream: Iterator[tuple[int, tuple[OwnerSaid, ...]]],
    judge: UseJudge,
    attributed: Collection[int],
    at: datetime,
    alive: Callable[[], None],
    *,
    relies: bool,
) -> _Answers:
    found, digest = _Answers(), hashlib.sha256()
    while tracks := list(islice(stream, CHUNK)):
        decided = judge.decide(tracks, attributed, at)
        rows = [
            (track, decision.id, spoke(said))
            for (track, said), decision in zip(tracks, decided, strict=True)
        ]
        text = msgspec.json.encode(rows)
        digest.update(text[1:-1] + b",")
        found.packed.append((rows[0][0], rows[-1][0], zlib.compress(text, 1)))
        found.counts.update([decision.effect for decision in decided])
        if relies:
            found.relied.update(*relied(tracks, decided))
        alive()
    found.digest = digest.hexdigest()
    return found


def spoke(said: tuple[OwnerSaid, ...]) -> tuple[int, ...]:
    """The statements that spoke for the owners of a track, sorted."""
    if len(said) == 1:
        return said[0].consents
    return tuple(sorted({id for one in said for id in one.consents}))


def relied(
    tracks: Sequence[tuple[int, tuple[OwnerSaid, ...]]], decided: Sequence[Decided]
) -> Iterator[tuple[int, ...]]:
    """The statements by which tracks may be used."""
    for (_, said), decision in zip(tracks, decided, strict=True):
        if decision.effect in ALLOWED:
            for one in said:
                if _says(one) == GRANTED:
                    yield one.consents


def _says(one: OwnerSaid) -> str:
    """What an owner says of a use: by contract, else as it prefers."""
    return one.fact.preference if one.fact.contract == UNKNOWN else one.fact.contract


def _written(
    usage: Usage, bundle: Bundle, moment: _Moment, answers: _Answers, at: datetime
) -> UsageCheck:
    check = UsageCheck.objects.create(
        usage=usage,
        bundle=bundle,
        as_of=moment.as_of,
        known_at=moment.known_at,
        reported=moment.past,
        tracks=answers.tracks,
        counts=dict(sorted(answers.counts.items())),
        digest=answers.digest,
        checked_at=at,
    )
    columns = ("usage_check_id", "first_track", "last_track", "content")
    insert_rows(UsageAnswers, columns, ((check.pk, *row) for row in answers.packed), new=True)
    Usage.objects.filter(pk=usage.pk).update(tracks=answers.tracks)
    if moment.past:
        rows = ((check.pk, consent) for consent in sorted(answers.relied))
        copy_rows(Reliance, ("usage_check_id", "consent_id"), rows)
        _drawn(usage, answers)
    return check


def _drawn(usage: Usage, answers: _Answers) -> None:
    """Put on record which tracks a query had found, once the use took place."""
    if usage.query:
        ids = (row[0] for *_, content in answers.packed for row in unpacked(content))
        rows = ((usage.pk, track) for track in ids)
        copy_rows(Attribution, ("usage_id", "track_id"), rows)
