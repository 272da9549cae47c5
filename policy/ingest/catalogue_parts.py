"""The nouns of the JSON delivery format: parties, tracks, releases, consents, detections.

Each function reads one object, asks it for every field that it may have, and closes it with `done`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from policy.ingest import limits
from policy.ingest.delivery import (
    AiLevel,
    ConsentDecision,
    ConsentSource,
    DeliveredArtist,
    DeliveredConsent,
    DeliveredContributor,
    DeliveredDetection,
    DeliveredParty,
    DeliveredRelation,
    DeliveredRelease,
    DeliveredShare,
    DeliveredTrack,
    DeliveryWarning,
    DetectionKind,
    Identifier,
    PurgedRelease,
    Special,
)
from policy.ingest.identifiers import complaint, identify
from policy.ingest.json_places import shown
from policy.ingest.json_reading import Fields
from policy.ingest.roles import facets
from policy.ingest.values import DATE, INSTANT, MAX_SECONDS, WHEN, basis_points
from policy.lang.words import LAYERS, USES

_AI: tuple[AiLevel, ...] = get_args(AiLevel)
_SPECIALS: tuple[Special, ...] = get_args(Special)
_DECISIONS: tuple[ConsentDecision, ...] = get_args(ConsentDecision)
_SOURCES: tuple[ConsentSource, ...] = ("declaration", "contract", "public_signal", "court_order")
_DETECTIONS: tuple[DetectionKind, ...] = get_args(DetectionKind)


@dataclass(slots=True)
class Known:
    """What the text has defined so far, for references, and what was doubted."""

    parties: dict[str, DeliveredParty] = field(default_factory=dict)
    tracks: dict[str, DeliveredTrack] = field(default_factory=dict)
    warnings: list[DeliveryWarning] = field(default_factory=list)


def read_party(fields: Fields, reference: str, known: Known) -> DeliveredParty:
    """One person or company."""
    ids = [read_identifier(fields, name, name, known) for name in ("isni", "ipi", "dpid", "ipn")]
    party = DeliveredParty(
        reference=reference,
        name=fields.required("name", limits.NAME),
        ids=(*filter(None, ids), *_ids(fields, known)),
    )
    fields.done()
    return party


def read_track(fields: Fields, reference: str, known: Known) -> DeliveredTrack:
    """One sound recording, with what detectors found and parties said about it."""
    track = DeliveredTrack(
        reference=reference,
        title=fields.required("title"),
        display_artist=fields.text("display_artist") or "",
        isrc=read_identifier(fields, "isrc", "isrc", known),
        other_ids=_ids(fields, known),
        iswcs=_iswcs(fields, known),
        version_title=fields.text("version_title", limits.NAME),
        artists=tuple(_artist(item, known) for item in fields.objects("artists")),
        contributors=tuple(
            part for item in fields.objects("contributors") for part in _contributor(item, known)
        ),
        duration_seconds=fields.whole("duration_seconds", 0, MAX_SECONDS),
        genre=fields.text("genre", limits.GENRE),
        language=fields.text("language", limits.CODE),
        is_instrumental=fields.flag("is_instrumental"),
        is_cover=fields.flag("is_cover"),
        is_explicit=fields.flag("is_explicit"),
        contains_ai=fields.choice("contains_ai", _AI) or "undeclared",
        shares=tuple(_share(item, known) for item in fields.objects("shares")),
        relations=tuple(_relation(item, known) for item in fields.objects("relations")),
        consents=read_consents(fields, known),
        detections=tuple(_detection(item, known) for item in fields.objects("detections")),
        audio_hash=(fields.text("audio_hash", limits.DIGEST + limits.CODE) or "").lower() or None,
        pline_year=fields.whole("pline_year", 0, 9999),
    )
    fields.done()
    return track


def read_release(fields: Fields, reference: str, known: Known) -> DeliveredRelease:
    """One album, EP or single."""
    label = fields.reference("record_label", known.parties)
    if not fields.has("tracks"):
        fields.required("tracks")
    release = DeliveredRelease(
        reference=reference,
        title=fields.required("title"),
        artist=fields.text("artist") or "",
        type=fields.text("type", limits.WORD) or "",
        icpn=read_identifier(fields, "icpn", "icpn", known),
        grid=read_identifier(fields, "grid", "grid", known),
        catalog_number=fields.text("catalog_number", limits.ID),
        other_ids=_ids(fields, known),
        record_label=label,
        record_label_name=known.parties[label].name if label else None,
        genre=fields.text("genre", limits.GENRE),
        release_date=fields.typed("release_date", DATE),
        contains_ai=fields.choice("contains_ai", _AI) or "undeclared",
        tracks=fields.references("tracks", known.tracks),
        consents=read_consents(fields, known),
    )
    fields.done()
    return release


def read_purge(fields: Fields, known: Known) -> PurgedRelease:
    """One release that was sent by mistake."""
    ids = [read_identifier(fields, name, name, known) for name in ("icpn", "grid")]
    purge = PurgedRelease(
        ids=(*filter(None, ids), *_ids(fields, known)),
        title=fields.text("title"),
        artist=fields.text("artist"),
    )
    if not purge.ids:
        fields.required("icpn")
    fields.done()
    return purge


def _who(fields: Fields, known: Known) -> tuple[str | None, str | None, Special]:
    """Reference and name of a party, or neither and a special contributor."""
    special = fields.choice("special", _SPECIALS) or "no"
    party = fields.reference("party", known.parties)
    if special == "no" and party is None and not fields.has("party"):
        fields.required("party", limits.REFERENCE)
    if special != "no" and party is not None:
        message = "a contributor is a party or special, not both"
        fields.reading.refuse(fields.at, "mixed", message, "leave out `party` or `special`")
    return party, known.parties[party].name if party else None, special


def _artist(fields: Fields, known: Known) -> DeliveredArtist:
    party, name, special = _who(fields, known)
    role = fields.text("role", limits.ROLE) or ""
    fields.done()
    return DeliveredArtist(party, name, role, special)


def _contributor(fields: Fields, known: Known) -> list[DeliveredContributor]:
    party, name, special = _who(fields, known)
    role = fields.text("role", limits.ROLE) or ""
    instrument = fields.text("instrument", limits.ROLE)
    said = fields.choice("ai", _AI)
    ai: AiLevel = said or ("all" if special == "generative_ai" else "undeclared")
    fields.done()
    return [
        DeliveredContributor(party, name, role, facet, ai, special, instrument)
        for facet in facets(role)
    ]


def _share(fields: Fields, known: Known) -> DeliveredShare:
    if not fields.has("party"):
        fields.required("party")
    percentage = fields.number("percentage", 0, 1000)
    share = DeliveredShare(
        party=fields.reference("party", known.parties) or "",
        layer=fields.required_choice("layer", LAYERS),
        basis_points=None if percentage is None else basis_points(percentage),
        percentage=percentage,
        territories=fields.texts("territories", limits.CODE),
        excluded_territories=fields.texts("excluded_territories", limits.CODE),
        valid_from=fields.typed("valid_from", DATE),
        valid_until=fields.typed("valid_until", DATE),
        role=fields.text("role", limits.ROLE) or "",
    )
    fields.done()
    return share


def _relation(fields: Fields, known: Known) -> DeliveredRelation:
    relation = DeliveredRelation(
        kind=fields.required("kind", limits.WORD),
        isrc=read_identifier(fields, "isrc", "isrc", known),
        other_ids=_ids(fields, known),
        title=fields.text("title"),
        artist=fields.text("artist"),
    )
    fields.done()
    return relation


def read_consents(fields: Fields, known: Known) -> tuple[DeliveredConsent, ...]:
    """The statements about the object's own content."""
    return tuple(_consent(item, known) for item in fields.objects("consents"))


