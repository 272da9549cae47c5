"""Planted cases: for every rule that Stave ships, deliveries of which it is known what it must say.

Each case starts from an ordinary delivery and changes one thing. Cases in which a rule must stay
silent stand beside those in which it must speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from policy.ingest.delivery import (
    AiLevel,
    DeliveredConsent,
    DeliveredDetection,
    DeliveredParty,
    DeliveredRelation,
    DeliveredShare,
    Delivery,
    DetectionKind,
    Use,
)
from policy.ingest.identifiers import identify
from policy.samples import names
from policy.samples.making import (
    NEWCOMER,
    SENDERS,
    VOICES,
    Maker,
    Sender,
    credit,
    credits_for,
    delivery,
    fold,
    midnight,
    share,
    stream_deal,
    training_deal,
    with_deals,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One delivery to be written, when it comes in, and whether as JSON."""

    delivery: Delivery
    received_at: datetime
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One case before it has files: drafts, and the tracks of the last one that it is about.

    `fires` False means that the rule must stay silent on them.
    """

    rule: str
    note: str
    drafts: tuple[Draft, ...]
    tracks: tuple[str, ...] = ("A1",)
    fires: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """What a case is made with."""

    make: Maker
    sender: Sender
    at: datetime


Case: TypeAlias = Callable[[Stage], Iterator[Plan]]
"""Yields one or more plans that belong together."""


def plans(make: Maker, until: datetime) -> Iterator[tuple[str, Plan]]:
    """Every case with the ruleset it is for; those that need a newcomer come last."""
    for number, (ruleset, case) in enumerate(CASES):
        at = until - timedelta(days=40 - number, hours=make.rng.randint(0, 20))
        stage = Stage(make, SENDERS[number % len(SENDERS)], at)
        for plan in case(stage):
            yield ruleset, plan
    for plan in _flood(make, until):
        yield "duplicates", plan


def _single(stage: Stage, **changes: Any) -> Delivery:
    """A delivery of one human-made track that breaks no rule, with some of its fields changed."""
    act = stage.make.rng.choice([act for act in names.ACTS if act.language == "en"])
    made = delivery(stage.make, stage.sender, stage.at, act=act, kind="Single")
    release = replace(made.releases[0], tracks=("A1",), title=made.tracks[0].title)
    release = with_deals(release, stream_deal(stage.at), training_deal(stage.at))
    track = replace(made.tracks[0], is_instrumental=False, is_cover=False)
    made = replace(made, tracks=(track,), releases=(release,), profile="SimpleAudioSingle")
    return _changed(_declared(made, "none"), **changes)


def _declared(made: Delivery, level: AiLevel, generated: str = "Programmer") -> Delivery:
    """The delivery with this level on its tracks, their contributors and the release."""
    artist, _, *writers = made.parties
    credits = credits_for(level, artist, writers, generated=generated)
    return _changed(made, contains_ai=level, contributors=credits)


def _changed(made: Delivery, **changes: Any) -> Delivery:
    """The delivery with every track changed, and its release's AI level to fit."""
    tracks = tuple(replace(track, **changes) for track in made.tracks)
    release = replace(made.releases[0], contains_ai=fold(tracks))
    return replace(made, tracks=tracks, releases=(release,))


def _by_the_same(made: Delivery, other: Delivery) -> Delivery:
    """The delivery with the people and the record label of another one."""
    source, track = other.releases[0], other.tracks[0]
    release = replace(
        made.releases[0], artist=source.artist, record_label_name=source.record_label_name
    )
    made = replace(made, parties=other.parties, releases=(release,))
    return _changed(
        made,
        display_artist=track.display_artist,
        artists=track.artists,
        contributors=track.contributors,
        shares=track.shares,
    )


def _with_party(made: Delivery, party: DeliveredParty) -> Delivery:
    return replace(made, parties=(*made.parties, party))


def _drafts(stage: Stage, *made: Delivery, as_json: bool = False) -> tuple[Draft, ...]:
    """Deliveries that come in an hour apart, the last one at the stage's time."""
    last = len(made) - 1
    return tuple(
        Draft(one, stage.at - timedelta(hours=last - place), as_json)
        for place, one in enumerate(made)
    )


def _detection(
    kind: DetectionKind, detector: str, score: float, party: str | None = None
) -> tuple[DeliveredDetection, ...]:
    return (DeliveredDetection(kind, detector, "2.1", score, party),)


# --- labelling


def all_with_human_contributor(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "all")
    credits = (*made.tracks[0].contributors, *credit(made.parties[2], "Lyricist", "none"))
    note = "declared entirely AI, and a person wrote the lyrics"
    made = _changed(made, contributors=credits)
    yield Plan("all-with-human-contributor", note, _drafts(stage, made))


