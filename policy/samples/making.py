"""Building ordinary deliveries: who, what, with how much AI, from real-looking distributions.

Everything comes from one random.Random, so that a seed gives the same catalogue for ever. Rates are
from the field: AI is in 44 % of a service's intake (Deezer, April 2026), a song lasts three and a
half minutes, most releases are singles, titles repeat across artists.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from policy.ingest.catalogue import FORMAT
from policy.ingest.delivery import (
    AiLevel,
    DeliveredArtist,
    DeliveredConsent,
    DeliveredContributor,
    DeliveredDeal,
    DeliveredParty,
    DeliveredRelease,
    DeliveredShare,
    DeliveredTrack,
    Delivery,
    Identifier,
    Layer,
    PartyRef,
    Special,
)
from policy.ingest.ern_deals import Terms, consents
from policy.ingest.roles import facets
from policy.ingest.values import basis_points
from policy.samples import names, numbers

AI_RATES: tuple[tuple[AiLevel, float], ...] = (
    ("all", 0.18),
    ("partly", 0.26),
    ("none", 0.38),
    ("undeclared", 0.18),
)
"""All and partly make 44 %."""

TRAINING = "UseForTrainingGenerativeAI"


@dataclass(frozen=True, slots=True)
class Size:
    """How often a type of release comes, and with how many tracks."""

    rate: float
    least: int
    most: int


RELEASES = {"Single": Size(0.58, 1, 2), "EP": Size(0.22, 3, 6), "Album": Size(0.20, 8, 13)}
"""By ReleaseType."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A distributor and its DPID."""

    name: str
    dpid: str

    @property
    def ref(self) -> PartyRef:
        """As the envelope names it."""
        return PartyRef(self.dpid, self.name)


@dataclass(frozen=True, slots=True)
class Label:
    """A record label and the ISRC prefix it uses."""

    name: str
    prefix: str


SENDERS = tuple(
    Sender(name, numbers.dpid(number)) for number, name in enumerate(names.DISTRIBUTORS, start=10)
)
NEWCOMER = Sender(names.NEWCOMER, numbers.dpid(90))
RECIPIENT = PartyRef(numbers.dpid(2), names.SERVICE)
LABELS = tuple(Label(*label) for label in names.LABELS)
VOICES = tuple(
    DeliveredParty(f"PVoice{number}", name, (numbers.isni(70_000_000 + number),))
    for number, name in enumerate(names.VOICES, start=1)
)


@dataclass(slots=True)
class Maker:
    """Draws and counts: two releases never get one number by chance."""

    rng: Random
    _isrcs: dict[str, int] = field(default_factory=dict)
    _icpns: int = 0
    _iswcs: int = 999_000_000
    _messages: int = 0

    def isrc(self, label: Label) -> Identifier:
        """The next ISRC of a label."""
        number = self._isrcs.get(label.prefix, 0) + 1
        self._isrcs[label.prefix] = number
        return numbers.isrc(label.prefix, 2026, number)

    def icpn(self) -> Identifier:
        """The next ICPN."""
        self._icpns += 1
        return numbers.icpn(self._icpns)

    def iswc(self) -> Identifier:
        """The next ISWC."""
        self._iswcs += 1
        return numbers.iswc(self._iswcs)

    def message(self, sender: Sender, at: datetime) -> str:
        """The next message id."""
        self._messages += 1
        return f"{sender.dpid}-{at:%Y%m%d}-{self._messages:05}"

    def act(self) -> names.Act:
        """An artist."""
        return self.rng.choice(names.ACTS)

    def label(self) -> Label:
        """A record label."""
        return self.rng.choice(LABELS)

    def seconds(self) -> int:
        """A playing time: log-normal around 3:25, from 45 seconds to 11 minutes."""
        return min(660, max(45, round(self.rng.lognormvariate(5.32, 0.29))))

    def level(self) -> AiLevel:
        """How much AI a track declares."""
        levels = [level for level, _ in AI_RATES]
        return self.rng.choices(levels, [rate for _, rate in AI_RATES])[0]

    def titles(self, language: str, count: int) -> list[str]:
        """Titles that differ, in a language and, when it has too few, in English.

        Titles repeat across releases, as they do in every catalogue.
        """
        own = names.TITLES[language]
        found = self.rng.sample(own, min(count, len(own)))
        others = [title for title in names.TITLES["en"] if title not in found]
        return found + self.rng.sample(others, count - len(found))

    def writers(self, count: int) -> list[DeliveredParty]:
        """People, as parties."""
        return [person(name) for name in self.rng.sample(names.WRITERS, count)]


