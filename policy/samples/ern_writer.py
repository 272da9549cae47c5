"""A Delivery as an ERN 4.3.2 message, its elements in the order of the schema.

What ERN has no place for (detections, consents that are no deals) is left out: `catalogue_writer`
writes these. What this writes, `policy.ingest.ern` reads back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from lxml import etree

from policy.ingest.consents.vocabulary import OWN
from policy.ingest.delivery import (
    AiLevel,
    DeliveredArtist,
    DeliveredContributor,
    DeliveredDeal,
    DeliveredParty,
    DeliveredRelation,
    DeliveredRelease,
    DeliveredShare,
    DeliveredTrack,
    Delivery,
    Identifier,
    PartyRef,
    PurgedRelease,
    Special,
)
from policy.ingest.ern_reading import AI_LEVELS, SPECIALS

_NAMESPACE = "http://ddex.net/xml/ern/432"
_AI: dict[AiLevel, str] = {level: text for text, level in AI_LEVELS.items()}
_SPECIAL: dict[Special, str] = {special: text for text, special in SPECIALS.items()}
_SCHEMES = {
    "isrc": "ISRC",
    "grid": "GRid",
    "icpn": "ICPN",
    "isni": "ISNI",
    "dpid": "DPID",
    "ipi": "IpiNameNumber",
    "ipn": "IPN",
    "cisac_society": "CisacSocietyId",
    "catalog_number": "CatalogNumber",
    "proprietary": "ProprietaryId",
}
"""By scheme, in the order of the schema, whichever of them a composite has."""

_ORDER = list(_SCHEMES)


def write_ern(delivery: Delivery) -> bytes:
    """The message as UTF-8. The schema wants a record label of a release, a duration of a track."""
    purge = delivery.kind == "purge"
    name = "PurgeReleaseMessage" if purge else "NewReleaseMessage"
    root = etree.Element(f"{{{_NAMESPACE}}}{name}", nsmap={"ern": _NAMESPACE})
    if delivery.profile:
        root.set("ReleaseProfileVersionId", delivery.profile)
    root.set("AvsVersionId", "9")
    root.set("LanguageAndScriptCode", delivery.language)
    _header(root, delivery)
    if purge:
        for purged in delivery.purges:
            _purged(root, purged)
    else:
        _content(root, delivery)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _content(root: etree._Element, delivery: Delivery) -> None:
    parties = _add(root, "PartyList")
    for party in delivery.parties:
        _party(parties, party)
    resources = _add(root, "ResourceList")
    for place, track in enumerate(delivery.tracks, start=1):
        _recording(resources, track, place)
    releases, by_reference = _add(root, "ReleaseList"), {t.reference: t for t in delivery.tracks}
    for release in delivery.releases:
        _release(releases, release, [by_reference[track] for track in release.tracks])
    _deals(root, delivery)


def _add(at: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(at, name)
    element.text = text
    return element


def _header(root: etree._Element, delivery: Delivery) -> None:
    at = _add(root, "MessageHeader")
    if delivery.thread_id:
        _add(at, "MessageThreadId", delivery.thread_id)
    _add(at, "MessageId", delivery.message_id)
    _envelope_party(at, "MessageSender", delivery.sender)
    if delivery.on_behalf_of:
        _envelope_party(at, "SentOnBehalfOf", delivery.on_behalf_of)
    _envelope_party(at, "MessageRecipient", delivery.recipient)
    _add(at, "MessageCreatedDateTime", _instant(delivery.created_at))
    _add(at, "MessageControlType", "TestMessage" if delivery.is_test else "LiveMessage")


def _envelope_party(at: etree._Element, name: str, party: PartyRef) -> None:
    element = _add(at, name)
    if party.dpid:
        _add(element, "PartyId", party.dpid)
    if party.name:
        _add(_add(element, "PartyName"), "FullName", party.name)


def _purged(root: etree._Element, purged: PurgedRelease) -> None:
    at = _add(root, "PurgedRelease")
    _ids(_add(at, "ReleaseId"), purged.ids)
    if purged.title:
        _add(_add(at, "Title"), "TitleText", purged.title)
    if purged.artist:
        contributor = _add(at, "Contributor")
        _add(_add(contributor, "PartyName"), "FullName", purged.artist)


def _party(at: etree._Element, party: DeliveredParty) -> None:
    element = _add(at, "Party")
    _add(element, "PartyReference", party.reference)
    _add(_add(element, "PartyName"), "FullName", party.name)
    if party.ids:
        _ids(_add(element, "PartyId"), party.ids)


def _ids(at: etree._Element, ids: Iterable[Identifier]) -> None:
    for identifier in sorted(ids, key=lambda found: _ORDER.index(found.scheme)):
        element = _add(at, _SCHEMES[identifier.scheme], identifier.value)
        if identifier.namespace:
            element.set("Namespace", identifier.namespace)


def _recording(at: etree._Element, track: DeliveredTrack, place: int) -> None:
    element = _add(at, "SoundRecording")
    _add(element, "ResourceReference", track.reference)
    _add(element, "Type", "MusicalWorkSoundRecording")
    _edition(element, track, place)
    for iswc in track.iswcs:
        _add(_add(element, "WorkId"), "ISWC", iswc.value)
    _titles(element, track.title, track.version_title)
    _add(element, "DisplayArtistName", track.display_artist)
    _artists(element, track.artists)
    for number, contributor in enumerate(_once(track.contributors), start=1):
        _contributor(element, contributor, number)
    for layer in ("master", "publishing"):
        for share in track.shares:
            if share.layer == layer:
                _share(element, share)
    if track.duration_seconds is not None:
        _add(element, "Duration", _duration(track.duration_seconds))
    if track.is_explicit is not None:
        _add(element, "ParentalWarningType", "Explicit" if track.is_explicit else "NotExplicit")
    for relation in track.relations:
        _relation(element, relation)
    _contains_ai(element, track.contains_ai)
    _flag(element, "IsCover", track.is_cover)
    _flag(element, "IsInstrumental", track.is_instrumental)
    if track.language:
        _add(element, "LanguageOfPerformance", track.language)


def _edition(at: etree._Element, track: DeliveredTrack, place: int) -> None:
    element = _add(at, "SoundRecordingEdition")
    ids = (*((track.isrc,) if track.isrc else ()), *track.other_ids)
    _ids(_add(element, "ResourceId"), ids)
    if track.pline_year is not None:
        pline = _add(element, "PLine")
        _add(pline, "Year", f"{track.pline_year:04}")
        _add(pline, "PLineText", f"(P) {track.pline_year:04}")
    if track.audio_hash:
        _file(element, track, place)


def _file(at: etree._Element, track: DeliveredTrack, place: int) -> None:
    algorithm, _, digits = (track.audio_hash or "").partition(":")
    details = _add(at, "TechnicalDetails")
    _add(details, "TechnicalResourceDetailsReference", f"T{place}")
    delivered = _add(details, "DeliveryFile")
    _add(delivered, "Type", "AudioFile")
    _add(delivered, "AudioCodecType", "FLAC")
    file = _add(delivered, "File")
    _add(file, "URI", f"resources/{place:03}.flac")
    total = _add(file, "HashSum")
    _add(total, "Algorithm", algorithm.upper())
    _add(total, "HashSumValue", digits)


def _titles(at: etree._Element, title: str, subtitle: str | None) -> None:
    _add(at, "DisplayTitleText", title)
    display = _add(at, "DisplayTitle")
    _add(display, "TitleText", title)
    if subtitle:
        _add(display, "SubTitle", subtitle)


def _artists(at: etree._Element, artists: Iterable[DeliveredArtist]) -> None:
    for number, artist in enumerate(artists, start=1):
        element = _add(at, "DisplayArtist")
        element.set("SequenceNumber", str(number))
        if artist.party:
            _add(element, "ArtistPartyReference", artist.party)
        else:
            _add(element, "SpecialDisplayArtist", _SPECIAL[artist.special])
        _add(element, "DisplayArtistRole", artist.role)


def _once(found: Iterable[DeliveredContributor]) -> Iterable[DeliveredContributor]:
    """One of neighbours that differ in facet only: a role may have two."""

    def but_facet(one: DeliveredContributor) -> tuple[object, ...]:
        return (one.party, one.role, one.ai, one.special, one.instrument)

    return (next(group) for _, group in groupby(found, key=but_facet))


def _contributor(at: etree._Element, contributor: DeliveredContributor, number: int) -> None:
    element = _add(at, "Contributor")
    element.set("SequenceNumber", str(number))
    if contributor.party:
        _add(element, "ContributorPartyReference", contributor.party)
    else:
        _add(element, "SpecialContributor", _SPECIAL[contributor.special])
    if contributor.role:
        role = _add(element, "Role")
        _add(role, "Value", contributor.role)
        if contributor.instrument:
            _add(role, "InstrumentType", contributor.instrument)
    if contributor.ai != "undeclared":
        _add(element, "AiContribution", _AI[contributor.ai])


def _share(at: etree._Element, share: DeliveredShare) -> None:
    master = share.layer == "master"
    element = _add(at, "ResourceRightsController" if master else "WorkRightsController")
    _add(element, "RightsControllerPartyReference", share.party)
    if share.role:
        _add(element, "RightsControlType", share.role)
    if share.percentage is None:
        _add(element, "RightShareUnknown", "true")
    else:
        _add(element, "RightSharePercentage", f"{share.percentage:f}")
    if master:
        _delegated(element, share)
        return
    for territory in share.territories:
        _add(element, "Territory", territory)
    _days(element, share.valid_from, share.valid_until)


def _delegated(at: etree._Element, share: DeliveredShare) -> None:
    """A master share says where and when it holds through the rights that it comes with."""
    if not (share.territories or share.valid_from or share.valid_until):
        return
    element = _add(at, "DelegatedUsageRights")
    _add(element, "UseType", "AsPerContract")
    if share.valid_from or share.valid_until:
        _days(_add(element, "PeriodOfRightsDelegation"), share.valid_from, share.valid_until)
    for territory in share.territories:
        _add(element, "TerritoryOfRightsDelegation", territory)


def _days(at: etree._Element, first: date | None, after: date | None) -> None:
    if first:
        _add(at, "StartDate", first.isoformat())
    if after:
        _add(at, "EndDate", (after - timedelta(days=1)).isoformat())


def _relation(at: etree._Element, relation: DeliveredRelation) -> None:
    element = _add(at, "RelatedResource")
    _add(element, "ResourceRelationshipType", relation.kind)
    ids = (*((relation.isrc,) if relation.isrc else ()), *relation.other_ids)
    _ids(_add(element, "ResourceId"), ids)


def _release(at: etree._Element, release: DeliveredRelease, tracks: list[DeliveredTrack]) -> None:
    element = _add(at, "Release")
    _add(element, "ReleaseReference", release.reference)
    _add(element, "ReleaseType", release.type)
    _ids(_add(element, "ReleaseId"), _release_ids(release))
    _titles(element, release.title, None)
    _add(element, "DisplayArtistName", release.artist)
    _artists(element, tracks[0].artists if tracks else ())
    if release.record_label:
        _add(element, "ReleaseLabelReference", release.record_label)
    if release.genre:
        _add(_add(element, "DisplayGenre"), "GenreText", release.genre)
    if release.release_date:
        _add(element, "ReleaseDate", release.release_date.isoformat())
    group = _add(element, "ResourceGroup")
    for number, track in enumerate(tracks, start=1):
        item = _add(group, "ResourceGroupContentItem")
        _add(item, "SequenceNumber", str(number))
        _add(item, "ReleaseResourceReference", track.reference)
    _contains_ai(element, release.contains_ai)


def _release_ids(release: DeliveredRelease) -> list[Identifier]:
    found = [identifier for identifier in (release.grid, release.icpn) if identifier]
    if release.catalog_number:
        found.append(Identifier("catalog_number", release.catalog_number, release.catalog_number))
    return [*found, *release.other_ids]


def _deals(root: etree._Element, delivery: Delivery) -> None:
    at = None
    for release in delivery.releases:
        deals = [deal for deal in release.deals if deal.track is None]
        if not deals:
            continue
        at = _add(root, "DealList") if at is None else at
        element = _add(at, "ReleaseDeal")
        _add(element, "DealReleaseReference", release.reference)
        for deal in deals:
            _deal(element, deal)


def _deal(at: etree._Element, deal: DeliveredDeal) -> None:
    terms = _add(_add(at, "Deal"), "DealTerms")
    for territory in deal.territories or (() if deal.excluded_territories else ("Worldwide",)):
        _add(terms, "TerritoryCode", territory)
    for territory in deal.excluded_territories:
        _add(terms, "ExcludedTerritoryCode", territory)
    if deal.valid_from or deal.valid_until:
        _period(_add(terms, "ValidityPeriod"), deal.valid_from, deal.valid_until)
    for model in deal.commercial_models:
        _add(terms, "CommercialModelType", model)
    for use_type in deal.use_types:
        _use_type(terms, use_type)


def _use_type(terms: etree._Element, use_type: str) -> None:
    """A use type; one of our own words is user-defined in our namespace."""
    name, _, word = use_type.partition(f":{OWN}:")
    element = _add(terms, "UseType", name)
    if word:
        element.set("Namespace", OWN)
        element.set("UserDefinedValue", word)


def _period(at: etree._Element, start: datetime | None, end: datetime | None) -> None:
    """Dates where both ends fall on midnight, else instants."""
    if all(one is None or _is_midnight(one) for one in (start, end)):
        _days(at, start.date() if start else None, end.date() if end else None)
        return
    if start:
        _add(at, "StartDateTime", _instant(start))
    if end:
        _add(at, "EndDateTime", _instant(end))


def _is_midnight(instant: datetime) -> bool:
    there = instant.astimezone(UTC)
    return (there.hour, there.minute, there.second, there.microsecond) == (0, 0, 0, 0)


def _contains_ai(at: etree._Element, level: AiLevel) -> None:
    if level != "undeclared":
        _add(at, "ContainsAI", _AI[level])


def _flag(at: etree._Element, name: str, value: bool | None) -> None:
    if value is not None:
        _add(at, name, "true" if value else "false")


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _duration(seconds: int) -> str:
    return f"PT{seconds // 60}M{seconds % 60:02}S"
