"""DDEX Electronic Release Notification: NewReleaseMessage and PurgeReleaseMessage to a Delivery.

Read are ERN 3.8, 3.8.1, 3.8.2, 3.8.3, 4.1.1, 4.2, 4.3 and 4.3.2. What cannot be read is refused,
with all mistakes at once; what reads but looks wrong (a check digit, a year) is a warning.
"""

from __future__ import annotations

from dataclasses import replace

from policy.ingest.delivery import Delivery
from policy.ingest.ern_deals import MAX_CONSENTS, read_deals
from policy.ingest.ern_header import Header, read_header
from policy.ingest.ern_parties import Parties
from policy.ingest.ern_reading import Reading
from policy.ingest.ern_recordings import read_resources, read_track
from policy.ingest.ern_releases import (
    on_a_release,
    read_purges,
    read_release,
    read_releases,
    with_track_releases,
)
from policy.ingest.ern_xml import Document, parse


def read_ern(raw: bytes, *, path: str) -> Delivery:
    """Read one message. `path` is what problems print: a file name. Raises MessageRefused."""
    document = parse(raw, path)
    reading = Reading(document)
    header = read_header(reading, raw)
    delivery = _purge if document.kind == "purge" else _new_release
    return delivery(reading, document, header)


def _new_release(reading: Reading, document: Document, header: Header) -> Delivery:
    parties = Parties(reading)
    resources = read_resources(reading)
    releases = read_releases(reading, resources)
    deals = read_deals(reading, releases.all, header.recipient.dpid)
    delivered = tuple(
        read_release(reading, reference, parties, resources, deals, releases)
        for reference in releases.main
    )
    tracks = tuple(
        read_track(reading, reference, parties, resources)
        for reference in on_a_release(reading, resources, delivered)
    )
    tracks = with_track_releases(reading, tracks, deals, releases, delivered)
    of_releases = sum(len(release.consents) for release in delivered)
    if of_releases + sum(len(track.consents) for track in tracks) > MAX_CONSENTS:
        message = f"the message has more than {MAX_CONSENTS:,} deals about AI uses"
        reading.refuse(reading.root, "too-many-consents", message, "join their territories")
    reading.finish()
    return replace(
        _envelope(document, header),
        releases=delivered,
        tracks=tracks,
        parties=parties.all(),
        warnings=reading.warnings,
    )


def _purge(reading: Reading, document: Document, header: Header) -> Delivery:
    purges = read_purges(reading)
    reading.finish()
    return replace(_envelope(document, header), purges=purges, warnings=reading.warnings)


def _envelope(document: Document, header: Header) -> Delivery:
    return Delivery(
        message_id=header.message_id,
        thread_id=header.thread_id,
        sender=header.sender,
        recipient=header.recipient,
        on_behalf_of=header.on_behalf_of,
        created_at=header.created_at,
        is_test=header.is_test,
        format=f"ern/{document.version.number}",
        kind=document.kind,
        language=header.language,
        profile=header.profile,
    )
