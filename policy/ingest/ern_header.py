"""The envelope of a message: who sent what to whom, when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from policy.ingest import limits
from policy.ingest.delivery import PartyRef
from policy.ingest.ern_reading import Reading
from policy.ingest.identifiers import complaint, identify
from policy.ingest.safe_xml import Element
from policy.ingest.values import INSTANT

_CONTROL = ("LiveMessage", "TestMessage")


@dataclass(frozen=True, slots=True)
class Header:
    """What a Delivery needs of the MessageHeader and the root's attributes."""

    message_id: str
    thread_id: str
    sender: PartyRef
    recipient: PartyRef
    on_behalf_of: PartyRef | None
    created_at: datetime
    is_test: bool
    language: str
    profile: str


def read_header(reading: Reading, raw: bytes) -> Header:
    """Read the envelope. `raw` is the whole message, for one that has a blank id."""
    root = reading.root
    at = root.find("MessageHeader")
    if at is None:
        reading.missing(root, "MessageHeader")
        reading.finish()
        raise AssertionError("finish raises after a problem")
    created_at = _created_at(reading, at)
    reading.sent_at = created_at
    return Header(
        message_id=_message_id(reading, at, raw),
        thread_id=reading.text(at, "MessageThreadId", limits.MESSAGE_ID) or "",
        sender=_required_party(reading, at, "MessageSender"),
        recipient=_party(reading, at, "MessageRecipient") or PartyRef("", ""),
        on_behalf_of=_party(reading, at, "SentOnBehalfOf"),
        created_at=created_at,
        is_test=_is_test(reading, at),
        language=reading.attribute(root, "LanguageAndScriptCode", limits.CODE),
        profile=reading.attribute(root, "ReleaseProfileVersionId", limits.WORD),
    )


def _message_id(reading: Reading, at: Element, raw: bytes) -> str:
    """MessageId; for a blank one the digest of the message, so that it stays idempotent."""
    element = at.find("MessageId")
    if element is None:
        reading.missing(at, "MessageId")
        return ""
    text = reading.checked(element, limits.MESSAGE_ID)
    if text is None:
        message = "`MessageId` is blank: the SHA-256 of the message stands in for it"
        reading.warn(element, "blank-message-id", message)
        return f"sha-256:{hashlib.sha256(raw).hexdigest()}"
    return text


def _created_at(reading: Reading, at: Element) -> datetime:
    element = at.find("MessageCreatedDateTime")
    if element is None or not (element.text or "").strip():
        reading.missing(at, "MessageCreatedDateTime")
        return datetime(1970, 1, 1, tzinfo=UTC)
    return reading.read(element, INSTANT) or datetime(1970, 1, 1, tzinfo=UTC)


def _required_party(reading: Reading, at: Element, path: str) -> PartyRef:
    found = _party(reading, at, path)
    if found is None:
        reading.missing(at, path)
        return PartyRef("", "")
    if not found.dpid and not found.name:
        reading.missing(at.findall(path)[0], "PartyId")
    return found


def _party(reading: Reading, at: Element, path: str) -> PartyRef | None:
    element = at.find(path)
    if element is None:
        return None
    dpid = reading.text(element, "PartyId", limits.CODE) or ""
    wrong = complaint(identify("dpid", dpid)) if dpid else None
    if wrong is not None:
        reading.warn(element, *wrong)
    name = reading.text(element, "PartyName/FullName", limits.NAME)
    return PartyRef(dpid, name or reading.text(element, "TradingName", limits.NAME) or "")


def _is_test(reading: Reading, at: Element) -> bool:
    element = at.find("MessageControlType")
    text = None if element is None else reading.checked(element, limits.WORD)
    if element is not None and text is not None and text not in _CONTROL:
        reading.doubt(element, text)
    return text == "TestMessage"
