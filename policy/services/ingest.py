"""A message comes in: read, checked, stored with its raw text, and queued for evaluation.

One transaction a message: either all of it is there, or nothing. The same message again is the same
delivery; an older message of a release that comes late is kept as evidence and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from policy.ingest import delivery as said
from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import DeliveryWarning
from policy.ingest.ern import read_ern
from policy.ingest.reader import read_delivery
from policy.ingest.refusals import MessageRefused, Refusal
from policy.models import Account, Delivery, EvaluationRequest, Release
from policy.services.accounts import account_of_sender
from policy.services.arrivals import Arrival, Recorded, delivery_keep, doubt
from policy.services.audit import audit_record
from policy.services.catalogue import Found, releases_find
from policy.services.storing import new_release_store, purge_store

__all__ = ["Format", "MessageConflict", "Recorded", "delivery_read", "delivery_record"]

Format: TypeAlias = Literal["ern", "json"]

_TRIES = 3
"""How often a message is stored anew after another account brought the same party at the same
moment. The second try finds that party."""

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
    arrival = Arrival(raw, account.pk if account else None, file_name, received_at, actor)
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


def _record(message: said.Delivery, arrival: Arrival) -> Recorded:
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
    if stale and len(stale) == len(found.rows) and not message.consents:
        delivery = delivery_keep(message, arrival, account, superseded=True)
        recorded = Recorded(delivery, warnings=message.warnings, superseded=True)
    else:
        store = purge_store if message.kind == "purge" else new_release_store
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


def _repeated(before: Delivery, arrival: Arrival) -> Recorded:
    if before.digest != arrival.digest:
        raise MessageConflict(before)
    requests = tuple(before.requests.select_related("track").order_by("pk"))
    delivered = [request.track for request in requests if request.cause == Cause.DELIVERY]
    warnings = tuple(DeliveryWarning(**warning) for warning in before.warnings)
    return Recorded(
        before, tuple(delivered), requests, warnings, repeated=True, superseded=before.superseded
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
    warnings = (doubt("release-superseded", text.format(row.title)) for row in stale)
    found = Found(tuple(one for one, _ in left), tuple(row for _, row in left))
    return replace(message, warnings=(*message.warnings, *warnings)), found
