"""Human review begins: a case is opened for a track that a person must look at."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.models import Case, CaseEvent
from policy.services.bulk import insert_rows, reserve_ids

OPENED = "opened"
DECIDED_AGAIN = "decided_again"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a new decision means for its track's case. `note` says it to the reviewer."""

    track_id: int
    decision_id: int
    needs_review: bool
    note: str


def cases_follow(*, verdicts: Sequence[Verdict], at: datetime) -> None:
    """Open a case where a person must look and none is open; tell open ones of later decisions.

    One verdict a track. A case stays open when the rules no longer ask for it: whoever is working
    on it sees why, and a delivery cannot talk itself out of a review. Four queries.
    """
    open_cases = dict(
        Case.objects.filter(
            track__in=[verdict.track_id for verdict in verdicts], state=Case.State.OPEN
        ).values_list("track_id", "pk")
    )
    needed = [
        verdict
        for verdict in verdicts
        if verdict.needs_review and verdict.track_id not in open_cases
    ]
    ids = reserve_ids(Case, len(needed))
    insert_rows(
        Case,
        ("id", "uuid", "track_id", "decision_id", "state", "opened_at"),
        [
            (id, uuid.uuid4(), verdict.track_id, verdict.decision_id, Case.State.OPEN, at)
            for id, verdict in zip(ids, needed, strict=True)
        ],
        new=True,
    )
    opened = {verdict.track_id: id for id, verdict in zip(ids, needed, strict=True)}
    insert_rows(
        CaseEvent,
        ("case_id", "what", "decision_id", "note", "at"),
        [
            (
                (opened | open_cases)[verdict.track_id],
                OPENED if verdict.track_id in opened else DECIDED_AGAIN,
                verdict.decision_id,
                verdict.note,
                at,
            )
            for verdict in verdicts
            if verdict.track_id in opened or verdict.track_id in open_cases
        ],
        new=True,
    )
