"""Duties that decisions create: whom they bind, until when, and what becomes of earlier ones."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from policy.lang.deadlines import time_allowed
from policy.lang.plan import ObligationPlan
from policy.models import Detection, Obligation, Share, Track
from policy.services.bulk import insert_rows

PartyIds: TypeAlias = tuple[int | None, ...]

NOBODY: PartyIds = (None,)
"""Of a duty that binds no party on record: the service itself, or an owner whom nobody named."""

_LAYER_OF = {
    "master_owner": "master",
    "publisher": "publishing",
    "performer": "performer",
    "voice_owner": "likeness",
}
_STANDING = (Obligation.State.OPEN, Obligation.State.ACKNOWLEDGED, Obligation.State.OVERDUE)


@dataclass(frozen=True, slots=True)
class Holding:
    """A party's share: layer and the days in which it holds (`until` exclusive, None = open)."""

    party_id: int
    layer: str
    valid_from: date | None
    valid_until: date | None

    def holds(self, day: date) -> bool:
        """Whether the share is in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True)
class Bound:
    """Who can be bound by duties about some tracks, by track id."""

    deliverers: Mapping[int, int | None]
    holdings: Mapping[int, tuple[Holding, ...]]
    voices: Mapping[int, tuple[int, ...]]

    def parties(self, of: str, track_id: int, day: date) -> PartyIds:
        """The parties that `of` (a word of `policy.lang.vocabulary.PARTIES`) means for a track.

        Each once, in the order of their ids; NOBODY when it means none on record.
        """
        if of == "deliverer":
            return (self.deliverers.get(track_id),)
        held = [held for held in self.holdings.get(track_id, ()) if held.holds(day)]
        found = {share.party_id for share in held if share.layer == _LAYER_OF.get(of)}
        if of == "rights_holders":
            found = {share.party_id for share in held}
        if of == "voice_owner":
            found.update(self.voices.get(track_id, ()))
        return tuple(sorted(found)) or NOBODY


def parties_bound(track_ids: Collection[int]) -> Bound:
    """Look up whom duties about these tracks can bind; three queries."""
    deliverers = Track.objects.filter(pk__in=track_ids).values_list("pk", "account__party")
    holdings: dict[int, list[Holding]] = defaultdict(list)
    shares = Share.objects.filter(track__in=track_ids)
    for track_id, party_id, layer, valid_from, valid_until in shares.values_list(
        "track_id", "party_id", "layer", "valid_from", "valid_until"
    ):
        holdings[track_id].append(Holding(party_id, layer, valid_from, valid_until))
    voices: dict[int, list[int]] = defaultdict(list)
    heard = Detection.objects.filter(
        track__in=track_ids, kind=Detection.Kind.VOICE_MATCH, party__isnull=False
    )
    for track_id, party_id in heard.values_list("track_id", "party_id"):
        voices[track_id].append(party_id)
    return Bound(
        dict(deliverers),
        {track: tuple(found) for track, found in holdings.items()},
        {track: tuple(found) for track, found in voices.items()},
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of a new decision; `stands` unless a later decision on the track is new as well."""

    decision_id: int
    finding_id: int
    track_id: int
    as_of: datetime
    plan: ObligationPlan
    stands: bool

    def same(self, party_id: int | None) -> _Same:
        """What makes it the same duty in two decisions on a track."""
        plan = self.plan
        return (self.track_id, plan.do, plan.of, party_id, tuple(sorted(plan.details)))


_Same: TypeAlias = tuple[int, str, str, int | None, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far an earlier duty is."""

    due_at: datetime | None
    state: str


def obligations_follow(
    *, duties: Sequence[Duty], decisions: Mapping[int, int], at: datetime
) -> None:
    """Write the duties of new decisions and let those of their tracks' earlier decisions lapse.

    `decisions` are the new ones with their tracks. A duty that is demanded again keeps its deadline
    and its state, so that nobody gains time by delivering anew. Six queries.
    """
    earlier = _lapse(decisions, at)
    bound = parties_bound({duty.track_id for duty in duties})
    rows = []
    for duty in duties:
        for party_id in bound.parties(
            duty.plan.of, duty.track_id, duty.as_of.astimezone(UTC).date()
        ):
            before = earlier.get(duty.same(party_id))
            rows.append(_row(duty, party_id, before, at))
    insert_rows(
        Obligation,
        (
            "uuid", "decision_id", "finding_id", "do", "of", "party_id", "details", "due_at",
            "state", "changed_at",
        ),
        rows,
        new=True,
    )  # fmt: skip


def _row(
    duty: Duty, party_id: int | None, before: _Standing | None, at: datetime
) -> tuple[object, ...]:
    plan, allowed = duty.plan, time_allowed(duty.plan.within)
    due_at = at + allowed if allowed else None
    if before and before.due_at and due_at:
        due_at = min(before.due_at, due_at)
    state = before.state if before else Obligation.State.OPEN
    return (
        uuid.uuid4(), duty.decision_id, duty.finding_id, plan.do, plan.of, party_id,
        dict(plan.details), due_at, state if duty.stands else Obligation.State.LAPSED, at,
    )  # fmt: skip


def _lapse(decisions: Mapping[int, int], at: datetime) -> dict[_Same, _Standing]:
    """Let standing duties of earlier decisions lapse; what they were, by what makes them one."""
    rows = list(
        Obligation.objects.filter(
            decision__track__in=set(decisions.values()), state__in=_STANDING
        ).values_list(
            "pk", "decision__track_id", "do", "of", "party_id", "details", "due_at", "state"
        )
    )
    Obligation.objects.filter(pk__in=[row[0] for row in rows]).update(
        state=Obligation.State.LAPSED, changed_at=at
    )
    return {
        (track, do, of, party, tuple(sorted(details.items()))): _Standing(due_at, state)
        for _, track, do, of, party, details, due_at, state in rows
    }
