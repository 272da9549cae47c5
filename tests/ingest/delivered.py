"""Hypothesis strategies for deliveries: any that a writer can write and a reader must read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from policy.ingest.delivery import (
    AiLevel,
    ConsentDecision,
    DeliveredArtist,
    DeliveredConsent,
    DeliveredContributor,
    DeliveredDeal,
    DeliveredDetection,
    DeliveredParty,
    DeliveredRelation,
    DeliveredRelease,
    DeliveredShare,
    DeliveredTrack,
    Delivery,
    DetectionKind,
    Identifier,
    Layer,
    PartyRef,
    Special,
    Use,
)
from policy.ingest.ern_deals import AI_USES, Terms, consents
from policy.ingest.identifiers import identify
from policy.ingest.roles import FACETS, facets
from policy.ingest.values import basis_points
from policy.samples.making import for_catalogue

LEVELS = st.sampled_from(get_args(AiLevel))
TERRITORIES = st.lists(st.sampled_from(["DE", "FR", "US", "JP", "2100"]), unique=True).map(tuple)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
INSTANTS = st.datetimes(
    datetime.fromisoformat("1990-01-01"),
    datetime.fromisoformat("2090-01-01"),
    timezones=st.just(UTC),
)
MIDNIGHTS = DAYS.map(lambda day: datetime.combine(day, time(), UTC))


def words(most: int = 60) -> st.SearchStrategy[str]:
    """Any text that XML and databases can hold, white space already folded, not blank."""
    letters = st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs", "Zl", "Zp"],
        exclude_characters="\ufffe\uffff",
    )
    return (
        st.text(letters, min_size=1, max_size=most)
        .map(lambda text: " ".join(filter(None, text.split(" "))))
        .filter(bool)
    )


NAMES = words()
CODES = st.text("ABCXYZ0189-", min_size=1, max_size=12)


@st.composite
def periods(draw: st.DrawFn) -> tuple[datetime | None, datetime | None]:
    """Two instants in order, or days, or open ends."""
    ends = sorted(draw(st.lists(draw(st.sampled_from([INSTANTS, MIDNIGHTS])), max_size=2)))
    start, end = [*ends, None, None][:2]
    return (start, end) if draw(st.booleans()) else (start, None)


def identifiers(*schemes: str) -> st.SearchStrategy[Identifier]:
    """An identifier of one of the schemes, right or wrong."""
    return st.builds(identify, st.sampled_from(schemes), CODES)


@st.composite
def proprietary(draw: st.DrawFn) -> Identifier:
    """A number of somebody's own."""
    return identify("proprietary", draw(CODES), draw(CODES))


@st.composite
def parties(draw: st.DrawFn, number: int) -> DeliveredParty:
    """A party with some identifiers, in the order of the schema."""
    ids = [
        *draw(st.lists(identifiers("isni"), max_size=1)),
        *draw(st.lists(identifiers("dpid"), max_size=1)),
        *draw(st.lists(identifiers("ipi"), max_size=1)),
        *draw(st.lists(proprietary(), max_size=1)),
    ]
    return DeliveredParty(f"P{number}", draw(NAMES), tuple(ids))


@st.composite
def contributors(draw: st.DrawFn, known: list[DeliveredParty]) -> tuple[DeliveredContributor, ...]:
    """People and special contributors; a role of two facets is there twice."""
    found: list[DeliveredContributor] = []
    for number in range(draw(st.integers(0, 4))):
        special: Special = draw(st.sampled_from(get_args(Special)))
        party = draw(st.sampled_from(known)) if special == "no" else None
        role = draw(st.sampled_from([*FACETS, "CoverDesigner"]))
        instrument = f"Instrument {number}"  # neighbours always differ in more than their facet
        ai: AiLevel = draw(LEVELS)
        if special == "generative_ai" and ai == "undeclared":
            ai = "all"
        who = (party.reference, party.name) if party else (None, None)
        found += [
            DeliveredContributor(who[0], who[1], role, facet, ai, special, instrument)
            for facet in facets(role)
        ]
    return tuple(found)


@st.composite
def shares(draw: st.DrawFn, known: list[DeliveredParty], layer: Layer) -> DeliveredShare:
    """A share, known to a hundredth of a percent or unknown."""
    points = draw(st.none() | st.integers(0, 100_000))
    percentage = None if points is None else Decimal(points) / 100
    first, after = draw(st.lists(DAYS, min_size=2, max_size=2).map(sorted))
    return DeliveredShare(
        party=draw(st.sampled_from(known)).reference,
        layer=layer,
        basis_points=None if percentage is None else basis_points(percentage),
        percentage=percentage,
        territories=draw(TERRITORIES),
        valid_from=draw(st.none() | st.just(first)),
        valid_until=draw(st.none() | st.just(after)),
        role=draw(st.sampled_from(["", "RightsController"])),
    )