def person(name: str) -> DeliveredParty:
    """A party with a reference made of the name's initials and place in the list."""
    return DeliveredParty(f"PW{names.WRITERS.index(name) + 1}", name)


def delivery(
    make: Maker, sender: Sender, at: datetime, *, act: names.Act | None = None, kind: str = ""
) -> Delivery:
    """An ordinary delivery of one release at an instant; `kind` is a ReleaseType, else drawn."""
    act, label = act or make.act(), make.label()
    artist = DeliveredParty("PArtist", act.name)
    owner = DeliveredParty("PLabel", label.name)
    writers = make.writers(3)
    count, kind = _size(make, kind)
    level = make.level()
    tracks = tuple(
        _track(make, f"A{number}", title, act, artist, owner, label, writers, level)
        for number, title in enumerate(make.titles(act.language, count), start=1)
    )
    title = tracks[0].title if count < 3 else make.titles(act.language, 1)[0]
    release = DeliveredRelease(
        reference="R0",
        title=title,
        artist=act.name,
        type=kind,
        icpn=make.icpn(),
        record_label=owner.reference,
        record_label_name=owner.name,
        genre=act.genre,
        release_date=(at + timedelta(days=make.rng.randint(3, 28))).date(),
        contains_ai=fold(tracks),
        tracks=tuple(track.reference for track in tracks),
    )
    release = with_deals(release, *ordinary_deals(make, at))
    return Delivery(
        message_id=make.message(sender, at),
        thread_id="",
        sender=sender.ref,
        recipient=RECIPIENT,
        created_at=(at - timedelta(minutes=make.rng.randint(1, 20))).replace(microsecond=0),
        is_test=False,
        format="ern/4.3.2",
        kind="new_release",
        language="en",
        profile="SimpleAudioSingle" if count == 1 else "Audio",
        releases=(release,),
        tracks=tracks,
        parties=(artist, owner, *writers),
    )


def fold(tracks: tuple[DeliveredTrack, ...]) -> AiLevel:
    """What a release's recordings add up to."""
    levels = {track.contains_ai for track in tracks}
    if "undeclared" in levels:
        return "undeclared"
    return levels.pop() if len(levels) == 1 else "partly"


def with_deals(release: DeliveredRelease, *deals: DeliveredDeal) -> DeliveredRelease:
    """The release under these deals, and the consents that follow from them."""
    granted = consents([Terms(deal, True) for deal in deals], release.record_label)
    return replace(release, deals=deals, consents=granted)


def stream_deal(at: datetime) -> DeliveredDeal:
    """Streaming by subscription, everywhere, from a day on."""
    return DeliveredDeal(("Stream",), ("SubscriptionModel",), valid_from=midnight(at))


def training_deal(at: datetime, *territories: str, until: datetime | None = None) -> DeliveredDeal:
    """Generative training from a day on, everywhere or in some territories."""
    return DeliveredDeal((TRAINING,), (), territories, (), midnight(at), until)


def ordinary_deals(make: Maker, at: datetime) -> list[DeliveredDeal]:
    """Streaming always, sometimes downloads, training for one release in six."""
    deals = [stream_deal(at)]
    if make.rng.random() < 0.4:
        terms = (("PermanentDownload",), ("PayAsYouGoModel",))
        deals.append(DeliveredDeal(*terms, valid_from=midnight(at)))
    if make.rng.random() < 1 / 6:
        deals.append(training_deal(at))
    return deals


def for_catalogue(made: Delivery) -> Delivery:
    """The delivery as the JSON format can say it: consents by contract in place of deals."""
    releases = tuple(
        replace(release, deals=(), consents=_contracts(release.consents))
        for release in made.releases
    )
    tracks = tuple(replace(track, consents=_contracts(track.consents)) for track in made.tracks)
    return replace(made, format=FORMAT, profile="", releases=releases, tracks=tracks)


def _contracts(found: tuple[DeliveredConsent, ...]) -> tuple[DeliveredConsent, ...]:
    return tuple(
        replace(consent, source="contract") if consent.source == "ern_deal" else consent
        for consent in found
    )


