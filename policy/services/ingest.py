"""A message comes in: read, checked, stored with its raw text, and queued for evaluation.

One transaction a message: either all of it is there, or nothing. The same message again is the same
delivery; an older message of a release that comes late is kept as evidence and changes nothing.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Literal, Protocol, TypeAlias

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from policy.ingest import delivery as said
from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import DeliveryWarning
from policy.ingest.ern import read_ern
from policy.ingest.reader import read_delivery
from policy.ingest.refusals import MessageRefused, Refusal
from policy.models import (
    Account,
    Consent,
    Delivery,
    EvaluationRequest,
    Involvement,
    Party,
    Release,
    Track,
)
from policy.services.accounts import account_of_sender
from policy.services.audit import audit_record
from policy.services.bulk import insert_models
from policy.services.catalogue import Found, releases_find, releases_purge, releases_store
from policy.services.consents import Statement, consents_store, statement, statement_of
from policy.services.credits import credits_store
from policy.services.detections import detections_store
from policy.services.neighbours import neighbours
from policy.services.parties import parties_store, sender_party
from policy.services.recordings import Place, StoredTracks, tracks_remove, tracks_store

Format: TypeAlias = Literal["ern", "json"]

_TRIES = 3
"""How often a message is stored anew after another account brought the same party at the same
moment. The second try finds that party."""

_FILE_NAME_LENGTH = 300

MOST_TRACKS = 5_000
"""Tracks of one message, and parties: what one transaction takes without holding up others."""

Cause = EvaluationRequest.Cause


class MessageConflict(Exception):
    """A message id came again with other content; `delivery` is what it names here."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        super().__init__(
            f"message `{delivery.message_id}` was delivered before, on"
            f" {delivery.received_at:%Y-%m-%d at %H:%M}, with other content:"
            " give the new message an id of its own"
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a message.

    `tracks` are the rows that it delivered (a purge: took away) and `requests` the evaluations that
    it caused, those of neighbours included. `repeated` tells that the same message was here before;
    `superseded` that later messages had said everything anew, so that this one changed nothing.
    """

    delivery: Delivery
    tracks: tuple[Track, ...] = ()
    requests: tuple[EvaluationRequest, ...] = ()
    warnings: tuple[DeliveryWarning, ...] = ()
    repeated: bool = False
    superseded: bool = False


def delivery_record(
    *,
    raw: bytes,
    account: Account | None,
    file_name: str,
    received_at: datetime,
    format: Format | None = None,
    actor: User | None = None,
) -> Recorded:
    """Take in one message of an account; `format` None finds out by the text.

    `account` None is the sender's, made when there is none: for messages that come from a trusted
    hand. A sender can write what it likes, so a door that knows its caller names the account.

    Raises MessageRefused when it cannot be read, with every mistake and its place, and
    MessageConflict when its id was used for other content. Both leave nothing behind.
    """
    message = delivery_read(raw=raw, file_name=file_name, format=format)
    _refuse_too_many(message, file_name)
    arrival = _Arrival(raw, account.pk if account else None, file_name, received_at, actor)
    for last in (*[False] * (_TRIES - 1), True):
        try:
            with transaction.atomic():
                return _record(message, arrival)
        except IntegrityError:
            if last:
                raise
    raise AssertionError("the last try returns or raises")


def delivery_read(*, raw: bytes, file_name: str, format: Format | None = None) -> said.Delivery:
    """Read a message without storing it. Raises MessageRefused."""
    return _READERS[format](raw, path=file_name)


class _Reader(Protocol):
    """Reads a message. `path` is what problems print."""

    def __call__(self, raw: bytes, *, path: str) -> said.Delivery: ...


_READERS: dict[Format | None, _Reader] = {
    "ern": read_ern,
    "json": read_catalogue,
    None: read_delivery,
}


def _refuse_too_many(message: said.Delivery, path: str) -> None:
    tracks = sum(len(release.tracks) for release in message.releases)
    for count, what in ((tracks, "tracks"), (len(message.parties), "parties")):
        if count > MOST_TRACKS:
            text = f"the message has {count:,} {what}, more than {MOST_TRACKS:,}"
            help = "send fewer releases at once"
            raise MessageRefused([Refusal(f"too-many-{what}", text, path, help=help)])


@dataclass(frozen=True, slots=True)
class _Arrival:
    """How a message came in."""

    raw: bytes
    account_id: int | None
    file_name: str
    received_at: datetime
    actor: User | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def _record(message: said.Delivery, arrival: _Arrival) -> Recorded:
    # One message of an account at a time: the lock keeps parties and releases from being made
    # twice, and orders two messages of one release.
    account_id = (
        arrival.account_id or account_of_sender(sender=message.sender, at=arrival.received_at).pk
    )
    account = (
        Account.objects.select_for_update(of=("self",)).select_related("party").get(pk=account_id)
    )
    before = Delivery.objects.filter(
        account=account, message_id=message.message_id, format=message.format
    ).first()
    if before is not None:
        return _repeated(before, arrival)
    found = releases_find(
        account=account, delivered=message.purges or message.releases, path=arrival.file_name
    )
    stale = found.stale(message.created_at)
    if stale and len(stale) == len(found.rows):
        delivery = _keep(message, arrival, account, superseded=True)
        recorded = Recorded(delivery, warnings=message.warnings, superseded=True)
    else:
        store = _purge if message.kind == "purge" else _new_release
        recorded = store(*_without(stale, message, found), arrival, account)
    if arrival.actor is not None:
        audit_record(
            actor=arrival.actor,
            action="delivery_record",
            subject=recorded.delivery,
            at=arrival.received_at,
            detail={"tracks": len(recorded.tracks), "file": arrival.file_name},
        )
    return recorded


def _repeated(before: Delivery, arrival: _Arrival) -> Recorded:
    if before.digest != arrival.digest:
        raise MessageConflict(before)
    requests = tuple(before.requests.select_related("track").order_by("pk"))
    delivered = [request.track for request in requests if request.cause == Cause.DELIVERY]
    warnings = tuple(DeliveryWarning(**warning) for warning in before.warnings)
    return Recorded(
        before, tuple(delivered), requests, warnings, repeated=True, superseded=before.superseded
    )


def _keep(
    message: said.Delivery, arrival: _Arrival, account: Account, *, superseded: bool = False
) -> Delivery:
    """The delivery itself, with its raw text."""
    return Delivery.objects.create(
        account=account,
        message_id=message.message_id,
        kind=message.kind,
        format=message.format,
        file_name=PurePath(arrival.file_name).name[-_FILE_NAME_LENGTH:],
        digest=arrival.digest,
        raw=zlib.compress(arrival.raw),
        is_test=message.is_test,
        superseded=superseded,
        warnings=[asdict(warning) for warning in message.warnings],
        message_created_at=message.created_at,
        received_at=arrival.received_at,
    )


def _without(
    stale: Sequence[Release], message: said.Delivery, found: Found
) -> tuple[said.Delivery, Found]:
    """The message without releases that a later message has already changed."""
    if not stale:
        return message, found
    left = [
        (one, row) for one, row in zip(found.delivered, found.rows, strict=True) if row not in stale
    ]
    text = "a later message of `{}` was here before: what this one says of it is left out"
    warnings = (_warning("release-superseded", text.format(row.title)) for row in stale)
    found = Found(tuple(one for one, _ in left), tuple(row for _, row in left))
    return replace(message, warnings=(*message.warnings, *warnings)), found


def _new_release(
    message: said.Delivery, found: Found, arrival: _Arrival, account: Account
) -> Recorded:
    parties = parties_store(
        delivered=(*message.parties, *_silent_grantor(message)),
        account=account,
        at=arrival.received_at,
    )
    doubts = (*message.warnings, *parties.warnings, *_unplaced(message))
    message = replace(message, warnings=doubts)
    delivery = _keep(message, arrival, account)
    delivered = [one for one in found.delivered if isinstance(one, said.DeliveredRelease)]
    releases = releases_store(
        found=list(zip(delivered, found.rows, strict=True)), delivery=delivery
    )
    places = _places(message, delivered, releases)
    known = [row for row in found.rows if row is not None]
    stored = tracks_store(places=places, known=known, delivery=delivery)
    pairs = list(zip(stored.rows, places, strict=True))
    labels = {
        row.pk: parties.rows[one.record_label]
        for row, one in zip(releases, delivered, strict=True)
        if one.record_label
    }
    credits_store(tracks=pairs, kept=stored.kept, parties=parties.rows, labels=labels)
    detections_store(tracks=pairs, kept=stored.kept, parties=parties.rows, delivery=delivery)
    consents_store(
        said=_release_statements(delivered, releases, pairs, parties.rows),
        standing=_standing(known, (*stored.kept, *stored.removed)),
        delivery=delivery,
    )
    spoken = _speak(message, parties.rows, delivery)
    requests = _request(delivery, stored, also=_tracks_of(spoken))
    return Recorded(delivery, stored.rows, requests, doubts)


def _purge(message: said.Delivery, found: Found, arrival: _Arrival, account: Account) -> Recorded:
    pairs = [
        (one, row)
        for one, row in zip(found.delivered, found.rows, strict=True)
        if isinstance(one, said.PurgedRelease)
    ]
    unknown = [
        _warning("purge-unknown-release", f"{_name(one)} was never here")
        for one, row in pairs
        if row is None
    ]
    doubts = (*message.warnings, *unknown)
    delivery = _keep(replace(message, warnings=doubts), arrival, account)
    releases_purge(found=pairs, delivery=delivery)
    rows = [row for _, row in pairs if row is not None]
    stored = tracks_remove(releases=rows, delivery=delivery)
    consents_store(said=(), standing=_standing(rows, stored.removed), delivery=delivery)
    return Recorded(delivery, stored.removed, _request(delivery, stored), doubts)


def _name(one: said.PurgedRelease) -> str:
    names = [one.title, *(id.value for id in one.ids)]
    return next((f"`{name}`" for name in names if name), "the release")


def _silent_grantor(message: said.Delivery) -> tuple[said.DeliveredParty, ...]:
    """The sender, when some consent names no grantor and so speaks for the sender."""
    of_releases = (one for release in message.releases for one in release.consents)
    of_tracks = (one for track in message.tracks for one in track.consents)
    unnamed = any(one.grantor is None for one in (*of_releases, *of_tracks, *message.consents))
    return (sender_party(message.sender),) if unnamed else ()


def _places(
    message: said.Delivery, delivered: Iterable[said.DeliveredRelease], rows: Iterable[Release]
) -> list[Place]:
    tracks = {track.reference: track for track in message.tracks}
    return [
        Place(row, tracks[reference])
        for one, row in zip(delivered, rows, strict=True)
        for reference in one.tracks
    ]


def _unplaced(message: said.Delivery) -> list[DeliveryWarning]:
    """Recordings that no release of the message has: there is nowhere to put them."""
    placed = {reference for release in message.releases for reference in release.tracks}
    text = "the recording `{}` is on no release of the message and is left out"
    return [
        _warning("track-without-release", text.format(track.title), track.reference)
        for track in message.tracks
        if track.reference not in placed
    ]


def _release_statements(
    delivered: Sequence[said.DeliveredRelease],
    releases: Sequence[Release],
    tracks: Sequence[tuple[Track, Place]],
    parties: dict[str, Party],
) -> list[Statement]:
    """All that the message says on AI uses of its releases and their tracks."""
    of_releases = [
        statement(consent, (row.pk, None), parties)
        for row, one in zip(releases, delivered, strict=True)
        for consent in one.consents
    ]
    return of_releases + [
        statement(consent, (None, row.pk), parties)
        for row, place in tracks
        for consent in place.delivered.consents
    ]


def _standing(releases: Sequence[Release], tracks: Sequence[Track]) -> Iterable[Consent]:
    """What earlier messages said of releases and tracks and still stands."""
    if not releases:
        return ()
    of = Q(release__in=[row.pk for row in releases]) | Q(track__in=[row.pk for row in tracks])
    return Consent.objects.filter(of, delivery__isnull=False, replaced_by=None).order_by("pk")


def _speak(message: said.Delivery, parties: dict[str, Party], delivery: Delivery) -> list[Consent]:
    """Write statements about all that their grantors have, and return the new rows.

    They are not a complete set: what an account does not repeat goes on standing. What it has said
    later than this message is left alone.
    """
    if not message.consents:
        return []
    spoken = [statement(consent, (None, None), parties) for consent in message.consents]
    standing = Consent.objects.filter(
        release=None,
        track=None,
        grantor__in={one.grantor for one in spoken},
        delivery__account=delivery.account,
        replaced_by=None,
    )
    rows = list(standing.select_related("delivery").order_by("pk"))
    later = {statement_of(row).topic for row in rows if _is_later(row.delivery, delivery)}
    return consents_store(
        said=[one for one in spoken if one.topic not in later],
        standing=rows,
        delivery=delivery,
        complete=False,
    )


def _is_later(one: Delivery | None, other: Delivery) -> bool:
    return one is not None and one.message_created_at > other.message_created_at


def _tracks_of(consents: Sequence[Consent]) -> list[int]:
    """Every track that a statement about all that its grantor has may be about."""
    grantors = {consent.grantor_id for consent in consents}
    if not grantors:
        return []
    found = Involvement.objects.filter(party__in=grantors, track__removed_at=None)
    found = found.exclude(kind=Involvement.Kind.DELIVERER)
    return list(found.order_by("track").values_list("track", flat=True).distinct())


def _request(
    delivery: Delivery, stored: StoredTracks, *, also: Sequence[int] = ()
) -> tuple[EvaluationRequest, ...]:
    """Queue what the message changed: its tracks, then neighbours and others."""
    own = [row.pk for row in stored.rows]
    gone = [row.pk for row in stored.removed]
    around = neighbours(faces=stored.faces, without=[*own, *gone])
    others = dict.fromkeys([*around, *also])
    for pk in (*own, *gone):
        others.pop(pk, None)
    causes = [(row, Cause.DELIVERY) for row in own] + [(pk, Cause.NEIGHBOUR) for pk in others]
    rows = [
        EvaluationRequest(
            track_id=pk,
            delivery=delivery,
            cause=cause,
            as_of=delivery.received_at,
            created_at=delivery.received_at,
        )
        for pk, cause in causes
    ]
    insert_models(rows)
    return tuple(rows)


def _warning(code: str, message: str, element: str = "") -> DeliveryWarning:
    return DeliveryWarning(code, message, 0, element)
