"""Messages for tests, as JSON deliveries: functions with keyword defaults, and one that delivers.

deliver(message(tracks=[track("A1", isrc="ZZTST2600001")]), account=account)
"""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from typing import Any

from policy.models import Account
from policy.services.ingest import Recorded, delivery_record
from tests.factories import NOW

_numbers = itertools.count(1)

ICPN = "4006381333931"
"""A right one, on every release that is not told otherwise."""

LABEL = {"reference": "label", "name": "Example Label"}
SINGER = {"reference": "singer", "name": "Nadir Field", "isni": "0000000121032683"}


def track(reference: str = "A1", **fields: Any) -> dict[str, Any]:
    """A sung track of three minutes, free of AI."""
    standard = {
        "reference": reference,
        "title": f"Open Door {reference}",
        "display_artist": "Nadir Field",
        "duration_seconds": 180,
        "contains_ai": "none",
        "artists": [{"party": "singer", "role": "MainArtist"}],
        "contributors": [{"party": "singer", "role": "LeadVocalist", "ai": "none"}],
        "shares": [{"party": "label", "layer": "master", "percentage": 100}],
    }
    return standard | fields


def release(*tracks: str, icpn: str = ICPN, **fields: Any) -> dict[str, Any]:
    """An album with these tracks."""
    standard = {
        "reference": f"R{icpn}",
        "title": "Open Doors",
        "artist": "Nadir Field",
        "type": "Album",
        "icpn": icpn,
        "record_label": "label",
        "contains_ai": "none",
        "tracks": tracks or ("A1",),
    }
    return standard | fields


def consent(**fields: Any) -> dict[str, Any]:
    """The label's grant of generative training everywhere, from NOW on."""
    standard = {
        "use": "train_generative",
        "layer": "master",
        "decision": "granted",
        "grantor": "label",
        "valid_from": NOW.isoformat(),
    }
    return standard | fields


def message(
    *,
    id: str = "",
    created_at: datetime = NOW,
    tracks: list[dict[str, Any]] | None = None,
    releases: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> bytes:
    """A message with one track on one release; the tracks given are on one release in order."""
    tracks = [track()] if tracks is None else tracks
    if releases is None:
        releases = [release(*(one["reference"] for one in tracks))]
    document = {
        "format": "catalogue/1",
        "message_id": id or f"message-{next(_numbers)}",
        "created_at": created_at.isoformat(),
        "sender": {"name": "Example Distributor"},
        "parties": [LABEL, SINGER],
        "tracks": tracks,
        "releases": releases,
    }
    return json.dumps(document | fields).encode()


def purge(*, id: str = "", created_at: datetime = NOW, icpn: str = ICPN) -> bytes:
    """That a release was sent by mistake."""
    document = {
        "format": "catalogue/1",
        "message_id": id or f"message-{next(_numbers)}",
        "created_at": created_at.isoformat(),
        "sender": {"name": "Example Distributor"},
        "purges": [{"icpn": icpn, "title": "Open Doors"}],
    }
    return json.dumps(document).encode()


def deliver(raw: bytes, *, account: Account | None, at: datetime = NOW, **fields: Any) -> Recorded:
    """Deliver a message through the service."""
    fields = {"file_name": "message.json"} | fields
    return delivery_record(raw=raw, account=account, received_at=at, **fields)
