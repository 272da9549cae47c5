"""How a message came in, and what became of it."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath

from django.contrib.auth.models import User

from policy.ingest import delivery as said
from policy.ingest.delivery import DeliveryWarning
from policy.models import Account, Delivery, EvaluationRequest, Track

_FILE_NAME_LENGTH = 300


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


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a message came in."""

    raw: bytes
    account_id: int | None
    file_name: str
    received_at: datetime
    actor: User | None

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.raw).hexdigest()


def delivery_keep(
    message: said.Delivery, arrival: Arrival, account: Account, *, superseded: bool = False
) -> Delivery:
    """Write the delivery itself, with its raw text and warnings."""
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


def doubt(code: str, message: str, element: str = "") -> DeliveryWarning:
    """A warning that comes from what is here already, not from a line of the message."""
    return DeliveryWarning(code, message, 0, element)