@st.composite
def tracks(draw: st.DrawFn, number: int, known: list[DeliveredParty]) -> DeliveredTrack:
    """A recording with everything that ERN 4.3.2 can say about it."""
    artist = draw(st.sampled_from(known))
    master, publishing = (
        draw(st.lists(shares(known, layer), max_size=3)) for layer in ("master", "publishing")
    )
    return DeliveredTrack(
        reference=f"A{number}",
        title=draw(NAMES),
        display_artist=draw(NAMES),
        isrc=draw(st.none() | identifiers("isrc")),
        other_ids=(
            *draw(st.lists(identifiers("catalog_number"), max_size=1)),
            *draw(st.lists(proprietary(), max_size=1)),
        ),
        iswcs=tuple(draw(st.lists(identifiers("iswc"), max_size=2))),
        version_title=draw(st.none() | NAMES),
        artists=(DeliveredArtist(artist.reference, artist.name, "MainArtist"),),
        contributors=draw(contributors(known)),
        duration_seconds=draw(st.none() | st.integers(0, 10**6)),
        genre=None,
        language=draw(st.none() | st.sampled_from(["en", "ja", "zxx"])),
        is_instrumental=draw(st.none() | st.booleans()),
        is_cover=draw(st.none() | st.booleans()),
        is_explicit=draw(st.none() | st.booleans()),
        contains_ai=draw(LEVELS),
        shares=(*master, *publishing),
        relations=tuple(draw(st.lists(relations(), max_size=2))),
        audio_hash=draw(st.none() | st.just("sha-256:5a5a")),
        pline_year=draw(st.none() | st.integers(1900, 2100)),
    )


@st.composite
def relations(draw: st.DrawFn) -> DeliveredRelation:
    """A relation to a recording elsewhere."""
    others = tuple(draw(st.lists(proprietary(), max_size=1)))
    kind = draw(st.sampled_from(["IsSpedUpOf", "IsCoverOf"]))
    return DeliveredRelation(kind, draw(st.none() | identifiers("isrc")), others)


@st.composite
def deals(draw: st.DrawFn) -> DeliveredDeal:
    """Terms with and without AI uses."""
    uses = st.lists(st.sampled_from(["Stream", *AI_USES]), min_size=1, unique=True)
    included, excluded = draw(
        st.tuples(TERRITORIES, st.just(())) | st.tuples(st.just(()), TERRITORIES)
    )
    start, end = draw(periods())
    models = draw(st.sampled_from([(), ("SubscriptionModel",)]))
    return DeliveredDeal(tuple(draw(uses)), models, included, excluded, start, end)


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """A message about one release, as ERN can tell it."""
    known = [draw(parties(number)) for number in range(1, draw(st.integers(2, 4)))]
    made = [draw(tracks(number, known)) for number in range(1, draw(st.integers(2, 4)))]
    label = draw(st.sampled_from(known))
    genre = draw(st.none() | NAMES)
    terms = tuple(draw(st.lists(deals(), max_size=3)))
    release = DeliveredRelease(
        reference="R0",
        title=draw(NAMES),
        artist=draw(NAMES),
        type=draw(st.sampled_from(["Single", "EP", "Album"])),
        icpn=draw(st.none() | identifiers("icpn")),
        grid=draw(st.none() | identifiers("grid")),
        catalog_number=draw(st.none() | CODES),
        other_ids=tuple(draw(st.lists(proprietary(), max_size=1))),
        record_label=label.reference,
        record_label_name=label.name,
        genre=genre,
        release_date=draw(st.none() | DAYS),
        contains_ai=draw(LEVELS),
        tracks=tuple(draw(st.permutations([track.reference for track in made]))),
        deals=terms,
        consents=consents([Terms(deal, True) for deal in terms], label.reference),
    )
    return Delivery(
        message_id=draw(NAMES),
        thread_id=draw(st.just("") | NAMES),
        sender=PartyRef(draw(CODES), draw(NAMES)),
        recipient=PartyRef(draw(CODES), ""),
        created_at=draw(INSTANTS),
        is_test=draw(st.booleans()),
        format="ern/4.3.2",
        kind="new_release",
        language="en",
        profile="Audio",
        releases=(release,),
        tracks=tuple(replace(track, genre=genre) for track in made),
        parties=tuple(known),
    )


@st.composite
def detections(draw: st.DrawFn, known: list[DeliveredParty]) -> DeliveredDetection:
    """A detector's finding, its score to a millionth."""
    return DeliveredDetection(
        kind=draw(st.sampled_from(get_args(DetectionKind))),
        detector=draw(CODES),
        version=draw(st.just("") | CODES),
        score=draw(st.integers(0, 10**6)) / 10**6,
        party=draw(st.none() | st.sampled_from([party.reference for party in known])),
        detected_at=draw(st.none() | INSTANTS),
    )


@st.composite
def statements(draw: st.DrawFn, known: list[DeliveredParty]) -> DeliveredConsent:
    """A consent, denial or withdrawal."""
    start, end = draw(periods())
    return DeliveredConsent(
        use=draw(st.sampled_from(get_args(Use))),
        layer=draw(st.sampled_from(get_args(Layer))),
        decision=draw(st.sampled_from(get_args(ConsentDecision))),
        source=draw(st.sampled_from(["declaration", "court_order"])),
        grantor=draw(st.none() | st.sampled_from([party.reference for party in known])),
        territories=draw(TERRITORIES),
        excluded_territories=draw(TERRITORIES),
        valid_from=start,
        valid_until=end,
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Delivery:
    """A delivery with what only the JSON format can tell."""
    made = for_catalogue(draw(deliveries()))
    known = list(made.parties)
    return replace(
        made,
        consents=tuple(draw(st.lists(statements(known), max_size=2))),
        tracks=tuple(
            replace(
                track,
                detections=tuple(draw(st.lists(detections(known), max_size=2))),
                consents=tuple(draw(st.lists(statements(known), max_size=2))),
            )
            for track in made.tracks
        ),
    )
