"""Stores what a message says: of its releases, or that releases were sent by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from policy.ingest import delivery as said
from policy.ingest.delivery import DeliveryWarning
from policy.models import Account, Delivery, EvaluationRequest, Release
from policy.services.arrivals import Arrival, Recorded, delivery_keep, doubt
from policy.services.bulk import insert_models
from policy.services.catalogue import Found, releases_purge, releases_store
from policy.services.consents import consents_store
from policy.services.credits import credits_store
from policy.services.detections import detections_store
from policy.services.neighbours import neighbours
from policy.services.parties import parties_store
from policy.services.recordings import Place, StoredTracks, tracks_remove, tracks_store
from policy.services.statements import (
    general_consents_store,
    release_statements,
    silent_grantor,
    standing_consents,
    tracks_spoken_of,
)

Cause = EvaluationRequest.Cause


def new_release_store(
    message: said.Delivery, found: Found, arrival: Arrival, account: Account
) -> Recorded:
    """Bring releases, tracks and all that hangs on them to what the message says."""
    parties = parties_store(
        delivered=(*message.parties, *silent_grantor(message)),
        account=account,
        at=arrival.received_at,
    )
    doubts = (*message.warnings, *parties.warnings, *_unplaced(message))
    message = replace(message, warnings=doubts)
    delivery = delivery_keep(message, arrival, account)
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
        said=release_statements(delivered, releases, pairs, parties.rows),
        standing=standing_consents(known, (*stored.kept, *stored.removed)),
        delivery=delivery,
    )
    spoken = general_consents_store(message, parties.rows, delivery)
    requests = _request(delivery, stored, also=tracks_spoken_of(spoken))
    return Recorded(delivery, stored.rows, requests, doubts)


def purge_store(
    message: said.Delivery, found: Found, arrival: Arrival, account: Account
) -> Recorded:
    """Take releases away that were sent by mistake, with their tracks and grants."""
    pairs = [
        (one, row)
        for one, row in zip(found.delivered, found.rows, strict=True)
        if isinstance(one, said.PurgedRelease)
    ]
    unknown = [
        doubt("purge-unknown-release", f"{_name(one)} was never here")
        for one, row in pairs
        if row is None
    ]
    doubts = (*message.warnings, *unknown)
    delivery = delivery_keep(replace(message, warnings=doubts), arrival, account)
    releases_purge(found=pairs, delivery=delivery)
    rows = [row for _, row in pairs if row is not None]
    stored = tracks_remove(releases=rows, delivery=delivery)
    consents_store(said=(), standing=standing_consents(rows, stored.removed), delivery=delivery)
    return Recorded(delivery, stored.removed, _request(delivery, stored), doubts)


def _name(one: said.PurgedRelease) -> str:
    names = [one.title, *(id.value for id in one.ids)]
    return next((f"`{name}`" for name in names if name), "the release")


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
        doubt("track-without-release", text.format(track.title), track.reference)
        for track in message.tracks
        if track.reference not in placed
    ]


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
