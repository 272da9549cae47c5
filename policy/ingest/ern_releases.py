"""Releases: the album, EP or single, and which recording stands where on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from policy.ingest import limits
from policy.ingest.delivery import (
    DeliveredDeal,
    DeliveredRelease,
    DeliveredTrack,
    Identifier,
    PurgedRelease,
)
from policy.ingest.ern_deals import Terms, consents
from policy.ingest.ern_parties import Named, Parties
from policy.ingest.ern_reading import Places, Reading, default, folded
from policy.ingest.ern_recordings import Resources, contains_ai, places
from policy.ingest.safe_xml import Element
from policy.ingest.values import DATE
from policy.lang.diagnostics import quoted

_ID_SCHEMES = {
    "ICPN": "icpn",
    "GRid": "grid",
    "ISRC": "isrc",
    "CatalogNumber": "catalog_number",
    "ProprietaryId": "proprietary",
}


@dataclass(frozen=True, slots=True)
class Releases:
    """The release elements of a message, sorted: whole releases, and those of single tracks.

    `all` is by reference, `main` are references of whole releases, and `tracks` says of which
    recording a track release is.
    """

    all: Mapping[str, Element]
    main: tuple[str, ...]
    tracks: Mapping[str, str]


def read_releases(reading: Reading, resources: Resources) -> Releases:
    """Index and sort the releases; a reference defined twice is a problem."""
    found: dict[str, Element] = {}
    tracks: dict[str, str] = {}
    main: list[str] = []
    elements = reading.root.findall("ReleaseList/*")
    whole = any(not _is_of_a_track(reading, element) for element in elements)
    for element in elements:
        reference = reading.definition(element, "ReleaseReference")
        if reference and reference in found:
            message = f"the release {quoted(reference)} is defined twice"
            reading.refuse(element, "duplicate-reference", message, "keep one of them")
        found[reference] = element
        if whole and _is_of_a_track(reading, element):
            recordings = list(_recordings(reading, element, resources))
            if recordings:
                tracks[reference] = recordings[0]
        else:
            main.append(reference)
    if not main:
        reading.missing(reading.root, "ReleaseList/Release")
    return Releases(found, tuple(main), tracks)


def read_release(
    reading: Reading,
    reference: str,
    parties: Parties,
    resources: Resources,
    deals: Mapping[str, tuple[Terms, ...]],
    releases: Releases,
) -> DeliveredRelease:
    """One album, EP or single with its deals and those of its single tracks."""
    element = releases.all[reference]
    at = places(element, reading.version.release_details)
    ids = list(release_ids(reading, element))
    label = _record_label(reading, at, parties)
    terms = deals.get(reference, ())
    tracks = tuple(_recordings(reading, element, resources))
    return DeliveredRelease(
        reference=reference,
        title=_title(reading, at, element),
        artist=reading.first(at, ("DisplayArtistName",)) or "",
        type=reading.first(at, ("ReleaseType",), limits.WORD) or "",
        icpn=_take(ids, "icpn"),
        grid=_take(ids, "grid"),
        catalog_number=_text_of(_take(ids, "catalog_number")),
        other_ids=tuple(ids),
        record_label=label.reference if label else None,
        record_label_name=label.name if label else None,
        genre=genre(reading, at),
        release_date=_release_date(reading, at),
        contains_ai=contains_ai(reading, element),
        tracks=tracks,
        deals=(*_deals(terms), *_track_deals(deals, releases, set(tracks))),
        consents=consents(terms, label.reference if label else None),
    )


def on_a_release(
    reading: Reading, resources: Resources, delivered: tuple[DeliveredRelease, ...]
) -> list[str]:
    """References of the recordings that stand on a release; the others are warned about."""
    placed = {track for release in delivered for track in release.tracks}
    for reference, element in resources.recordings.items():
        if reference not in placed:
            message = f"the recording {quoted(reference)} is on no release: it is not read"
            reading.warn(element, "not-on-release", message)
    return [reference for reference in resources.recordings if reference in placed]


def with_track_releases(
    reading: Reading,
    tracks: tuple[DeliveredTrack, ...],
    deals: Mapping[str, tuple[Terms, ...]],
    releases: Releases,
    delivered: tuple[DeliveredRelease, ...],
) -> tuple[DeliveredTrack, ...]:
    """The tracks with genre and consents of their track releases; else the release's genre."""
    genres = {track: release.genre for release in delivered for track in release.tracks}
    labels = {track: release.record_label for release in delivered for track in release.tracks}
    terms: dict[str, list[Terms]] = {}
    for reference, track in releases.tracks.items():
        own = genre(reading, places(releases.all[reference], reading.version.release_details))
        genres[track] = own or genres.get(track)
        terms.setdefault(track, []).extend(deals.get(reference, ()))
    return tuple(
        replace(
            track,
            genre=track.genre or genres.get(track.reference),
            consents=consents(terms.get(track.reference, ()), labels.get(track.reference)),
        )
        for track in tracks
    )


