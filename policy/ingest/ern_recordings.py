"""Sound recordings: what they are called, who made them, with how much AI, and who owns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from policy.ingest import limits
from policy.ingest.allowed_values import ROLES
from policy.ingest.delivery import (
    AiLevel,
    DeliveredArtist,
    DeliveredContributor,
    DeliveredRelation,
    DeliveredShare,
    DeliveredTrack,
    Identifier,
    Layer,
    Special,
)
from policy.ingest.ern_deals import territories
from policy.ingest.ern_parties import Named, Parties
from policy.ingest.ern_reading import AI_LEVELS, AI_VALUES, SPECIALS, Places, Reading, folded
from policy.ingest.ern_versions import Credit
from policy.ingest.identifiers import isrc_year_is_plausible
from policy.ingest.roles import facets
from policy.ingest.safe_xml import Element
from policy.ingest.values import (
    BOOLEAN,
    DATE,
    DURATION,
    LAST_DATE,
    PERCENTAGE,
    YEAR,
    basis_points,
)
from policy.lang.diagnostics import quoted

_ID_SCHEMES = {"ISRC": "isrc", "CatalogNumber": "catalog_number", "ProprietaryId": "proprietary"}
_EXPLICIT = {"Explicit": True, "NotExplicit": False, "ExplicitContentEdited": False}


Where: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""Territories and excluded ones."""


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of a message by reference, and which of them are delivered recordings."""

    all: Mapping[str, Element]
    recordings: Mapping[str, Element]


def read_resources(reading: Reading) -> Resources:
    """Index the resources. One that is supplemental is referred to, not delivered."""
    found: dict[str, Element] = {}
    recordings: dict[str, Element] = {}
    for element in reading.root.iterfind("ResourceList/*"):
        reference = reading.definition(element, "ResourceReference")
        if reference and reference in found:
            message = f"the resource {quoted(reference)} is defined twice"
            reading.refuse(element, "duplicate-reference", message, "keep one of them")
        found[reference] = element
        if element.tag == "SoundRecording" and element.get("IsSupplemental") not in ("true", "1"):
            recordings[reference] = element
        else:
            _pass_over(reading, element)
    return Resources(found, recordings)


def _pass_over(reading: Reading, element: Element) -> None:
    """Check what a resource that is not kept (an image, a video) says about AI all the same."""
    for name, allowed in AI_VALUES.items():
        for at in element.iter(name):
            reading.word(at, allowed)
    if element.tag == "Video":
        reading.warn(element, "not-read", "videos are not read")


def read_track(
    reading: Reading, reference: str, parties: Parties, resources: Resources
) -> DeliveredTrack:
    """One recording; genre and consents come with its releases."""
    element = resources.recordings[reference]
    at, version = places(element, reading.version.recording_details), reading.version
    isrc, other_ids = recording_ids(reading, element)
    artists = tuple(_artists(reading, at, parties))
    return DeliveredTrack(
        reference=reference,
        title=_title(reading, at, element),
        display_artist=_display_artist(reading, at, artists),
        isrc=isrc,
        other_ids=other_ids,
        iswcs=tuple(_iswcs(reading, element)),
        version_title=reading.first(at, version.recording_subtitle, limits.NAME),
        artists=artists,
        contributors=tuple(_contributors(reading, at, parties)),
        duration_seconds=reading.value((element,), "Duration", DURATION),
        language=reading.first(at, ("LanguageOfPerformance",), limits.CODE),
        is_instrumental=reading.value((element,), "IsInstrumental", BOOLEAN),
        is_cover=reading.value((element,), "IsCover", BOOLEAN),
        is_explicit=_explicit(reading, at),
        contains_ai=contains_ai(reading, element),
        shares=tuple(_shares(reading, element, parties)),
        relations=tuple(_relations(reading, element, resources)),
        audio_hash=_audio_hash(reading, at),
        pline_year=reading.value(at, version.pline_year, YEAR),
    )


def places(element: Element, details: str) -> Places:
    """The composite, and before it, in ERN 3, its details for the whole world or the first."""
    blocks = element.findall(details) if details else []
    for block in blocks:
        if block.findtext("TerritoryCode") == "Worldwide":
            return (block, element)
    return (blocks[0], element) if blocks else (element,)


def contains_ai(reading: Reading, element: Element) -> AiLevel:
    """`ContainsAI`; absent is undeclared."""
    return reading.choice(element, "ContainsAI", AI_LEVELS) or "undeclared"


def recording_ids(
    reading: Reading, element: Element
) -> tuple[Identifier | None, tuple[Identifier, ...]]:
    """The ISRC in force, and every other identifier (of other editions, replaced ones)."""
    isrc: Identifier | None = None
    others: list[Identifier] = []
    for at in element.iterfind(reading.version.recording_ids):
        replaced = at.get("IsReplaced") in ("true", "1")
        for identifier in _ids(reading, at):
            if identifier.scheme == "isrc" and isrc is None and not replaced:
                isrc = identifier
            elif identifier != isrc:
                others.append(identifier)
    return isrc, tuple(dict.fromkeys(others))


def _ids(reading: Reading, at: Element) -> Iterator[Identifier]:
    for child in at:
        scheme = _ID_SCHEMES.get(str(child.tag))
        identifier = reading.identifier(scheme, child) if scheme else None
        if identifier is None:
            continue
        if scheme == "isrc" and identifier.valid:
            _check_year(reading, child, identifier)
        yield identifier


def _check_year(reading: Reading, at: Element, isrc: Identifier) -> None:
    if not isrc_year_is_plausible(isrc.key, reading.sent_at.year):
        message = f"the year in the ISRC {quoted(isrc.value)} is neither past nor near"
        reading.warn(at, "isrc-year", message)


def _iswcs(reading: Reading, element: Element) -> Iterator[Identifier]:
    for at in element.iterfind(f"{reading.version.work_ids}/ISWC"):
        identifier = reading.identifier("iswc", at)
        if identifier is not None:
            yield identifier


def _title(reading: Reading, at: Places, element: Element) -> str:
    title = reading.first(at, reading.version.recording_title)
    if title is None:
        reading.missing(element, reading.version.recording_title[0])
    return title or ""


def _display_artist(reading: Reading, at: Places, artists: tuple[DeliveredArtist, ...]) -> str:
    """DisplayArtistName, else the names of the display artists."""
    name = reading.first(at, ("DisplayArtistName",))
    if name is not None:
        return name
    names = [artist.name for artist in artists if artist.name]
    return ", ".join(dict.fromkeys(names))[: limits.TITLE]


def _artists(reading: Reading, at: Places, parties: Parties) -> Iterator[DeliveredArtist]:
    credit = reading.version.artist
    for element in _everywhere(at, credit.element):
        special = _special(reading, element, "SpecialDisplayArtist")
        party = parties.of(element, credit.party)
        roles = _roles(reading, element, credit) or [""]
        for role in roles:
            yield DeliveredArtist(*_who(party), role, special)


def _contributors(reading: Reading, at: Places, parties: Parties) -> Iterator[DeliveredContributor]:
    for credit in reading.version.credits:
        for element in _everywhere(at, credit.element):
            yield from _contributor(reading, element, credit, parties)


def _contributor(
    reading: Reading, element: Element, credit: Credit, parties: Parties
) -> Iterator[DeliveredContributor]:
    special = _special(reading, element, "SpecialContributor")
    party = parties.of(element, credit.party)
    level = reading.choice(element, "AiContribution", AI_LEVELS)
    ai: AiLevel = level or ("all" if special == "generative_ai" else "undeclared")
    instrument = reading.first((element,), ("InstrumentType", "Role/InstrumentType"), limits.ROLE)
    for role in _roles(reading, element, credit) or [""]:
        for facet in facets(role):
            yield DeliveredContributor(*_who(party), role, facet, ai, special, instrument)


def _special(reading: Reading, element: Element, path: str) -> Special:
    return reading.choice(element, path, SPECIALS) or "no"


def _who(party: Named | None) -> tuple[str | None, str | None]:
    return (party.reference, party.name) if party else (None, None)


def _roles(reading: Reading, element: Element, credit: Credit) -> list[str]:
    """Roles as delivered; a user-defined one by its own value, an unknown one with a warning."""
    found = []
    for at in element.iterfind(credit.role):
        text = reading.checked(at, limits.ROLE)
        own = reading.attribute(at, "UserDefinedValue") if text == "UserDefined" else ""
        if text and text not in ROLES:
            reading.doubt(at, text)
        if text:
            found.append(own or text)
    return list(dict.fromkeys(found))


def _everywhere(at: Places, path: str) -> Iterator[Element]:
    for place in at:
        yield from place.iterfind(path)


def _explicit(reading: Reading, at: Places) -> bool | None:
    """True, False, or None for no advice, unknown or absent."""
    found = [folded(element) for element in _everywhere(at, "ParentalWarningType")]
    known = [_EXPLICIT[text] for text in found if text in _EXPLICIT]
    return any(known) if known else None


def _shares(reading: Reading, element: Element, parties: Parties) -> Iterator[DeliveredShare]:
    """Rights controllers; in ERN 3 those of each territory's details hold there."""
    details = reading.version.recording_details
    for block in element.iterfind(details) if details else (element,):
        there = territories(reading, block) if details else None
        for path, layer in reading.version.controllers:
            for at in block.iterfind(path):
                yield from _share(reading, at, layer, parties, there or _where(reading, at))