def none_with_ai_contributor(stage: Stage) -> Iterator[Plan]:
    made = _single(stage)
    credits = (*made.tracks[0].contributors, *credit(None, "BackgroundVocalist", "all"))
    note = "declared free of AI, and the choir is generated"
    made = _changed(made, contributors=credits)
    yield Plan("none-with-ai-contributor", note, _drafts(stage, made))


def generative_contributor_not_all(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "partly")
    credits = (*made.tracks[0].contributors[:-1], *credit(None, "Programmer", "partly"))
    note = "generative AI credited with a part that is only partly AI"
    made = _changed(made, contributors=credits)
    yield Plan("generative-contributor-not-all", note, _drafts(stage, made))


def person_declared_all_ai(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "partly")
    artist = made.parties[0]
    credits = (*credit(artist, "LeadVocalist", "all"), *made.tracks[0].contributors[1:])
    note = "a person credited with a part that is all AI"
    yield Plan("person-declared-all-ai", note, _drafts(stage, _changed(made, contributors=credits)))


def release_differs_from_tracks(stage: Stage) -> Iterator[Plan]:
    made = _declared(delivery(stage.make, stage.sender, stage.at, kind="EP"), "partly")
    release = replace(made.releases[0], contains_ai="none")
    made = replace(made, releases=(release,))
    note = "the release says none, its recordings say partly"
    tracks = made.releases[0].tracks
    yield Plan("release-differs-from-tracks", note, _drafts(stage, made), tracks)


def undeclared_after_cutover(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "undeclared")
    note = "no AI element at all, delivered after the cut-over date"
    yield Plan("undeclared-after-cutover", note, _drafts(stage, made))


def undeclared_but_detected(stage: Stage) -> Iterator[Plan]:
    found = _detection("ai_audio", "earmark", 0.97)
    made = _changed(_declared(_single(stage), "undeclared"), detections=found)
    note = "says nothing, and a detector is sure; holds from 2 December 2026 on"
    drafts = _drafts(stage, made, as_json=True)
    yield Plan("undeclared-but-detected", note, drafts)


def declared_none_but_detected(stage: Stage) -> Iterator[Plan]:
    for score, fires in ((0.96, True), (0.41, False)):
        made = _single(stage, detections=_detection("ai_audio", "earmark", score))
        note = f"declared free of AI, detector at {score}"
        drafts = _drafts(stage, made, as_json=True)
        yield Plan("declared-none-but-detected", note, drafts, fires=fires)


def ai_disclosure_shown(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "partly", "Lyricist")
    yield Plan("ai-disclosure-shown", "AI lyrics, declared", _drafts(stage, made))


def ai_act_deep_fake_notice(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "partly", "LeadVocalist")
    yield Plan("ai-act-deep-fake-notice", "a generated lead voice", _drafts(stage, made))


def fully_ai_not_recommended(stage: Stage) -> Iterator[Plan]:
    made = _declared(_single(stage), "all")
    yield Plan("fully-ai-not-recommended", "entirely AI, declared so", _drafts(stage, made))


# --- consent


def _imitation(
    stage: Stage, score: float, *, consented: bool = False, contributes: bool = False
) -> tuple[Draft, ...]:
    """A generated track that sounds like a known singer, who may have agreed or sung along."""
    voice = stage.make.rng.choice(VOICES)
    made = _with_party(_declared(_single(stage), "partly", "LeadVocalist"), voice)
    agreed = DeliveredConsent(
        "voice_clone", "likeness", "granted", "contract", voice.reference, valid_from=stage.at
    )
    sung = credit(voice, "BackgroundVocalist", "none") if contributes else ()
    made = _changed(
        made,
        detections=_detection("voice_match", "voiceprint", score, voice.reference),
        consents=(agreed,) if consented else (),
        contributors=(*made.tracks[0].contributors, *sung),
    )
    return _drafts(stage, made, as_json=True)


def imitates_voice_without_consent(stage: Stage) -> Iterator[Plan]:
    rule = "imitates-voice-without-consent"
    for _ in range(2):
        note = "a generated voice like a known singer's, who did not agree"
        yield Plan(rule, note, _imitation(stage, 0.97))
    agreed = _imitation(stage, 0.97, consented=True)
    yield Plan(rule, "the same, and the singer agreed", agreed, fires=False)
    sang = _imitation(stage, 0.98, contributes=True)
    yield Plan(rule, "the singer sings on the track", sang, fires=False)


def may_imitate_voice(stage: Stage) -> Iterator[Plan]:
    note = "a voice like a known singer's, but the detector is not sure"
    yield Plan("may-imitate-voice", note, _imitation(stage, 0.81))
    yield Plan("may-imitate-voice", "hardly alike", _imitation(stage, 0.35), fires=False)


