"""A Delivery in our JSON format (see `policy.ingest.catalogue`), which reads it back as it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from policy.ingest.catalogue import FORMAT
from policy.ingest.delivery import (
    DeliveredArtist,
    DeliveredConsent,
    DeliveredContributor,
    DeliveredDetection,
    DeliveredParty,
    DeliveredRelation,
    DeliveredRelease,
    DeliveredShare,
    DeliveredTrack,
    Delivery,
    Identifier,
    PartyRef,
    PurgedRelease,
)


def write_catalogue(delivery: Delivery) -> bytes:
    """The text as UTF-8. Deals are left out: the format has consents instead."""
    content = _some(
        format=FORMAT,
        message_id=delivery.message_id,
        thread_id=delivery.thread_id,
        created_at=delivery.created_at,
        sender=_envelope_party(delivery.sender),
        recipient=_envelope_party(delivery.recipient),
        test=delivery.is_test,
        language=delivery.language,
        parties=[_party(party) for party in delivery.parties],
        tracks=[_track(track) for track in delivery.tracks],
        releases=[_release(release) for release in delivery.releases],
        consents=[_consent(consent) for consent in delivery.consents],
        purges=[_purge(purge) for purge in delivery.purges],
    )
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
    return f"{text}\n".encode()


def _some(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], (), {})}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _envelope_party(party: PartyRef) -> dict[str, Any]:
    return _some(dpid=party.dpid, name=party.name)


def _ids(found: tuple[Identifier, ...]) -> list[dict[str, Any]]:
    return [_some(scheme=one.scheme, value=one.value, namespace=one.namespace) for one in found]


def _value(identifier: Identifier | None) -> str | None:
    return identifier.value if identifier else None


def _party(party: DeliveredParty) -> dict[str, Any]:
    return _some(reference=party.reference, name=party.name, ids=_ids(party.ids))


def _track(track: DeliveredTrack) -> dict[str, Any]:
    return _some(
        reference=track.reference,
        title=track.title,
        version_title=track.version_title,
        display_artist=track.display_artist,
        isrc=_value(track.isrc),
        ids=_ids(track.other_ids),
        iswcs=[iswc.value for iswc in track.iswcs],
        duration_seconds=track.duration_seconds,
        genre=track.genre,
        language=track.language,
        is_instrumental=track.is_instrumental,
        is_cover=track.is_cover,
        is_explicit=track.is_explicit,
        contains_ai=track.contains_ai,
        audio_hash=track.audio_hash,
        pline_year=track.pline_year,
        artists=[_artist(artist) for artist in track.artists],
        contributors=_contributors(track.contributors),
        shares=[_share(share) for share in track.shares],
        relations=[_relation(relation) for relation in track.relations],
        consents=[_consent(consent) for consent in track.consents],
        detections=[_detection(detection) for detection in track.detections],
    )


def _who(found: DeliveredArtist | DeliveredContributor) -> dict[str, Any]:
    special = None if found.special == "no" else found.special
    return _some(party=found.party, special=special, role=found.role)


def _artist(artist: DeliveredArtist) -> dict[str, Any]:
    return _who(artist)


def _contributors(found: tuple[DeliveredContributor, ...]) -> list[dict[str, Any]]:
    """One of neighbours that differ in facet only: a role may have two."""
    fields = [{**_who(one), **_some(ai=one.ai, instrument=one.instrument)} for one in found]
    return [one for one, _ in groupby(fields)]


def _share(share: DeliveredShare) -> dict[str, Any]:
    return _some(
        party=share.party,
        layer=share.layer,
        percentage=share.percentage,
        territories=share.territories,
        excluded_territories=share.excluded_territories,
        valid_from=share.valid_from,
        valid_until=share.valid_until,
        role=share.role,
    )


def _relation(relation: DeliveredRelation) -> dict[str, Any]:
    return _some(
        kind=relation.kind,
        isrc=_value(relation.isrc),
        ids=_ids(relation.other_ids),
        title=relation.title,
        artist=relation.artist,
    )


def _consent(consent: DeliveredConsent) -> dict[str, Any]:
    return _some(
        use=consent.use,
        layer=consent.layer,
        decision=consent.decision,
        source=consent.source,
        grantor=consent.grantor,
        territories=consent.territories,
        excluded_territories=consent.excluded_territories,
        valid_from=consent.valid_from,
        valid_until=consent.valid_until,
    )


def _detection(detection: DeliveredDetection) -> dict[str, Any]:
    return _some(
        kind=detection.kind,
        detector=detection.detector,
        version=detection.version,
        score=detection.score,
        party=detection.party,
        detected_at=detection.detected_at,
    )


def _release(release: DeliveredRelease) -> dict[str, Any]:
    return _some(
        reference=release.reference,
        title=release.title,
        artist=release.artist,
        type=release.type,
        icpn=_value(release.icpn),
        grid=_value(release.grid),
        catalog_number=release.catalog_number,
        ids=_ids(release.other_ids),
        record_label=release.record_label,
        genre=release.genre,
        release_date=release.release_date,
        contains_ai=release.contains_ai,
        tracks=release.tracks,
        consents=[_consent(consent) for consent in release.consents],
    )


def _purge(purge: PurgedRelease) -> dict[str, Any]:
    return _some(ids=_ids(purge.ids), title=purge.title, artist=purge.artist)