def _consent(fields: Fields, known: Known) -> DeliveredConsent:
    consent = DeliveredConsent(
        use=fields.required_choice("use", USES),
        layer=fields.required_choice("layer", LAYERS),
        decision=fields.required_choice("decision", _DECISIONS),
        source=fields.choice("source", _SOURCES) or "declaration",
        grantor=fields.reference("grantor", known.parties),
        territories=fields.texts("territories", limits.CODE),
        excluded_territories=fields.texts("excluded_territories", limits.CODE),
        valid_from=fields.typed("valid_from", WHEN),
        valid_until=fields.typed("valid_until", WHEN),
    )
    start, end = consent.valid_from, consent.valid_until
    if start and end and end < start:
        message = "the consent ends before it starts"
        fields.reading.refuse(fields.at, "wrong-period", message, "let the end be the later one")
    fields.done()
    return consent


def _detection(fields: Fields, known: Known) -> DeliveredDetection:
    if not fields.has("score"):
        fields.required("score")
    detection = DeliveredDetection(
        kind=fields.required_choice("kind", _DETECTIONS),
        detector=fields.required("detector", limits.WORD),
        version=fields.text("version", limits.CODE) or "",
        score=float(fields.number("score", 0, 1) or 0),
        party=fields.reference("party", known.parties),
        detected_at=fields.typed("detected_at", INSTANT),
    )
    fields.done()
    return detection


def _ids(fields: Fields, known: Known) -> tuple[Identifier, ...]:
    found = []
    for item in fields.objects("ids"):
        scheme = item.required("scheme", limits.CODE)
        value = item.required("value", limits.OF_SCHEME.get(scheme, limits.ID))
        namespace = item.text("namespace", limits.ID) or ""
        item.done()
        if scheme and value:
            found.append(_checked(scheme, value, namespace, item, "value", known))
    return tuple(found)


def _iswcs(fields: Fields, known: Known) -> tuple[Identifier, ...]:
    values = fields.texts("iswcs", limits.CODE)
    return tuple(_checked("iswc", value, "", fields, "iswcs", known) for value in values if value)


def read_identifier(fields: Fields, name: str, scheme: str, known: Known) -> Identifier | None:
    """The identifier in a field, warned about when it is not well-formed."""
    value = fields.text(name, limits.OF_SCHEME.get(scheme, limits.ID))
    if value is None:
        return None
    return _checked(scheme, value, "", fields, name, known)


def _checked(
    scheme: str, value: str, namespace: str, fields: Fields, name: str, known: Known
) -> Identifier:
    """The identifier, with a warning when it is not well-formed."""
    found = identify(scheme, value, namespace)
    wrong = complaint(found)
    if wrong is not None:
        known.warnings.append(DeliveryWarning(*wrong, 0, shown((*fields.at, name))))
    return found