def _share(
    reading: Reading, at: Element, layer: Layer, parties: Parties, where: Where
) -> Iterator[DeliveredShare]:
    party = parties.of(at, "RightsControllerPartyReference")
    if party is None:
        return
    percentage = _percentage(reading, at)
    valid_from, valid_until = _when(reading, at)
    roles = [folded(role) or "" for role in at.iterfind(reading.version.controller_roles)]
    yield DeliveredShare(
        party=party.reference,
        layer=layer,
        basis_points=None if percentage is None else basis_points(percentage),
        percentage=percentage,
        territories=where[0],
        excluded_territories=where[1],
        valid_from=valid_from,
        valid_until=valid_until,
        role=", ".join(filter(None, roles))[: limits.ROLE],
    )


def _percentage(reading: Reading, at: Element) -> Decimal | None:
    """RightSharePercentage in percent; None when it is unknown or not said."""
    element = at.find("RightSharePercentage")
    percentage = None if element is None else reading.read(element, PERCENTAGE)
    if element is None or percentage is None:
        return None
    whole_is_one = element.get("HasMaxValueOfOne") in ("true", "1")
    return percentage * 100 if whole_is_one else percentage


def _where(reading: Reading, at: Element) -> Where:
    """Territories of a share: its own, else those of the delegated rights."""
    own, _ = territories(reading, at, "Territory")
    delegated, _ = territories(reading, at, "DelegatedUsageRights/TerritoryOfRightsDelegation")
    return own or delegated, ()


