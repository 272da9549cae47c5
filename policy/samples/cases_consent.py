"""Planted cases for the consent ruleset: voices, uses by AI and altered copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from policy.ingest.delivery import DeliveredConsent, DeliveredRelation, Delivery, Use
from policy.lang.words import USES
from policy.samples.making import (
    VOICES,
    credit,
    midnight,
    share,
    stream_deal,
    training_deal,
    with_deals,
)
from policy.samples.staging import (
    Case,
    Draft,
    Plan,
    Stage,
    by_the_same,
    changed,
    declared,
    detection,
    drafts_of,
    single,
    with_party,
)


def _imitation(
    stage: Stage, score: float, *, consented: bool = False, contributes: bool = False
) -> tuple[Draft, ...]:
    """A generated track that sounds like a known singer, who may have agreed or sung along."""
    voice = stage.make.rng.choice(VOICES)
    made = with_party(declared(single(stage), "partly", "LeadVocalist"), voice)
    agreed = DeliveredConsent(
        "voice_clone", "likeness", "granted", "contract", voice.reference, valid_from=stage.at
    )
    sung = credit(voice, "BackgroundVocalist", "none") if contributes else ()
    made = changed(
        made,
        detections=detection("voice_match", "voiceprint", score, voice.reference),
        consents=(agreed,) if consented else (),
        contributors=(*made.tracks[0].contributors, *sung),
    )
    return drafts_of(stage, made, as_json=True)


def _imitates_voice_without_consent(stage: Stage) -> Iterator[Plan]:
    rule = "imitates-voice-without-consent"
    for _ in range(2):
        note = "a generated voice like a known singer's, who did not agree"
        yield Plan(rule, note, _imitation(stage, 0.97))
    agreed = _imitation(stage, 0.97, consented=True)
    yield Plan(rule, "the same, and the singer agreed", agreed, fires=False)
    sang = _imitation(stage, 0.98, contributes=True)
    yield Plan(rule, "the singer sings on the track", sang, fires=False)


def _may_imitate_voice(stage: Stage) -> Iterator[Plan]:
    note = "a voice like a known singer's, but the detector is not sure"
    yield Plan("may-imitate-voice", note, _imitation(stage, 0.81))
    yield Plan("may-imitate-voice", "hardly alike", _imitation(stage, 0.35), fires=False)


def _training_not_permitted(stage: Stage) -> Iterator[Plan]:
    made = single(stage)
    bare = with_deals(made.releases[0], stream_deal(stage.at))
    rule, drafts = "training-not-permitted", drafts_of(stage, replace(made, releases=(bare,)))
    yield Plan(rule, "streaming deals only: nobody allowed training", drafts)
    yield Plan(rule, "a worldwide training deal", drafts_of(stage, single(stage)), fires=False)


def _training_permission_limited(stage: Stage) -> Iterator[Plan]:
    made = single(stage)
    here = training_deal(stage.at, "DE", "FR", "SE", until=midnight(stage.at + timedelta(days=365)))
    release = with_deals(made.releases[0], stream_deal(stage.at), here)
    note = "training allowed in three countries, for a year"
    drafts = drafts_of(stage, replace(made, releases=(release,)))
    yield Plan("training-permission-limited", note, drafts)


def _training_refused(stage: Stage) -> Iterator[Plan]:
    granted = single(stage)
    bare = with_deals(granted.releases[0], stream_deal(stage.at))
    later = replace(
        granted,
        message_id=stage.make.message(stage.sender, stage.at),
        created_at=stage.at - timedelta(minutes=1),
        releases=(bare,),
    )
    note = "a training deal, and an hour later a message without it"
    yield Plan("training-refused", note, drafts_of(stage, granted, later))
    use: Use = "train_generative"
    made = single(stage)
    writer = made.parties[2].reference
    denied = DeliveredConsent(use, "publishing", "denied", "declaration", writer)
    note = "the label allows training, the composer refuses"
    drafts = drafts_of(stage, changed(made, consents=(denied,)), as_json=True)
    yield Plan("training-refused", note, drafts)


def _other_refusals(stage: Stage) -> Iterator[Plan]:
    refusals: tuple[tuple[str, Use], ...] = (
        ("learning-refused", "fine_tune"),
        ("recommendation-refused", "recommendation"),
        ("other-use-refused", "remix"),
    )
    for rule, use in refusals:
        made = single(stage)
        said = DeliveredConsent(
            use, "publishing", "denied", "declaration", made.parties[2].reference
        )
        drafts = drafts_of(stage, changed(made, consents=(said,)), as_json=True)
        yield Plan(rule, f"the composer refuses {use}", drafts)
        yield Plan(rule, "nobody refuses anything", drafts_of(stage, single(stage)), fires=False)


def _uses_not_permitted(stage: Stage) -> Iterator[Plan]:
    rule, note = "uses-not-permitted", "a training deal and nothing else: no other use is allowed"
    yield Plan(rule, note, drafts_of(stage, single(stage)))
    made = single(stage)
    label = made.parties[1].reference
    given = tuple(
        DeliveredConsent(use, "master", "granted", "contract", label, valid_from=stage.at)
        for use in USES
    )
    drafts = drafts_of(stage, changed(made, consents=given), as_json=True)
    yield Plan(rule, "the label allows every use by contract", drafts, fires=False)


def _altered_copy_without_consent(stage: Stage) -> Iterator[Plan]:
    original = single(stage)
    source = original.tracks[0]
    rule, own_again = "altered-copy-without-consent", _sped_up(original, stage, own=True)
    drafts = drafts_of(stage, original, _sped_up(original, stage, own=False))
    note = f"a sped-up copy of {source.title}, which belongs to another label"
    yield Plan(rule, note, drafts)
    yield Plan(rule, "a label's own sped-up copy", drafts_of(stage, own_again), fires=False)


def _sped_up(original: Delivery, stage: Stage, *, own: bool) -> Delivery:
    """A declared sped-up copy: 20 % faster, by the same label or by another one."""
    source = original.tracks[0]
    made = single(stage)
    while not own and made.parties[1].name == original.parties[1].name:
        made = single(stage)
    made = by_the_same(made, original) if own else made
    made = changed(
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


CASES: tuple[Case, ...] = (
    _imitates_voice_without_consent,
    _may_imitate_voice,
    _training_not_permitted,
    _training_permission_limited,
    _training_refused,
    _other_refusals,
    _uses_not_permitted,
    _altered_copy_without_consent,
)
