"""Statements of consent in force: about the track, its release, or all that their grantor has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from msgspec import UNSET

from policy.facts.batch import HEAVY, Batch, grouped
from policy.facts.document import Consent
from policy.facts.group import Group, Part, source
from policy.models import Consent as Row
from policy.models import Track


def _provide(batch: Batch) -> dict[int, Part]:
    own, general = _own(batch), _general(batch)
    return {pk: _part(_covering(row, own, general, batch)) for pk, row in batch.tracks.items()}


def in_force(as_of: datetime) -> QuerySet[Row]:
    """What holds at an instant, as it was known at that instant."""
    return (
        Row.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=as_of),
            Q(replaced_by=None) | Q(replaced_by__recorded_at__gt=as_of),
            valid_from__lte=as_of,
            recorded_at__lte=as_of,
        )
        .select_related("grantor", "delivery")
        .defer(*HEAVY)
    )


def _own(batch: Batch) -> dict[tuple[int | None, int | None], list[Row]]:
    """Statements about tracks of the batch and their releases, by release and track. One query."""
    releases = {row.release_id for row in batch.tracks.values()}
    rows = in_force(batch.as_of).filter(Q(track__in=batch.ids) | Q(release__in=releases))
    return grouped(((row.release_id, row.track_id), row) for row in rows)


def _general(batch: Batch) -> dict[int | None, list[Row]]:
    """Statements about all that a party has, by party. Two queries."""
    parties = {party for found in batch.involved.values() for party in found}
    rows = in_force(batch.as_of).filter(grantor__in=parties, release=None, track=None)
    return grouped((row.grantor_id, row) for row in rows)


def _covering(
    track: Track,
    own: dict[tuple[int | None, int | None], list[Row]],
    general: dict[int | None, list[Row]],
    batch: Batch,
) -> list[Row]:
    """The statements that cover a track, newest knowledge first."""
    found = [*own[None, track.pk], *own[track.release_id, None]]
    for party in batch.involved[track.pk]:
        found += [row for row in general[party] if _may_speak(row, track)]
    return sorted(found, key=lambda row: (row.recorded_at, row.pk), reverse=True)


def _may_speak(row: Row, track: Track) -> bool:
    """Whether a general statement counts: a grant only from who delivers the track (or from the
    party itself, without a delivery), a refusal from anybody."""
    if row.decision != Row.Decision.GRANTED or row.delivery is None:
        return True
    return row.delivery.account_id == track.account_id


def _part(rows: Iterable[Row]) -> Part:
    rows = list(rows)
    sources = sorted(source("consent", row.uuid) for row in rows)
    return Part((tuple(map(_consent, rows)),), tuple(sources))


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
