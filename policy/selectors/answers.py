"""Answers to "may I?" as people read them: by decision, and for single tracks. No names of owners.

Answers are packed by thousands (`UsageAnswers`); what is asked here opens few of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from policy.models import UsageAnswers, UsageCheck, UsageDecision
from policy.selectors.usage_answers import unpacked

OPENED = 20
"""Packed rows that are opened to count answers by decision: the first 100,000 tracks."""

DECISIONS = 200
"""Decisions that are looked at, the most frequent ones."""

GROUPS = 25
"""Answers that are told, the most frequent ones."""


TITLE = "{title}"
"""Stands in reasons for the title of the track; the same as in the facts of a use."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """A right in a territory that stands against a use, and the rule that says so."""

    layer: str
    territory: str
    rule: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What a determining rule says."""

    ruleset: str
    rule: str
    effect: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One evaluation of a use of a track. `reasons` name no owner, and no track."""

    decision: UUID
    effect: str
    blocking: tuple[Blocking, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """The tracks that share one answer."""

    answer: Answer
    tracks: int


@dataclass(frozen=True, slots=True)
class TrackAnswer:
    """What was answered for one track, and how many consent records it relied on."""

    answer: Answer
    relied: int


@dataclass(frozen=True, slots=True)
class _Packed:
    track: int
    decision: int
    consents: tuple[int, ...]


def answer_groups(check: UsageCheck) -> tuple[AnswerGroup, ...]:
    """The answers of a check with how many tracks share them, most first; two queries.

    Facts that differ make decisions of their own; those that say the same are one answer here.
    """
    rows = UsageAnswers.objects.filter(usage_check=check).order_by("first_track")[:OPENED]
    counts = Counter(one.decision for row in rows for one in _unpacked(row))
    answers = _answers(found for found, _ in counts.most_common(DECISIONS))
    said: dict[object, AnswerGroup] = {}
    for found, answer in answers.items():
        same = (answer.effect, answer.blocking, answer.reasons)
        before = said.get(same)
        number = counts[found] + (before.tracks if before else 0)
        said[same] = AnswerGroup(before.answer if before else answer, number)
    return tuple(sorted(said.values(), key=lambda group: -group.tracks)[:GROUPS])


def answers_for(check: UsageCheck | None, tracks: Sequence[int]) -> Mapping[int, TrackAnswer]:
    """The answers for some tracks by their row ids, those that have one; two queries."""
    if check is None or not tracks:
        return {}
    ranges = (Q(first_track__lte=track, last_track__gte=track) for track in tracks)
    rows = UsageAnswers.objects.filter(reduce(or_, ranges), usage_check=check)
    wanted = frozenset(tracks)
    found = [one for row in rows for one in _unpacked(row) if one.track in wanted]
    answers = _answers(one.decision for one in found)
    return {one.track: TrackAnswer(answers[one.decision], len(one.consents)) for one in found}


def answered_tracks(check: UsageCheck, after: int, before: int, size: int, up: bool) -> list[int]:
    """Row ids of answered tracks between two (exclusive), from the low end when `up`; one query."""
    rows = UsageAnswers.objects.filter(
        usage_check=check, last_track__gt=after, first_track__lt=before
    ).order_by("first_track" if up else "-first_track")
    found: list[int] = []
    for row in rows.iterator(chunk_size=2):
        ids = sorted((one.track for one in _unpacked(row)), reverse=not up)
        found += [track for track in ids if after < track < before]
        if len(found) >= size:
            break
    return found[:size]


def _unpacked(row: UsageAnswers) -> Iterable[_Packed]:
    return (_Packed(*answer) for answer in unpacked(row.content))


def _answers(ids: Iterable[int]) -> dict[int, Answer]:
    rows = UsageDecision.objects.filter(pk__in=set(ids)).defer("trace")
    return {row.pk: usage_answer(row) for row in rows}


def usage_answer(row: UsageDecision) -> Answer:
    """A row as people read it: what determined it, and what blocks."""
    return Answer(
        decision=row.uuid,
        effect=row.effect,
        blocking=tuple(Blocking(*found) for found in row.blocking),
        reasons=tuple(
            Reason(rule["ruleset"], rule["rule"], rule["effect"], _text(rule["reason"]))
            for rule in row.rules
            if rule["determining"]
        ),
    )


def _text(reason: str) -> str:
    """A reason for any of the tracks that share it."""
    return reason.replace(f'"{TITLE}"', "the track").replace(TITLE, "the track")
