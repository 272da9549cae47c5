"""Statements of consent in force: about the track, its release, or all that their grantor has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import F, Q, QuerySet
from msgspec import UNSET

from policy.facts.batch import HEAVY, Batch, Subject, grouped
from policy.facts.document import Consent
from policy.facts.group import Group, Part, source
from policy.models import Consent as Row
from policy.models import Involvement, Track


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement, and when another one that replaces it became known."""

    row: Row
    replaced_at: datetime | None


On: TypeAlias = dict[tuple[int | None, int | None], list[Spoken]]
"""Statements by ids of the release and the track that they are about."""

By: TypeAlias = dict[int | None, list[Spoken]]
"""Statements about all that their grantor has, by its id."""


def _provide(batch: Batch) -> dict[Subject, Part]:
    own, general = _own(batch), _general(batch)
    return {subject: _part(subject, own, general, batch) for subject in batch.subjects}


def spoken(rows: QuerySet[Row], batch: Batch) -> list[Spoken]:
    """The statements among `rows` that hold at some instant of the batch. One query."""
    first, last = batch.span
    found = rows.filter(
        Q(valid_until=None) | Q(valid_until__gt=first),
        Q(replaced_by=None) | Q(replaced_by__recorded_at__gt=first),
        valid_from__lte=last,
        recorded_at__lte=last,
    ).annotate(replaced_at=F("replaced_by__recorded_at"))
    found = found.select_related("grantor", "delivery").defer(*HEAVY)
    return [Spoken(row, row.replaced_at) for row in found]


def in_force(said: Iterable[Spoken], at: datetime) -> list[Spoken]:
    """What holds at an instant, as it was known at that instant."""
    return [
        one
        for one in said
        if one.row.valid_from <= at
        and (one.row.valid_until is None or one.row.valid_until > at)
        and one.row.recorded_at <= at
        and (one.replaced_at is None or one.replaced_at > at)
    ]


def _own(batch: Batch) -> On:
    """Statements about tracks of the batch and their releases. One query."""
    releases = {row.release_id for row in batch.tracks.values()}
    rows = Row.objects.filter(Q(track__in=batch.ids) | Q(release__in=releases))
    return grouped(((one.row.release_id, one.row.track_id), one) for one in spoken(rows, batch))


def _general(batch: Batch) -> By:
    """Statements about all that a party has, of parties of the batch. Two queries."""
    parties = {party for pk in batch.ids for party in _having(pk, batch)}
    rows = Row.objects.filter(grantor__in=parties, scope=Row.Scope.CATALOGUE)
    return grouped((one.row.grantor_id, one) for one in spoken(rows, batch))


def _part(subject: Subject, own: On, general: By, batch: Batch) -> Part:
    """The statements that cover the track, newest knowledge first."""
    track = batch.track(subject)
    said = [*own[None, track.pk], *own[track.release_id, None]]
    for party in _having(track.pk, batch):
        said += [one for one in general[party] if _may_speak(one.row, track)]
    rows = [one.row for one in in_force(said, subject.as_of)]
    rows.sort(key=lambda row: (row.recorded_at, row.pk), reverse=True)
    sources = sorted(source("consent", row.uuid) for row in rows)
    return Part((tuple(map(_consent, rows)),), tuple(sources))


def _having(track_id: int, batch: Batch) -> list[int]:
    """The parties among whose works a track is: not those who only deliver it."""
    deliverer = {Involvement.Kind.DELIVERER.value}
    return [party for party, kinds in batch.involved[track_id].items() if kinds - deliverer]


def _may_speak(row: Row, track: Track) -> bool:
    """Whether a general statement counts: a grant only from who delivers the track (or from the
    party itself, without a delivery), a refusal from anybody."""
    if row.decision != Row.Decision.GRANTED or row.delivery is None:
        return True
    return row.delivery.account_id == track.account_id


def _consent(row: Row) -> Consent:
    return Consent(
        grantor=row.grantor.name if row.grantor else "",
        layer=row.layer,
        use=row.use,
        decision=row.decision,
        territories=tuple(row.territories),
        excluded_territories=tuple(row.excluded_territories),
        valid_from=row.valid_from,
        valid_until=UNSET if row.valid_until is None else row.valid_until,
        source=row.source,
    )


CONSENTS = Group("consents", ("consents",), _provide)
