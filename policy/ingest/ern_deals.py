"""Deals: under which terms, where and when a release may be used, and the AI uses among them.

Deals are replaced as a whole by the next message for the release, so the consents found here are
complete as of this message. They speak for the master right only: DDEX says that permission for the
musical work is to be sought from whoever controls that.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from policy.ingest import limits
from policy.ingest.allowed_values import TERRITORY, USE_TYPES
from policy.ingest.consents.vocabulary import OWN, uses_by_word
from policy.ingest.delivery import DeliveredConsent, DeliveredDeal, Use
from policy.ingest.ern_reading import Reading
from policy.ingest.safe_xml import Element
from policy.ingest.values import BOOLEAN, DATE, INSTANT, LAST_DATE, start_of
from policy.lang.diagnostics import did_you_mean, quoted

AI_USES: Mapping[str, Use] = {name: uses[0] for name, uses in uses_by_word("ern").items()}
"""DDEX use types that permit a use of AI, in our words. DDEX has none for generating output,
cloning voices, remixing or prompting: these are `UserDefined` in our namespace."""

MAX_DEALS = 100_000
"""Deals of one message, counted once per release that they are for."""

MAX_CONSENTS = 5_000
"""Consents of one message: each is kept for ever."""

MAX_TERRITORIES = 1_000
"""Territories of one deal or share. DDEX has about 600 codes, those of past states included."""

_WORLD = "Worldwide"
_OWN = "UserDefined"

Period: TypeAlias = tuple[datetime | None, datetime | None]
"""First instant, and first instant after; None is open."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One deal in one period, and whether the recipient is among those it is for."""

    deal: DeliveredDeal
    for_recipient: bool


def read_deals(
    reading: Reading, releases: Mapping[str, object], recipient: str
) -> dict[str, tuple[Terms, ...]]:
    """Deals by release reference. `recipient` is the DPID that the message was sent to."""
    found: dict[str, list[Terms]] = {}
    total = 0
    for element in reading.root.iterfind("DealList/ReleaseDeal"):
        deals = element.iterfind("Deal")
        terms = [term for deal in deals for term in _deal(reading, deal, recipient)]
        for at in element.iterfind("DealReleaseReference"):
            reference = reading.reference(at, releases)
            total += len(terms)
            if total > MAX_DEALS:
                message = f"the message has more than {MAX_DEALS:,} deals"
                reading.refuse(at, "too-many-deals", message, "send fewer releases at once")
                return {}
            if reference is not None:
                found.setdefault(reference, []).extend(terms)
    return {reference: tuple(terms) for reference, terms in found.items()}


def consents(terms: Iterable[Terms], grantor: str | None) -> tuple[DeliveredConsent, ...]:
    """What deals permit of AI. `grantor` refers to the party that grants; None is the sender."""
    found = []
    for term in terms:
        if not term.for_recipient or term.deal.takedown:
            continue
        uses = dict.fromkeys(AI_USES[name] for name in term.deal.use_types if name in AI_USES)
        found += [_consent(use, term.deal, grantor) for use in uses]
    return tuple(dict.fromkeys(found))


def _consent(use: Use, deal: DeliveredDeal, grantor: str | None) -> DeliveredConsent:
    return DeliveredConsent(
        use=use,
        layer="master",
        decision="granted",
        source="ern_deal",
        grantor=grantor,
        territories=deal.territories,
        excluded_territories=deal.excluded_territories,
        valid_from=deal.valid_from,
        valid_until=deal.valid_until,
    )


def _deal(reading: Reading, deal: Element, recipient: str) -> list[Terms]:
    """One per validity period; none when the terms are told elsewhere."""
    at = deal.find("DealTerms")
    if at is None:
        return []
    parts = _by_name(at)  # one pass: a message may have thousands of deals
    use_types = _words(reading, _use_types(reading, parts), USE_TYPES)
    models = _words(reading, parts.get("CommercialModelType", ()))
    included = _codes(reading, parts.get("TerritoryCode", ()))
    excluded = _codes(reading, parts.get("ExcludedTerritoryCode", ()))
    takedown = _is_takedown(reading, parts)
    for_recipient = _is_for(parts, recipient)
    if not for_recipient and not AI_USES.keys().isdisjoint(use_types):
        message = "the deal is for other services: its AI uses are not read as consent"
        reading.warn(at, "other-channel", message)
    periods = [_period(reading, element) for element in parts.get("ValidityPeriod", ())]
    return [
        Terms(
            DeliveredDeal(
                use_types, models, _world(included), excluded, start, end, None, takedown
            ),
            for_recipient,
        )
        for start, end in periods or [(None, None)]
    ]


