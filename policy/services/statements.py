"""What a message says on AI uses: of its releases and tracks, and of all that somebody has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from policy.ingest import delivery as said
from policy.models import Consent, Delivery, Detection, Involvement, Party, Release, Track
from policy.services.consents import Statement, consents_store, statement, statement_of
from policy.services.parties import sender_party
from policy.services.recordings import Place

Kind = Involvement.Kind


def silent_grantor(message: said.Delivery) -> tuple[said.DeliveredParty, ...]:
    """The sender, when some consent names no grantor and so speaks for the sender."""
    of_releases = (one for release in message.releases for one in release.consents)
    of_tracks = (one for track in message.tracks for one in track.consents)
    unnamed = any(one.grantor is None for one in (*of_releases, *of_tracks, *message.consents))
    return (sender_party(message.sender),) if unnamed else ()


def release_statements(
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


def standing_consents(releases: Sequence[Release], tracks: Sequence[Track]) -> Iterable[Consent]:
    """What earlier messages said of releases and tracks and still stands."""
    if not releases:
        return ()
    of = Q(release__in=[row.pk for row in releases]) | Q(track__in=[row.pk for row in tracks])
    return Consent.objects.filter(of, delivery__isnull=False, replaced_by=None).order_by("pk")


def general_consents_store(
    message: said.Delivery, parties: dict[str, Party], delivery: Delivery
) -> list[Consent]:
    """Write statements about all that their grantors have, and return the new rows.

    They are not a complete set: what an account does not repeat goes on standing. What it has said
    later than this message is left alone.
    """
    if not message.consents:
        return []
    spoken = [statement(consent, (None, None), parties) for consent in message.consents]
    standing = Consent.objects.filter(
        scope=Consent.Scope.CATALOGUE,
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


def tracks_spoken_of(consents: Sequence[Consent]) -> list[int]:
    """Every track that a statement about all that its grantor has may be about: works of the
    grantor, and tracks on which its voice was heard."""
    grantors = {consent.grantor_id for consent in consents}
    if not grantors:
        return []
    works = Involvement.objects.filter(party__in=grantors).exclude(kind=Kind.DELIVERER)
    heard = Detection.objects.filter(party__in=grantors)
    of = Q(pk__in=works.values("track")) | Q(pk__in=heard.values("track"))
    found = Track.objects.filter(of, removed_at=None)
    return list(found.order_by("pk").values_list("pk", flat=True))