def midnight(at: datetime) -> datetime:
    """The start of that day in UTC."""
    return datetime.combine(at.date(), time(), UTC)


def share(party: str, layer: Layer, percentage: str | None) -> DeliveredShare:
    """A worldwide share; None is unknown."""
    exact = None if percentage is None else Decimal(percentage)
    points = None if exact is None else basis_points(exact)
    return DeliveredShare(party, layer, points, exact, role="RightsController")


def credit(
    party: DeliveredParty | None, role: str, ai: AiLevel = "undeclared"
) -> tuple[DeliveredContributor, ...]:
    """A contributor in one role; no party means generative AI."""
    reference, name = (party.reference, party.name) if party else (None, None)
    special: Special = "no" if party else "generative_ai"
    return tuple(
        DeliveredContributor(reference, name, role, facet, ai, special) for facet in facets(role)
    )


def credits_for(
    level: AiLevel,
    artist: DeliveredParty,
    writers: list[DeliveredParty],
    *,
    instrumental: bool = False,
    generated: str = "Programmer",
) -> tuple[DeliveredContributor, ...]:
    """Contributors that agree with what the track declares; `generated` is the part that is AI."""
    lead = "PrimaryMusician" if instrumental else "LeadVocalist"
    if level == "all":
        sung = () if instrumental else credit(None, "LeadVocalist", "all")
        return (*sung, *credit(None, "Composer", "all"), *credit(None, "StudioProducer", "all"))
    said: AiLevel = "undeclared" if level == "undeclared" else "none"
    people = (
        *credit(artist, lead, said),
        *credit(writers[0], "Composer", said),
        *(() if instrumental else credit(writers[1], "Lyricist", said)),
        *credit(writers[2], "StudioProducer", said),
    )
    return (*people, *credit(None, generated, "all")) if level == "partly" else people


def _size(make: Maker, kind: str) -> tuple[int, str]:
    kind = kind or make.rng.choices(list(RELEASES), [one.rate for one in RELEASES.values()])[0]
    return make.rng.randint(RELEASES[kind].least, RELEASES[kind].most), kind


def _track(
    make: Maker,
    reference: str,
    title: str,
    act: names.Act,
    artist: DeliveredParty,
    owner: DeliveredParty,
    label: Label,
    writers: list[DeliveredParty],
    level: AiLevel,
) -> DeliveredTrack:
    instrumental = make.rng.random() < (0.35 if act.genre in ("Ambient", "Electronic") else 0.06)
    version = make.rng.choice(names.VERSIONS) if make.rng.random() < 0.08 else None
    parts = ("Programmer", "Musician", "BackgroundVocalist", "Lyricist")
    generated = make.rng.choice(parts[:2] if instrumental else parts)
    isrc = make.isrc(label)
    return DeliveredTrack(
        reference=reference,
        title=f"{title} ({version})" if version else title,
        display_artist=artist.name,
        isrc=isrc,
        iswcs=(make.iswc(),),
        version_title=version,
        artists=(DeliveredArtist(artist.reference, artist.name, "MainArtist"),),
        contributors=credits_for(
            level, artist, writers, instrumental=instrumental, generated=generated
        ),
        duration_seconds=make.seconds(),
        genre=act.genre,
        language=None if instrumental else act.language,
        is_instrumental=instrumental,
        is_cover=make.rng.random() < 0.04,
        is_explicit=make.rng.random() < 0.12,
        contains_ai=level,
        shares=_shares(make, artist, owner, writers),
        audio_hash=f"sha-256:{sha256(isrc.key.encode()).hexdigest()}",
        pline_year=2026,
    )


def _shares(
    make: Maker, artist: DeliveredParty, owner: DeliveredParty, writers: list[DeliveredParty]
) -> tuple[DeliveredShare, ...]:
    """The master with the label or split with the artist; a third names its writers too."""
    split = make.rng.choice((("100",), ("100",), ("50", "50"), ("70", "30"), ("82.5", "17.5")))
    owners = (owner.reference, artist.reference)
    found = [share(party, "master", part) for party, part in zip(owners, split, strict=False)]
    if make.rng.random() < 1 / 3:
        thirds = zip(writers, ("33.34", "33.33", "33.33"), strict=True)
        found += [share(writer.reference, "publishing", part) for writer, part in thirds]
    return tuple(found)