def training_not_permitted(stage: Stage) -> Iterator[Plan]:
    made = _single(stage)
    bare = with_deals(made.releases[0], stream_deal(stage.at))
    rule, drafts = "training-not-permitted", _drafts(stage, replace(made, releases=(bare,)))
    yield Plan(rule, "streaming deals only: nobody allowed training", drafts)
    yield Plan(rule, "a worldwide training deal", _drafts(stage, _single(stage)), fires=False)


def training_permission_limited(stage: Stage) -> Iterator[Plan]:
    made = _single(stage)
    here = training_deal(stage.at, "DE", "FR", "SE", until=midnight(stage.at + timedelta(days=365)))
    release = with_deals(made.releases[0], stream_deal(stage.at), here)
    note = "training allowed in three countries, for a year"
    drafts = _drafts(stage, replace(made, releases=(release,)))
    yield Plan("training-permission-limited", note, drafts)


def training_refused(stage: Stage) -> Iterator[Plan]:
    granted = _single(stage)
    bare = with_deals(granted.releases[0], stream_deal(stage.at))
    later = replace(
        granted,
        message_id=stage.make.message(stage.sender, stage.at),
        created_at=stage.at - timedelta(minutes=1),
        releases=(bare,),
    )
    note = "a training deal, and an hour later a message without it"
    yield Plan("training-refused", note, _drafts(stage, granted, later))
    use: Use = "train_generative"
    made = _single(stage)
    writer = made.parties[2].reference
    denied = DeliveredConsent(use, "publishing", "denied", "declaration", writer)
    note = "the label allows training, the composer refuses"
    drafts = _drafts(stage, _changed(made, consents=(denied,)), as_json=True)
    yield Plan("training-refused", note, drafts)


def altered_copy_without_consent(stage: Stage) -> Iterator[Plan]:
    original = _single(stage)
    source = original.tracks[0]
    rule, own_again = "altered-copy-without-consent", _sped_up(original, stage, own=True)
    drafts = _drafts(stage, original, _sped_up(original, stage, own=False))
    note = f"a sped-up copy of {source.title}, which belongs to another label"
    yield Plan(rule, note, drafts)
    yield Plan(rule, "a label's own sped-up copy", _drafts(stage, own_again), fires=False)


def _sped_up(original: Delivery, stage: Stage, *, own: bool) -> Delivery:
    """A declared sped-up copy: 20 % faster, by the same label or by another one."""
    source = original.tracks[0]
    made = _single(stage)
    while not own and made.parties[1].name == original.parties[1].name:
        made = _single(stage)
    made = _by_the_same(made, original) if own else made
    made = _changed(
        made,
        title=f"{source.title} (Sped Up)",
        version_title="Sped Up",
        duration_seconds=round((source.duration_seconds or 0) / 1.2),
        relations=(DeliveredRelation("IsSpedUpOf", source.isrc),),
        shares=source.shares if own else (share("PLabel", "master", "100"),),
        contributors=credit(made.parties[0], "Remixer", "none"),
    )
    release = replace(made.releases[0], title=f"{source.title} (Sped Up)")
    return replace(made, releases=(release,))


# --- duplicates


def isrc_on_other_recording(stage: Stage) -> Iterator[Plan]:
    first, second = _single(stage), _single(stage)
    drafts = _drafts(stage, first, _changed(second, isrc=first.tracks[0].isrc))
    yield Plan("isrc-on-other-recording", "an ISRC given to a second, other recording", drafts)


def isrc_twice_on_release(stage: Stage) -> Iterator[Plan]:
    made = _declared(delivery(stage.make, stage.sender, stage.at, kind="EP"), "none")
    first, second, *rest = made.tracks
    made = replace(made, tracks=(first, replace(second, isrc=first.isrc), *rest))
    note = "two tracks of an EP with one ISRC"
    yield Plan("isrc-twice-on-release", note, _drafts(stage, made), ("A1", "A2"))


def isrc_malformed(stage: Stage) -> Iterator[Plan]:
    made = _single(stage, isrc=identify("isrc", "ZZ-12-345"))
    yield Plan("isrc-malformed", "an ISRC that is too short", _drafts(stage, made))
    yield Plan("isrc-malformed", "no ISRC", _drafts(stage, _single(stage, isrc=None)))


def same_recording_two_deliverers(stage: Stage) -> Iterator[Plan]:
    first = _single(stage)
    other = next(sender for sender in SENDERS if sender != stage.sender)
    again = replace(first, sender=other.ref, message_id=stage.make.message(other, stage.at))
    note = "one recording from two distributors"
    yield Plan("same-recording-two-deliverers", note, _drafts(stage, first, again))


