"""Statements of consent in force: about the track and its release, or, by a party that has to do
with it, about all works, a record label, an artist, a recording or a work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import OuterRef, Q, QuerySet, Subquery
from msgspec import UNSET

from policy.facts.batch import HEAVY, Batch, Subject, grouped
from policy.facts.document import Consent
from policy.facts.group import Group, Part, source
from policy.facts.owner_rows import keyed, keys_of
from policy.models import Condition, ConsentProof, Involvement, Track
from policy.models import Consent as Row
from policy.registry.said import may_speak


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement, and when it became known that another one replaces it, and that its condition
    is met for every licensee."""

    row: Row
    replaced_at: datetime | None
    proven_at: datetime | None

    def condition_met(self, at: datetime) -> bool:
        """Whether it was known at an instant that what the grant asks for is proven."""
        return self.proven_at is not None and self.proven_at <= at


On: TypeAlias = dict[tuple[int | None, int | None], list[Spoken]]
"""Statements by ids of the release and the track that they are about."""

By: TypeAlias = dict[tuple[str, str], list[Spoken]]
"""Statements that are about no row, by scope and subject key."""

_TOLD_AS = {"portal": "declaration", "file": "public_signal"}
"""Sources that rules know by another word: whoever speaks here declares, and a file of statements
is a signal."""


def _provide(batch: Batch) -> dict[Subject, Part]:
    own, named = _own(batch), statements_by_name(batch)
    return {subject: _part(subject, own, named, batch) for subject in batch.subjects}


def spoken(rows: QuerySet[Row], batch: Batch) -> list[Spoken]:
    """The statements among `rows` that hold at some instant of the batch. One query."""
    first, last = batch.span
    found = rows.filter(
        Q(valid_until=None) | Q(valid_until__gt=first),
        valid_from__lte=last,
        recorded_at__lte=last,
    ).annotate(replaced_at=Subquery(_LATER), proven_at=Subquery(_PROVEN))
    found = found.filter(Q(replaced_at=None) | Q(replaced_at__gt=first))
    found = found.select_related("grantor", "delivery").defer(*HEAVY)
    return [Spoken(row, row.replaced_at, row.proven_at) for row in found]


_LATER = Row.objects.filter(replaces=OuterRef("pk")).values("recorded_at")[:1]
_PROVEN = (
    ConsentProof.objects.filter(consent=OuterRef("pk"), licensee=None)
    .order_by("recorded_at")
    .values("recorded_at")[:1]
)


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


def statements_by_name(batch: Batch) -> By:
    """Statements of the batch's parties about all that they have, and about names and numbers of
    its tracks. At most four queries."""
    parties = {party for found in batch.involved.values() for party in found}
    general = Row.objects.filter(grantor__in=parties, scope=Row.Scope.CATALOGUE)
    found = grouped((("catalogue", str(one.row.grantor_id)), one) for one in spoken(general, batch))
    names = {key for row in batch.tracks.values() for key in _keys(row)}
    for one in spoken(Row.objects.filter(keyed(names)), batch):
        found.setdefault((one.row.scope, one.row.subject_key), []).append(one)
    return found


def said_by_name(track: Track, by: By, batch: Batch) -> Iterator[Spoken]:
    """Of these, what parties of the track say that is about it."""
    having = _having(track.pk, batch)
    for party in having:
        yield from by.get(("catalogue", str(party)), ())
    for key in _keys(track):
        yield from (one for one in by.get(key, ()) if one.row.grantor_id in having)


def _keys(track: Track) -> Iterator[tuple[str, str]]:
    label = track.release.record_label
    return keys_of(track.isrc, track.iswc, track.artist_key, label)


def _part(subject: Subject, own: On, named: By, batch: Batch) -> Part:
    """The statements that cover the track, newest knowledge first."""
    track = batch.track(subject)
    said = [*own[None, track.pk], *own[track.release_id, None]]
    said += [one for one in said_by_name(track, named, batch) if _may_speak(one.row, track)]
    held = [one for one in in_force(said, subject.as_of) if not is_limited(one.row)]
    held.sort(key=lambda one: (one.row.recorded_at, one.row.pk), reverse=True)
    sources = sorted(source("consent", one.row.uuid) for one in held)
    return Part((tuple(_consent(one, subject.as_of) for one in held),), tuple(sources))


def is_limited(row: Row) -> bool:
    """Whether a grant is for one licensee or model, and so no grant in general. A refusal of one
    is always told."""
    limited = row.licensee_id is not None or row.model != ""
    return limited and row.decision == Row.Decision.GRANTED


def _having(track_id: int, batch: Batch) -> list[int]:
    """The parties among whose works a track is: not those who only deliver it."""
    deliverer = {Involvement.Kind.DELIVERER.value}
    return [party for party, kinds in batch.involved[track_id].items() if kinds - deliverer]


def _may_speak(row: Row, track: Track) -> bool:
    by = row.delivery.account_id if row.delivery else None
    return may_speak(row.decision, said_by=by, delivered_by=track.account_id)


def _consent(one: Spoken, at: datetime) -> Consent:
    row = one.row
    asks = row.condition != Condition.NONE
    return Consent(
        grantor=row.grantor.name if row.grantor else "",
        layer=row.layer,
        use=row.use,
        decision=row.decision,
        territories=tuple(row.territories),
        excluded_territories=tuple(row.excluded_territories),
        valid_from=row.valid_from,
        valid_until=UNSET if row.valid_until is None else row.valid_until,
        source=_TOLD_AS.get(row.source, row.source),
        condition=row.condition if asks else UNSET,
        condition_met=one.condition_met(at) if asks else UNSET,
    )


CONSENTS = Group("consents", ("consents",), _provide)
