"""What a delivery says, whatever format it came in.

Every reader (`ern`, `catalogue`) returns one Delivery; services store it and never see XML or JSON.
Text is kept as delivered, white space trimmed and folded. A value that was not delivered is None or
an empty tuple, never a guess: an undeclared AI level is `undeclared`, which is not `none`.

Periods are half-open: `valid_until` is the first instant at which something no longer holds. DDEX
gives dates without a time zone and end dates that are the last day; both are read in UTC, so an end
date of 2027-12-03 becomes 2027-12-04T00:00Z. Territories are codes as delivered (`DE`, `Worldwide`
is the empty tuple); an empty tuple of territories means everywhere, less the excluded ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from policy.lang import words

Kind: TypeAlias = Literal["new_release", "purge"]
AiLevel: TypeAlias = Literal["all", "partly", "none", "undeclared"]
Facet: TypeAlias = Literal[
    "vocals",
    "instrumentation",
    "composition",
    "lyrics",
    "production",
    "post_production",
    "other",
]
Special: TypeAlias = Literal[
    "no", "generative_ai", "traditional", "various_artists", "user_defined"
]
Layer: TypeAlias = words.Layer
Use: TypeAlias = words.Use
ConsentDecision: TypeAlias = Literal["granted", "denied", "withdrawn"]
ConsentSource: TypeAlias = Literal[
    "ern_deal", "declaration", "contract", "public_signal", "court_order"
]
DetectionKind: TypeAlias = Literal["ai_audio", "voice_match", "audio_match", "artificial_streams"]


@dataclass(frozen=True, slots=True)
class DeliveryWarning:
    """Something that looks wrong but does not stop the delivery.

    `code` is a kebab-case word (`isrc-syntax`, `icpn-check-digit`, `unknown-value`, ...),
    `message` one lower-case sentence with the value in backticks, `line` the 1-based line of
    the text (0 when unknown) and `element` the path to it (`ResourceList/SoundRecording/ISRC`,
    `$.tracks[0].isrc`).
    """

    code: str
    message: str
    line: int
    element: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier: as delivered, for comparing, and whether it is well-formed.

    `scheme` is `isrc iswc icpn grid isni ipi ipn dpid catalog_number proprietary` or another
    lower-case word. `value` is the text as delivered. `key` is what to compare: upper case
    without hyphens, dots and spaces, an ICPN without leading zeros. `valid` is whether syntax
    and check digit (where the scheme has one) are right; a scheme without rules is always
    valid. `namespace` says whose number a proprietary one is (a DPID), else empty.
    """

    scheme: str
    value: str
    key: str
    valid: bool = True
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class PartyRef:
    """A party of the message's envelope: DDEX party id (empty when none) and full name."""

    dpid: str
    name: str


@dataclass(frozen=True, slots=True)
class DeliveredParty:
    """A person or company that the delivery names.

    `reference` is unique within the delivery and has no spaces; where the format has no party
    list (ERN 3.8) it is made up, one for each name. `ids` are its ISNI, IPI, DPID, IPN and
    proprietary numbers.
    """

    reference: str
    name: str
    ids: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveredContributor:
    """One party, or a special contributor such as generative AI, in one role and facet.

    A contributor with two roles, or with a role of two facets (`ComposerLyricist`), is two of
    these. `party` refers to a DeliveredParty and `name`
    is that party's name; both are None for a special contributor. `role` is the DDEX
    ContributorRole as delivered and `facet` the part of the music it belongs to (see `roles`).
    `ai` is AiContribution; a `generative_ai` contributor without one is `all` (DDEX's
    default). `instrument` is the DDEX InstrumentType, if any.
    """

    party: str | None
    name: str | None
    role: str
    facet: Facet
    ai: AiLevel = "undeclared"
    special: Special = "no"
    instrument: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveredArtist:
    """A display artist of a track: who is named on it, which need not be who made it.

    `party` refers to a DeliveredParty and `name` is its name; both are None for a special display
    artist such as generative AI. `role` is the DDEX DisplayArtistRole (`MainArtist`, ...).
    """

    party: str | None
    name: str | None
    role: str
    special: Special = "no"


