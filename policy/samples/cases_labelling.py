"""Planted cases for the labelling ruleset: what is said about AI, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policy.samples.making import credit, delivery
from policy.samples.staging import (
    Case,
    Plan,
    Stage,
    changed,
    declared,
    detection,
    drafts_of,
    single,
)


def _all_with_human_contributor(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "all")
    credits = (*made.tracks[0].contributors, *credit(made.parties[2], "Lyricist", "none"))
    note = "declared entirely AI, and a person wrote the lyrics"
    made = changed(made, contributors=credits)
    yield Plan("all-with-human-contributor", note, drafts_of(stage, made))


def _none_with_ai_contributor(stage: Stage) -> Iterator[Plan]:
    made = single(stage)
    credits = (*made.tracks[0].contributors, *credit(None, "BackgroundVocalist", "all"))
    note = "declared free of AI, and the choir is generated"
    made = changed(made, contributors=credits)
    yield Plan("none-with-ai-contributor", note, drafts_of(stage, made))


def _generative_contributor_not_all(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "partly")
    credits = (*made.tracks[0].contributors[:-1], *credit(None, "Programmer", "partly"))
    note = "generative AI credited with a part that is only partly AI"
    made = changed(made, contributors=credits)
    yield Plan("generative-contributor-not-all", note, drafts_of(stage, made))


def _person_declared_all_ai(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "partly")
    artist = made.parties[0]
    credits = (*credit(artist, "LeadVocalist", "all"), *made.tracks[0].contributors[1:])
    note = "a person credited with a part that is all AI"
    yield Plan(
        "person-declared-all-ai", note, drafts_of(stage, changed(made, contributors=credits))
    )


def _release_differs_from_tracks(stage: Stage) -> Iterator[Plan]:
    made = declared(delivery(stage.make, stage.sender, stage.at, kind="EP"), "partly")
    release = replace(made.releases[0], contains_ai="none")
    made = replace(made, releases=(release,))
    note = "the release says none, its recordings say partly"
    tracks = made.releases[0].tracks
    yield Plan("release-differs-from-tracks", note, drafts_of(stage, made), tracks)


def _release_speaks_for_silent_tracks(stage: Stage) -> Iterator[Plan]:
    made = declared(delivery(stage.make, stage.sender, stage.at, kind="EP"), "undeclared")
    release = replace(made.releases[0], contains_ai="none")
    made = replace(made, releases=(release,))
    note = "the release says none, its recordings say nothing"
    tracks = made.releases[0].tracks
    yield Plan("release-speaks-for-silent-tracks", note, drafts_of(stage, made), tracks)


def _ai_part_not_named(stage: Stage) -> Iterator[Plan]:
    made = single(stage)
    made = changed(made, contains_ai="partly")
    note = "declared AI in part, and no credit says which part"
    yield Plan("ai-part-not-named", note, drafts_of(stage, made))


def _undeclared_after_cutover(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "undeclared")
    note = "no AI element at all, delivered after the cut-over date"
    yield Plan("undeclared-after-cutover", note, drafts_of(stage, made))


def _undeclared_but_detected(stage: Stage) -> Iterator[Plan]:
    found = detection("ai_audio", "earmark", 0.97)
    made = changed(declared(single(stage), "undeclared"), detections=found)
    note = "says nothing, and a detector is sure; holds from 2 December 2026 on"
    drafts = drafts_of(stage, made, as_json=True)
    yield Plan("undeclared-but-detected", note, drafts)


def _declared_none_but_detected(stage: Stage) -> Iterator[Plan]:
    for score, fires in ((0.96, True), (0.41, False)):
        made = single(stage, detections=detection("ai_audio", "earmark", score))
        note = f"declared free of AI, detector at {score}"
        drafts = drafts_of(stage, made, as_json=True)
        for rule in ("declared-none-but-detected", "cn-ai-suspected"):
            yield Plan(rule, note, drafts, fires=fires)


def _ai_disclosure_shown(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "partly", "Lyricist")
    yield Plan("ai-disclosure-shown", "AI lyrics, declared", drafts_of(stage, made))


def _ai_act_deep_fake_notice(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "partly", "LeadVocalist")
    yield Plan("ai-act-deep-fake-notice", "a generated lead voice", drafts_of(stage, made))


def _fully_ai_shown(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "all")
    drafts = drafts_of(stage, made)
    for rule in ("fully-ai-shown", "cn-ai-possible"):
        yield Plan(rule, "entirely AI, declared so", drafts)


def _parts_shown(stage: Stage) -> Iterator[Plan]:
    made = declared(single(stage), "partly")
    roles = {
        "ai-vocals-shown": "BackgroundVocalist",
        "ai-instrumentation-shown": "Musician",
        "ai-composition-shown": "Composer",
        "ai-lyrics-shown": "Lyricist",
        "ai-production-shown": "Mixer",
    }
    generated = [part for role in roles.values() for part in credit(None, role, "all")]
    made = changed(made, contributors=(*made.tracks[0].contributors, *generated))
    drafts = drafts_of(stage, made)
    for rule, role in roles.items():
        yield Plan(rule, f"a generated {role}", drafts)


CASES: tuple[Case, ...] = (
    _all_with_human_contributor,
    _none_with_ai_contributor,
    _generative_contributor_not_all,
    _person_declared_all_ai,
    _release_differs_from_tracks,
    _release_speaks_for_silent_tracks,
    _ai_part_not_named,
    _undeclared_after_cutover,
    _undeclared_but_detected,
    _declared_none_but_detected,
    _ai_disclosure_shown,
    _ai_act_deep_fake_notice,
    _fully_ai_shown,
    _parts_shown,
)