def _when(reading: Reading, at: Element) -> tuple[date | None, date | None]:
    """First day, and first day after, of a share."""
    period = at.find("DelegatedUsageRights/PeriodOfRightsDelegation")
    place = at if period is None else period
    first = reading.value((place,), "StartDate", DATE)
    return first, reading.value((place,), "EndDate", LAST_DATE)


def _relations(
    reading: Reading, element: Element, resources: Resources
) -> Iterator[DeliveredRelation]:
    for at in element.iterfind("RelatedResource"):
        kind = reading.required(at, "ResourceRelationshipType", limits.WORD)
        reference = at.find("ResourceRelatedResourceReference")
        if reference is not None:
            key = reading.reference(reference, resources.all)
            if key is not None:
                yield _known_relation(reading, kind, resources.all[key])
            continue
        isrc, others = _relation_ids(reading, at)
        yield DeliveredRelation(kind, isrc, others)


def _known_relation(reading: Reading, kind: str, other: Element) -> DeliveredRelation:
    """A relation to a resource of the same message, which is told in full there."""
    at = places(other, reading.version.recording_details)
    isrc, others = recording_ids(reading, other)
    title = reading.first(at, reading.version.recording_title)
    artist = reading.first(at, ("DisplayArtistName",))
    return DeliveredRelation(kind, isrc, others, title, artist)


def _relation_ids(
    reading: Reading, at: Element
) -> tuple[Identifier | None, tuple[Identifier, ...]]:
    found = [ident for element in at.iterfind("ResourceId") for ident in _ids(reading, element)]
    isrc = next((identifier for identifier in found if identifier.scheme == "isrc"), None)
    return isrc, tuple(identifier for identifier in found if identifier is not isrc)


def _audio_hash(reading: Reading, at: Places) -> str | None:
    """`<algorithm>:<digits>` of the whole recording's file; a preview's does not count."""
    version = reading.version
    files = [file for file in _everywhere(at, version.files) if not _is_preview(file)]
    for file in files:
        total = file.find("HashSum")
        if total is None:
            continue
        digits = reading.text(total, version.hash_value, limits.DIGEST)
        algorithm = reading.text(total, version.hash_algorithm, limits.CODE)
        if digits and algorithm:
            return f"{algorithm}:{digits}".lower()
    return None


def _is_preview(file: Element) -> bool:
    parent = file.getparent()
    return parent is not None and parent.findtext("IsPreview") in ("true", "1")
