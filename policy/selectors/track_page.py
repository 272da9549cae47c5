"""One track as a page: what it is, who made and owns it, what was consented and decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from policy.models import Consent, Contributor, Decision, Delivery, Detection, Layer, Share, Track
from policy.selectors.consents import ALONG, ConsentRow, ConsentTable, consent_table
from policy.selectors.decision_list import DecisionRow, decision_rows, with_headline
from policy.selectors.masking import Reader, reader_of
from policy.selectors.registry import statements_on
from policy.selectors.usage_pages import UsageRow, usages_of_track
from policy.selectors.visibility import User, sight_of, tracks_visible_to

SHOWN = 20
"""Decisions, deliveries and detections that the page lists, the newest ones."""

WHOLE = 10_000
"""Basis points of the whole of a layer."""


@dataclass(frozen=True, slots=True)
class ReleaseHead:
    """The release that a track stands on."""

    title: str
    type: str
    artist: str
    icpn: str
    icpn_valid: bool
    record_label: str
    release_date: date | None
    contains_ai: str
    purged: bool


@dataclass(frozen=True, slots=True)
class ContributorRow:
    """One role of one party, or of a special contributor, whose `party` is None."""

    party: UUID | None
    name: str
    role: str
    facet: str
    ai: str
    special: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A party's part of a layer. `basis_points` None is unknown, or hidden from this reader."""

    party: UUID
    name: str
    basis_points: int | None
    hidden: bool
    territories: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class LayerShares:
    """The shares of one layer. `total` is None when some of them are hidden or unknown."""

    layer: str
    rows: tuple[ShareRow, ...]
    total: int | None

    @property
    def differs(self) -> bool:
        """Whether a known total is not the whole."""
        return self.total is not None and self.total != WHOLE


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """A detector's finding; `score` is 0 to 1. `party` is empty when hidden or nobody."""

    kind: str
    detector: str
    score: float
    party: str
    hidden: bool
    detected_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery that named the track; `uuid` None when its page is not this login's."""

    uuid: UUID | None
    message_id: str
    format: str
    account: str
    superseded: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A declared relation to another recording."""

    kind: str
    isrc: str


@dataclass(frozen=True, slots=True)
class TrackPage:
    """Everything on a track; `masked` tells that something is hidden from this reader."""

    uuid: UUID
    title: str
    version_title: str
    artist: str
    isrc: str
    isrc_well_formed: bool
    iswc: str
    duration_seconds: int | None
    genre: str
    language: str
    notes: tuple[str, ...]
    contains_ai: str
    audio_digest: str
    deliverer: str
    deliverer_key: str
    first_delivered_at: datetime
    last_delivered_at: datetime
    deliveries_count: int
    removed_at: datetime | None
    release: ReleaseHead
    contributors: tuple[ContributorRow, ...]
    shares: tuple[LayerShares, ...]
    consents: ConsentTable
    relations: tuple[RelationRow, ...]
    detections: tuple[DetectionRow, ...]
    deliveries: tuple[DeliveryLine, ...]
    decisions: tuple[DecisionRow, ...]
    uses: tuple[UsageRow, ...]
    masked: bool


def get_track_page(user: User, uuid: UUID, *, now: datetime) -> TrackPage | None:
    """The page of a track, None when the login sees none such; at most 11 queries.

    Consents are those in force at `now`, as known then, with all that was said before.
    """
    found = tracks_visible_to(user).filter(uuid=uuid).select_related("release", "account")
    track = found.first()
    if track is None:
        return None
    reader = reader_of(user, track.pk, track.account_id)
    shares = _shares(user, track, reader)
    consents = consent_table(_consents_on(track), reader, now=now)
    detections = _detections(track, reader)
    return TrackPage(
        uuid=track.uuid,
        title=track.title,
        version_title=track.version_title,
        artist=track.display_artist,
        isrc=track.isrc,
        isrc_well_formed=track.isrc_well_formed,
        iswc=track.iswc,
        duration_seconds=track.duration_seconds,
        genre=track.genre or track.release.genre,
        language=track.language,
        notes=tuple(_notes(track)),
        contains_ai=track.contains_ai,
        audio_digest=track.audio_digest,
        deliverer=track.account.name,
        deliverer_key=track.account.key,
        first_delivered_at=track.first_delivered_at,
        last_delivered_at=track.last_delivered_at,
        deliveries_count=track.deliveries,
        removed_at=track.removed_at or track.release.purged_at,
        release=_release(track),
        contributors=_contributors(track),
        shares=shares,
        consents=consents,
        relations=tuple(
            RelationRow(*found) for found in track.relations.values_list("kind", "isrc")
        ),
        detections=detections,
        deliveries=_deliveries(user, track),
        decisions=_decisions(user, track),
        uses=usages_of_track(user, track),
        masked=_is_masked(shares, (*consents.in_force, *consents.before), detections),
    )


def _is_masked(
    shares: Iterable[LayerShares], consents: Iterable[ConsentRow], found: Iterable[DetectionRow]
) -> bool:
    hidden = (share.hidden for layer in shares for share in layer.rows)
    return any(hidden) or any(each.hidden for each in consents) or any(one.hidden for one in found)


def _notes(track: Track) -> Iterable[str]:
    declared = {
        "instrumental": track.is_instrumental,
        "cover": track.is_cover,
        "explicit": track.is_explicit,
    }
    return (name for name, value in declared.items() if value)


def _release(track: Track) -> ReleaseHead:
    release = track.release
    return ReleaseHead(
        title=release.title,
        type=release.type,
        artist=release.display_artist,
        icpn=release.icpn,
        icpn_valid=release.icpn_valid,
        record_label=release.record_label,
        release_date=release.release_date,
        contains_ai=release.contains_ai,
        purged=release.purged_at is not None,
    )


def _contributors(track: Track) -> tuple[ContributorRow, ...]:
    rows = Contributor.objects.filter(track=track).select_related("party").order_by("position")
    return tuple(
        ContributorRow(
            party=row.party.uuid if row.party else None,
            name=row.party.name if row.party else row.get_special_display(),
            role=row.role,
            facet=row.facet,
            ai=row.ai,
            special=row.special,
        )
        for row in rows
    )


def _shares(user: User, track: Track, reader: Reader) -> tuple[LayerShares, ...]:
    own = sight_of(user).parties
    rows = list(Share.objects.filter(track=track).select_related("party").order_by("pk"))
    found = []
    for layer in Layer.values:
        held = [share for share in rows if share.layer == layer]
        shown = tuple(
            _share(share, hidden=not reader.everything and share.party_id not in own)
            for share in sorted(held, key=lambda share: -(share.basis_points or 0))
        )
        if shown:
            found.append(LayerShares(layer, shown, _total(shown)))
    return tuple(found)


def _share(share: Share, *, hidden: bool) -> ShareRow:
    return ShareRow(
        party=share.party.uuid,
        name=share.party.name,
        basis_points=None if hidden else share.basis_points,
        hidden=hidden,
        territories=() if hidden else tuple(share.territories),
        valid_from=None if hidden else share.valid_from,
        valid_until=None if hidden else share.valid_until,
    )


def _total(rows: Sequence[ShareRow]) -> int | None:
    """The sum, where one sum says it all: every share known, worldwide and without period."""
    plain = all(
        row.basis_points is not None and not row.territories and row.valid_until is None
        for row in rows
    )
    return sum(row.basis_points or 0 for row in rows) if plain else None


def _consents_on(track: Track) -> list[Consent]:
    """Statements on the track, however they name it."""
    rows = statements_on(track).select_related(*ALONG)
    return list(rows.order_by("-recorded_at", "-pk"))


def _detections(track: Track, reader: Reader) -> tuple[DetectionRow, ...]:
    rows = Detection.objects.filter(track=track).select_related("party").order_by("-detected_at")
    found = []
    for row in rows[:SHOWN]:
        name = row.party.name if row.party else ""
        hidden = bool(name) and not reader.everything and name not in reader.names
        found.append(
            DetectionRow(
                kind=row.kind,
                detector=row.detector,
                score=row.score / 1_000_000,
                party="" if hidden else name,
                hidden=hidden,
                detected_at=row.detected_at,
            )
        )
    return tuple(found)


def _deliveries(user: User, track: Track) -> tuple[DeliveryLine, ...]:
    sight = sight_of(user)
    rows = Delivery.objects.filter(requests__track=track, requests__cause="delivery").distinct()
    found = rows.select_related("account").defer("raw").order_by("-pk")[:SHOWN]
    return tuple(
        DeliveryLine(
            uuid=each.uuid if sight.everything or each.account_id in sight.accounts else None,
            message_id=each.message_id,
            format=each.format,
            account=each.account.name,
            superseded=each.superseded,
            received_at=each.received_at,
        )
        for each in found
    )


def _decisions(user: User, track: Track) -> tuple[DecisionRow, ...]:
    rows = Decision.objects.filter(track=track).order_by("-pk")
    return tuple(decision_rows(user, with_headline(rows)[:SHOWN]))