def _is_takedown(reading: Reading, parts: Mapping[str, list[Element]]) -> bool:
    """Whether ERN 3 says so; from 4.1 on a takedown is a deal that has ended."""
    flags = (*parts.get("TakeDown", ()), *parts.get("AllDealsCancelled", ()))
    return any(reading.read(element, BOOLEAN) for element in flags)


def _by_name(at: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in at:
        found.setdefault(str(child.tag), []).append(child)
    return found


def _use_types(reading: Reading, parts: Mapping[str, list[Element]]) -> Iterable[Element]:
    """The use types of a deal; ERN 3 has them in `Usage`."""
    outer, _, inner = reading.version.use_types.rpartition("/")
    if not outer:
        return parts.get(inner, ())
    return [found for usage in parts.get(outer, ()) for found in usage.iterfind(inner)]


def _words(
    reading: Reading, elements: Iterable[Element], known: Container[str] | None = None
) -> tuple[str, ...]:
    """Their values; a user-defined one as `UserDefined:<value>`, an unknown one with a warning."""
    found = []
    for element in elements:
        text = reading.checked(element, limits.WORD)
        if known is not None and text is not None and text not in known:
            reading.doubt(element, text)
        if text == _OWN:
            text = f"{text}:{_own(reading, element, known)}"
        if text is not None:
            found.append(text)
    return tuple(dict.fromkeys(found))


def _own(reading: Reading, element: Element, known: Container[str] | None) -> str:
    """A user-defined value, after our namespace when it is one of ours: nobody else's word is
    taken for consent."""
    value = reading.attribute(element, "UserDefinedValue", limits.WORD)
    if known is None or reading.attribute(element, "Namespace").lower() != OWN:
        return value
    if f"{_OWN}:{OWN}:{value}" not in AI_USES:
        words = [name.rpartition(":")[2] for name in AI_USES if name.startswith(_OWN)]
        help = did_you_mean(value, words)
        message = f"{quoted(value)} is no use of the namespace `{OWN}`"
        reading.warn(element, "unknown-value", f"{message}: {help}" if help else message)
    return f"{OWN}:{value}"


def territories(
    reading: Reading,
    at: Element,
    path: str = "TerritoryCode",
    excluded_path: str = "ExcludedTerritoryCode",
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Territories and excluded ones. Worldwide is the empty tuple."""
    included = _codes(reading, at.findall(path))
    return _world(included), _codes(reading, at.findall(excluded_path))


def _world(codes: tuple[str, ...]) -> tuple[str, ...]:
    return () if _WORLD in codes else codes


def _codes(reading: Reading, elements: Sequence[Element]) -> tuple[str, ...]:
    found: dict[str, Element] = {}
    for element in elements:
        code = reading.checked(element, limits.CODE)
        if code is not None:
            found.setdefault(code, element)
    for code, element in found.items():
        if not TERRITORY.fullmatch(code):
            reading.doubt(element, code)
    codes = tuple(found)
    if len(codes) > MAX_TERRITORIES:
        at = next(iter(elements))
        reading.refuse(at, "too-many-values", f"more than {MAX_TERRITORIES} territories at once")
    return codes[:MAX_TERRITORIES]


def _period(reading: Reading, at: Element) -> Period:
    """First instant, and first instant after; an end date is the last day."""
    start: datetime | None = None
    end: datetime | None = None
    for child in at:
        match child.tag:
            case "StartDate":
                start = start or _midnight(reading.read(child, DATE))
            case "EndDate":
                end = end or _midnight(reading.read(child, LAST_DATE))
            case "StartDateTime":
                start = start or reading.read(child, INSTANT)
            case "EndDateTime":
                end = end or reading.read(child, INSTANT)
    if start and end and end < start:
        message = "the period ends before it starts"
        reading.refuse(at, "wrong-period", message, "let the end be on or after the start")
    return start, end


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else start_of(day)


def _is_for(parts: Mapping[str, list[Element]], recipient: str) -> bool:
    """Whether the recipient is among the channels that the deal names, if it names any."""
    named = [_channel(element) for element in parts.get("DistributionChannel", ())]
    barred = [_channel(element) for element in parts.get("ExcludedDistributionChannel", ())]
    return (not named or recipient in named) and recipient not in barred


def _channel(element: Element) -> str:
    found = element.find("PartyId/DPID")
    found = element.find("PartyId") if found is None else found
    return "" if found is None else (found.text or "").strip()