@dataclass(frozen=True, slots=True)
class DeliveredShare:
    """What one party holds of one layer of a track.

    `basis_points` is the share rounded half to even, 10000 is 100 %; None means delivered as
    unknown. `percentage` is the exact number behind it. `role` is the right or the holder's
    role as delivered (`RightsController`, `RoyaltyAdministrator`, ...), empty when none.
    """

    party: str
    layer: Layer
    basis_points: int | None
    percentage: Decimal | None = None
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class DeliveredConsent:
    """One statement of a party about one use of AI.

    It covers what it hangs on: a release and all its tracks, one track, or (in
    `Delivery.consents`) all that the grantor has. `grantor` refers to a DeliveredParty; None
    means the message's sender. `valid_from` None means from the delivery on, `valid_until`
    None means open.
    """

    use: Use
    layer: Layer
    decision: ConsentDecision
    source: ConsentSource
    grantor: str | None = None
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveredRelation:
    """A declared relation to another recording.

    `kind` is the DDEX ResourceRelationshipType (`IsSpedUpOf`, `HasContentFrom`, ...). The
    other recording is known by `isrc`, by `other_ids`, or only by `title` and `artist`.
    """

    kind: str
    isrc: Identifier | None = None
    other_ids: tuple[Identifier, ...] = ()
    title: str | None = None
    artist: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveredDetection:
    """A detector's finding about a track: JSON deliveries only, ERN has no place for it.

    `score` is 0 to 1. `party` refers to the DeliveredParty whose voice or recording was
    matched. `detected_at` None means at the time of the delivery.
    """

    kind: DetectionKind
    detector: str
    version: str
    score: float
    party: str | None = None
    detected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveredTrack:
    """One sound recording that is delivered, not one that is only referred to.

    `reference` is unique within the delivery (`A1`). `duration_seconds` is in whole seconds,
    rounded down. `language` is the language of performance (ISO 639). `display_artist` is
    empty when none was delivered. `audio_hash` is `<algorithm>:<digits>` in lower case
    (`sha-256:5a5a...`) of the audio file. `pline_year` is the year of the (P) line. `consents`
    are those about this track alone (deals of its track release, statements in JSON).
    """

    reference: str
    title: str
    display_artist: str
    isrc: Identifier | None = None
    other_ids: tuple[Identifier, ...] = ()
    iswcs: tuple[Identifier, ...] = ()
    version_title: str | None = None
    artists: tuple[DeliveredArtist, ...] = ()
    contributors: tuple[DeliveredContributor, ...] = ()
    duration_seconds: int | None = None
    genre: str | None = None
    language: str | None = None
    is_instrumental: bool | None = None
    is_cover: bool | None = None
    is_explicit: bool | None = None
    contains_ai: AiLevel = "undeclared"
    shares: tuple[DeliveredShare, ...] = ()
    relations: tuple[DeliveredRelation, ...] = ()
    consents: tuple[DeliveredConsent, ...] = ()
    detections: tuple[DeliveredDetection, ...] = ()
    audio_hash: str | None = None
    pline_year: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveredDeal:
    """Terms under which a release may be used: use types and commercial models as delivered.

    `track` is the reference of the one track that the deal is about, None for the whole
    release. `takedown` marks an ERN 3 deal that ends all earlier ones in its territories.
    """

    use_types: tuple[str, ...]
    commercial_models: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    track: str | None = None
    takedown: bool = False


@dataclass(frozen=True, slots=True)
class DeliveredRelease:
    """An album, EP or single.

    `type` is the DDEX ReleaseType. `tracks` are references in playing order. `record_label`
    refers to a DeliveredParty and `record_label_name` is its name. `consents` is the complete
    set of the release's AI deals as of this message: one that an earlier message had and this
    one lacks is withdrawn from the time of this message on.
    """

    reference: str
    title: str
    artist: str
    type: str
    icpn: Identifier | None = None
    grid: Identifier | None = None
    catalog_number: str | None = None
    other_ids: tuple[Identifier, ...] = ()
    record_label: str | None = None
    record_label_name: str | None = None
    genre: str | None = None
    release_date: date | None = None
    contains_ai: AiLevel = "undeclared"
    tracks: tuple[str, ...] = ()
    deals: tuple[DeliveredDeal, ...] = ()
    consents: tuple[DeliveredConsent, ...] = ()


@dataclass(frozen=True, slots=True)
class PurgedRelease:
    """A release that was sent by mistake: all its identifiers, and what it was called."""

    ids: tuple[Identifier, ...]
    title: str | None = None
    artist: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message, read.

    `message_id` makes ingest idempotent. `format` names format and version (`ern/432`,
    `catalogue/1`). `created_at` is when the sender made the message, aware. `language` is the
    message's LanguageAndScriptCode, `profile` the ERN release profile; both empty when not
    given. A `purge` has only `purges`, a `new_release` never has any. `consents` are
    statements about all that their grantor has (JSON only).
    """

    message_id: str
    thread_id: str
    sender: PartyRef
    recipient: PartyRef
    created_at: datetime
    is_test: bool
    format: str
    kind: Kind
    language: str = ""
    profile: str = ""
    on_behalf_of: PartyRef | None = None
    releases: tuple[DeliveredRelease, ...] = ()
    tracks: tuple[DeliveredTrack, ...] = ()
    parties: tuple[DeliveredParty, ...] = ()
    consents: tuple[DeliveredConsent, ...] = ()
    purges: tuple[PurgedRelease, ...] = ()
    warnings: tuple[DeliveryWarning, ...] = ()
