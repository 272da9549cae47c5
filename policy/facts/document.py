"""The shape of a track's fact document, as `rulesets/facts.yaml` declares it.

A field that is UNSET is left out of the text: an optional fact that is absent, or one that is
unknown because its provider failed. Lists are in an order that equal facts always give.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

Text: TypeAlias = str | UnsetType
Number: TypeAlias = int | UnsetType
Flag: TypeAlias = bool | UnsetType
Instant: TypeAlias = datetime | UnsetType


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of the recording itself; these facts stand directly below `track`."""

    title: str
    title_key: str
    version_title: Text = UNSET
    display_artist: str
    isrc: Text = UNSET
    isrc_well_formed: bool
    iswc: Text = UNSET
    duration_seconds: Number = UNSET
    genre: Text = UNSET
    language: Text = UNSET
    is_instrumental: Flag = UNSET
    is_cover: Flag = UNSET
    is_explicit: Flag = UNSET
    release_date: Instant = UNSET
    first_delivered_at: datetime
    last_delivered_at: datetime
    deliveries: int


class Ai(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared and detected about generative AI."""

    declared: str
    release_declared: str
    release_fold: str
    contributors_all: int
    contributors_partly: int
    special_contributors: int
    human_contributors: int
    detector: Text = UNSET
    detector_score: float | UnsetType = UNSET


class Contributor(msgspec.Struct, frozen=True, kw_only=True):
    """One role of one party or special contributor."""

    name: Text = UNSET
    role: str
    facet: str
    ai: str
    special: str


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The release that the track stands on."""

    title: str
    type: str
    icpn: Text = UNSET
    icpn_valid: bool
    record_label: Text = UNSET
    tracks: int
    tracks_undeclared: int
    isrc_repeats: int
    short_tracks: int


class Deliverer(msgspec.Struct, frozen=True, kw_only=True):
    """The account that delivers, and what it has been doing."""

    name: str
    dpid: Text = UNSET
    tracks_last_day: int
    tracks_last_week: int
    ai_tracks_last_week: int
    days_active: int


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A party with a share."""

    name: str
    layer: str
    basis_points: Number = UNSET
    territories: tuple[str, ...]


class ShareTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What the shares of a layer add up to in a territory."""

    layer: str
    territory: str
    basis_points: int
    holders: int
    unknown: int


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of consent in force."""

    grantor: str
    layer: str
    use: str
    decision: str
    territories: tuple[str, ...]
    excluded_territories: tuple[str, ...]
    valid_from: datetime
    valid_until: Instant = UNSET
    source: str
    condition: Text = UNSET
    condition_met: Flag = UNSET


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A declared relation to another recording."""

    kind: str
    isrc: Text = UNSET
    in_catalogue: bool
    same_master_owner: bool


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """A detector's finding."""

    kind: str
    detector: str
    score: float
    party: Text = UNSET
    party_consented: bool
    party_contributes: bool


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """What else in the catalogue looks the same."""

    same_isrc: int
    same_isrc_other_title: int
    same_isrc_other_artist: int
    same_isrc_other_deliverer: int
    same_isrc_duration_gap: Number = UNSET
    same_title_artist: int
    same_title_artist_duration: int


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """An owner of a layer, and what it says of a use."""

    layer: str
    territory: str
    basis_points: Number = UNSET
    contract: str
    preference: str
    condition: str
    condition_met: bool
    model_covered: bool


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A planned or past use of the track by AI."""

    kind: str
    licensee: str
    model: Text = UNSET
    model_version: Text = UNSET
    territories: tuple[str, ...]
    research: bool
    owners: tuple[Owner, ...]
    units: int
    artificial_units: int
    reported: bool
    attributed: bool


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """An open dispute over the rights of the track."""

    kind: str
    layer: str
    territory: str
    opened_at: datetime
    finding_at: datetime
    answered: bool


def text(value: str) -> Text:
    """A text that is absent when it is empty."""
    return value or UNSET
