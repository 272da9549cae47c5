"""Deals: under which terms, where and when a release may be used, and the AI uses among them.

Deals are replaced as a whole by the next message for the release, so the consents found here are
complete as of this message. They speak for the master right only: DDEX says that permission for the
musical work is to be sought from whoever controls that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from policy.ingest import limits
from policy.ingest.delivery import DeliveredConsent, DeliveredDeal, Use
from policy.ingest.ern_reading import Reading
from policy.ingest.ern_xml import Element
from policy.ingest.values import BOOLEAN, DATE, INSTANT, LAST_DATE, start_of

AI_USES: Mapping[str, Use] = {
    "UseForTrainingGenerativeAI": "train_generative",
    "UseForTrainingNonGenerativeAI": "train_non_generative",
    "UseForDataMining": "data_mining",
    "UseForIdentification": "fingerprint_identification",
}
"""DDEX use types that permit a use of AI, in our words. DDEX has none for generating output,
cloning voices, remixing or prompting."""

MAX_DEALS = 100_000
"""Deals of one message, counted once per release that they are for."""

_WORLD = "Worldwide"


@dataclass(frozen=True, slots=True)
class Terms:
    """One deal in one period, and whether the recipient is among those it is for."""

    deal: DeliveredDeal
    for_recipient: bool


def read_deals(
    reading: Reading, releases: Mapping[str, object], recipient: str
) -> dict[str, tuple[Terms, ...]]:
    """Deals by release reference. `recipient` is the DPID that the message was sent to."""
    found: dict[str, tuple[Terms, ...]] = {}
    total = 0
    for element in reading.root.iterfind("DealList/ReleaseDeal"):
        terms = tuple(
            term for deal in element.iterfind("Deal") for term in _deal(reading, deal, recipient)
        )
        for at in element.iterfind("DealReleaseReference"):
            reference = reading.reference(at, releases)
            total += len(terms)
            if total > MAX_DEALS:
                message = f"the message has more than {MAX_DEALS:,} deals"
                reading.refuse(at, "too-many-deals", message, "send fewer releases at once")
                return {}
            if reference is not None:
                found[reference] = (*found.get(reference, ()), *terms)
    return found


def consents(terms: tuple[Terms, ...], grantor: str | None) -> tuple[DeliveredConsent, ...]:
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
    use_types = _words(reading, at, reading.version.use_types)
    models = _words(reading, at, "CommercialModelType")
    included, excluded = territories(reading, at)
    takedown = any(
        reading.value((at,), path, BOOLEAN) for path in ("TakeDown", "AllDealsCancelled")
    )
    for_recipient = _is_for(reading, at, recipient)
    return [
        Terms(
            DeliveredDeal(
                use_types, models, included, excluded, start, end, takedown=bool(takedown)
            ),
            for_recipient,
        )
        for start, end in _periods(reading, at)
    ]


def _words(reading: Reading, at: Element, path: str) -> tuple[str, ...]:
    """Values at a path; a user-defined one as `UserDefined:<value>`."""
    found = []
    for element in at.iterfind(path):
        text = reading.checked(element, limits.WORD)
        own = reading.attribute(element, "UserDefinedValue", limits.WORD)
        if text is not None:
            found.append(f"{text}:{own}" if own else text)
    return tuple(dict.fromkeys(found))


def territories(
    reading: Reading,
    at: Element,
    path: str = "TerritoryCode",
    excluded_path: str = "ExcludedTerritoryCode",
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Territories and excluded ones. Worldwide is the empty tuple."""
    included = _codes(reading, at, path)
    return (() if _WORLD in included else included), _codes(reading, at, excluded_path)


def _codes(reading: Reading, at: Element, path: str) -> tuple[str, ...]:
    found = (reading.checked(element, limits.CODE) for element in at.iterfind(path))
    return tuple(dict.fromkeys(code for code in found if code))


def _periods(reading: Reading, at: Element) -> list[tuple[datetime | None, datetime | None]]:
    found = [_period(reading, element) for element in at.iterfind("ValidityPeriod")]
    return found or [(None, None)]


def _period(reading: Reading, at: Element) -> tuple[datetime | None, datetime | None]:
    """First instant, and first instant after; an end date is the last day."""
    first, after = (
        reading.value((at,), *pair) for pair in (("StartDate", DATE), ("EndDate", LAST_DATE))
    )
    start = start_of(first) if first else reading.value((at,), "StartDateTime", INSTANT)
    end = start_of(after) if after else reading.value((at,), "EndDateTime", INSTANT)
    if start and end and end < start:
        message = "the period ends before it starts"
        reading.refuse(at, "wrong-period", message, "let the end be on or after the start")
    return start, end


def _is_for(reading: Reading, at: Element, recipient: str) -> bool:
    """Whether the recipient is among the channels that the deal names, if it names any."""
    named = {_channel(element) for element in at.iterfind("DistributionChannel")}
    barred = {_channel(element) for element in at.iterfind("ExcludedDistributionChannel")}
    if (not named or recipient in named) and recipient not in barred:
        return True
    message = "the deal is for other services: its AI uses are not read as consent"
    reading.warn(at, "other-channel", message)
    return False


def _channel(element: Element) -> str:
    found = element.find("PartyId/DPID")
    found = element.find("PartyId") if found is None else found
    return "" if found is None else (found.text or "").strip()