def read_purges(reading: Reading) -> tuple[PurgedRelease, ...]:
    """The releases that a PurgeReleaseMessage names."""
    elements = reading.root.findall("PurgedRelease")
    if not elements:
        reading.missing(reading.root, "PurgedRelease")
    return tuple(_purged(reading, element) for element in elements)


def release_ids(reading: Reading, element: Element) -> Iterator[Identifier]:
    """Identifiers of a release, those in force before replaced ones."""
    found = element.findall("ReleaseId")
    for at in sorted(found, key=lambda at: at.get("IsReplaced") in ("true", "1")):
        for child in at:
            scheme = _ID_SCHEMES.get(str(child.tag))
            identifier = reading.identifier(scheme, child) if scheme else None
            if identifier is not None:
                yield identifier


def genre(reading: Reading, at: Places) -> str | None:
    """Genre in words."""
    return reading.first(at, reading.version.genre, limits.GENRE)


def _is_of_a_track(reading: Reading, element: Element) -> bool:
    """Whether a release element stands for one track of another: TrackRelease and ClipRelease from
    4.1 on; in ERN 3 a release of that type, or one that only has an ISRC and is not the main one.
    """
    if not reading.version.inline_parties:
        return element.tag != "Release"
    if element.get("IsMainRelease") == "true":
        return False
    kinds = {folded(at) for at in element.iter("ReleaseType")}
    has = {str(child.tag) for child in element.iterfind("ReleaseId/*")}
    return "TrackRelease" in kinds or ("ISRC" in has and not has & {"ICPN", "GRid"})


def _recordings(reading: Reading, element: Element, resources: Resources) -> Iterator[str]:
    """References of the delivered recordings on a release, each once, in order."""
    seen: set[str] = set()
    for at in sorted(element.iter("ReleaseResourceReference"), key=_is_outside_groups):
        reference = reading.reference(at, resources.all)
        if reference and reference in resources.recordings and reference not in seen:
            seen.add(reference)
            yield reference


def _is_outside_groups(at: Element) -> bool:
    return not any(True for _ in at.iterancestors("ResourceGroup"))


def _title(reading: Reading, at: Places, element: Element) -> str:
    title = reading.first(at, reading.version.release_title)
    if title is None:
        reading.missing(element, reading.version.release_title[0])
    return title or ""


def _record_label(reading: Reading, at: Places, parties: Parties) -> Named | None:
    for place in at:
        element = default(place.findall(reading.version.record_label))
        if element is not None:
            return parties.label(element)
    return None


def _release_date(reading: Reading, at: Places) -> date | None:
    """The release date, else the original one."""
    for path in reading.version.release_date:
        found = reading.value(at, path, DATE)
        if found is not None:
            return found
    return None


def _take(ids: list[Identifier], scheme: str) -> Identifier | None:
    """Remove and return the first identifier of a scheme."""
    for place, identifier in enumerate(ids):
        if identifier.scheme == scheme:
            return ids.pop(place)
    return None


def _text_of(identifier: Identifier | None) -> str | None:
    return identifier.value if identifier else None


def _deals(terms: tuple[Terms, ...]) -> Iterator[DeliveredDeal]:
    return (term.deal for term in terms)


def _track_deals(
    deals: Mapping[str, tuple[Terms, ...]], releases: Releases, tracks: set[str]
) -> Iterator[DeliveredDeal]:
    for reference, track in releases.tracks.items():
        if track in tracks:
            for deal in _deals(deals.get(reference, ())):
                yield replace(deal, track=track)


def _purged(reading: Reading, element: Element) -> PurgedRelease:
    ids = tuple(release_ids(reading, element))
    if not ids:
        reading.missing(element, "ReleaseId")
    title = reading.first((element,), ("Title/TitleText", "DisplayTitleText"))
    names = ("DisplayArtistName", ".//PartyName/FullName")
    return PurgedRelease(ids, title, reading.first((element,), names))