def same_title_artist_duration(stage: Stage) -> Iterator[Plan]:
    first, second = _single(stage), _single(stage)
    source = first.tracks[0]
    same = _changed(
        _by_the_same(second, first),
        title=source.title,
        version_title=source.version_title,
        duration_seconds=(source.duration_seconds or 0) + 1,
    )
    note = "the same song under a new ISRC"
    yield Plan("same-title-artist-duration", note, _drafts(stage, first, same))


def short_track_album(stage: Stage) -> Iterator[Plan]:
    made = _declared(delivery(stage.make, stage.sender, stage.at, kind="Album"), "none")
    album = _loops(stage.make, made, 12, range(31, 39))
    note = "twelve tracks of 31 to 38 seconds"
    yield Plan("short-track-album", note, _drafts(stage, album), album.releases[0].tracks)


def _loops(make: Maker, made: Delivery, count: int, seconds: range) -> Delivery:
    """An album of `count` near-identical tracks: functional audio in a series."""
    series, first = make.rng.choice(names.NOISE), make.rng.randint(1, 400)
    label = make.label()
    pattern = made.tracks[0]
    tracks = tuple(
        replace(
            pattern,
            reference=f"A{number}",
            title=f"{series} {first + number:04}",
            version_title=None,
            isrc=make.isrc(label),
            iswcs=(),
            duration_seconds=make.rng.choice(seconds),
            is_instrumental=True,
            language=None,
            audio_hash=None,
        )
        for number in range(1, count + 1)
    )
    release = replace(
        made.releases[0],
        title=f"{series}, Vol. {first}",
        type="Album",
        tracks=tuple(track.reference for track in tracks),
        contains_ai=fold(tracks),
    )
    return replace(made, tracks=tracks, releases=(release,), profile="Audio")


def _flood(make: Maker, until: datetime) -> Iterator[Plan]:
    """A newcomer's first day: eight albums of twenty generated loops each."""
    for number in range(8):
        stage = Stage(make, NEWCOMER, until - timedelta(hours=9 - number))
        album = _declared(delivery(make, NEWCOMER, stage.at, kind="Album"), "all")
        album = _loops(make, album, 20, range(95, 150))
        drafts, tracks = _drafts(stage, album), album.releases[0].tracks
        for rule in ("upload-burst", "generated-flood"):
            # The drafts are one delivery, planted for two rules: they are written once.
            yield Plan(rule, "160 generated loops in one day by a newcomer", drafts, tracks)


# --- compensation


def _shared(stage: Stage, *shares: DeliveredShare) -> tuple[Draft, ...]:
    return _drafts(stage, _single(stage, shares=shares))


def shares_missing(stage: Stage) -> Iterator[Plan]:
    yield Plan("shares-missing", "no owner of the master is named", _shared(stage))


def share_unknown(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "60"), share("PArtist", "master", None))
    yield Plan("share-unknown", "60 % and an unknown share", _shared(stage, *shares))


def shares_under(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "50"), share("PArtist", "master", "30"))
    yield Plan("shares-under", "80 % of the master", _shared(stage, *shares))


def shares_over(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "70"), share("PArtist", "master", "34.5"))
    yield Plan("shares-over", "104.5 % of the master", _shared(stage, *shares))


def shares_far_over(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "100"), share("PArtist", "master", "30"))
    yield Plan("shares-far-over", "130 % of the master", _shared(stage, *shares))


CASES: tuple[tuple[str, Case], ...] = (
    ("labelling", all_with_human_contributor),
    ("labelling", none_with_ai_contributor),
    ("labelling", generative_contributor_not_all),
    ("labelling", person_declared_all_ai),
    ("labelling", release_differs_from_tracks),
    ("labelling", undeclared_after_cutover),
    ("labelling", undeclared_but_detected),
    ("labelling", declared_none_but_detected),
    ("labelling", ai_disclosure_shown),
    ("labelling", ai_act_deep_fake_notice),
    ("labelling", fully_ai_not_recommended),
    ("consent", imitates_voice_without_consent),
    ("consent", may_imitate_voice),
    ("consent", training_not_permitted),
    ("consent", training_permission_limited),
    ("consent", training_refused),
    ("consent", altered_copy_without_consent),
    ("duplicates", isrc_on_other_recording),
    ("duplicates", isrc_twice_on_release),
    ("duplicates", isrc_malformed),
    ("duplicates", same_recording_two_deliverers),
    ("duplicates", same_title_artist_duration),
    ("duplicates", short_track_album),
    ("compensation", shares_missing),
    ("compensation", share_unknown),
    ("compensation", shares_under),
    ("compensation", shares_over),
    ("compensation", shares_far_over),
)
"""Rulesets and their cases."""
