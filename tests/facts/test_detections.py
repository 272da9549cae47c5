"""What detectors found, and whether the person who was heard agreed or takes part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.models import Party, Track
from tests import factories
from tests.factories import NOW
from tests.facts.reading import facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def voice() -> Party:
    """Whose voice is heard."""
    return factories.party(name="Nadir Field")


def heard(voice: Party) -> Track:
    """A track on which the voice is heard."""
    track = factories.track()
    factories.detection(track=track, party=voice, kind="voice_match", score=910_000)
    return track


def clone(voice: Party, **fields: Any) -> None:
    """A statement of the voice's owner on cloning it."""
    factories.consent(grantor=voice, **({"layer": "likeness", "use": "voice_clone"} | fields))


def test_a_detection_is_told_with_its_score(voice: Party) -> None:
    assert facts(heard(voice))["detections"] == [
        {
            "kind": "voice_match",
            "detector": "earmark 1.0",
            "score": 0.91,
            "party": "Nadir Field",
            "party_consented": False,
            "party_contributes": False,
        }
    ]


def test_newest_first_and_none_from_the_future() -> None:
    track = factories.track()
    for days in (2, 0, 1):
        factories.detection(track=track, detector=f"day {days}", detected_at=NOW - days * DAY)
    factories.detection(track=track, detected_at=NOW + DAY)
    assert [one["detector"] for one in facts(track)["detections"]] == ["day 0", "day 1", "day 2"]


def test_who_takes_part_contributes(voice: Party) -> None:
    track = heard(voice)
    factories.involvement(track=track, party=voice, kind="holder")
    assert not facts(track)["detections"][0]["party_contributes"]
    factories.involvement(track=track, party=voice, kind="contributor")
    assert facts(track)["detections"][0]["party_contributes"]


@pytest.mark.parametrize("scope", ["track", "release", "everything"])
def test_a_voice_may_agree(voice: Party, scope: str) -> None:
    track = heard(voice)
    scopes: dict[str, Any] = {"track": {"track": track}, "release": {"release": track.release}}
    clone(voice, **scopes.get(scope, {}))
    assert facts(track)["detections"][0]["party_consented"]


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "denied"},
        {"decision": "withdrawn"},
        {"territories": ["DE"]},
        {"excluded_territories": ["US"]},
        {"layer": "master"},
        {"use": "style_prompt"},
        {"valid_from": NOW + DAY},
        {"valid_until": NOW},
        {"recorded_at": NOW + DAY},
        {"model": "Songsmith"},
        {"condition": "payment"},
        {"scope": "artist", "subject_key": "somebody else"},
    ],
)
def test_less_than_everywhere_and_now_is_no_agreement(voice: Party, fields: dict[str, Any]) -> None:
    track = heard(voice)
    clone(voice, **({"valid_from": NOW - DAY} | fields))
    assert not facts(track)["detections"][0]["party_consented"]


@pytest.mark.parametrize(
    ("scope", "key"),
    [("artist", "mara"), ("label", "nord"), ("recording", "ZZTST2600001"), ("work", "T0000000010")],
)
def test_a_voice_may_agree_for_what_a_track_is_called(voice: Party, scope: str, key: str) -> None:
    track = factories.track(
        release=factories.release(record_label="Nord"), display_artist="Mara",
        isrc="ZZTST2600001", iswc="T0000000010",
    )  # fmt: skip
    factories.detection(track=track, party=voice, kind="voice_match")
    clone(voice, scope=scope, subject_key=key)
    assert facts(track)["detections"][0]["party_consented"]


def test_a_proven_condition_is_none(voice: Party) -> None:
    track = heard(voice)
    grant = factories.consent(
        grantor=voice, layer="likeness", use="voice_clone", condition="payment"
    )
    factories.consent_proof(consent=grant, recorded_at=NOW + DAY)
    found = [facts(track, NOW + n * DAY)["detections"][0]["party_consented"] for n in (0, 1)]
    assert found == [False, True]


def test_one_refusal_outweighs_a_grant(voice: Party) -> None:
    track = heard(voice)
    clone(voice)
    clone(voice, decision="denied", territories=["DE"])
    assert not facts(track)["detections"][0]["party_consented"]


def test_another_ones_consent_is_none(voice: Party) -> None:
    track = heard(voice)
    clone(factories.party())
    clone(voice, track=factories.track())
    assert not facts(track)["detections"][0]["party_consented"]


def test_a_match_of_audio_needs_no_voice(voice: Party) -> None:
    track = factories.track()
    factories.detection(track=track, party=voice, kind="audio_match")
    factories.detection(track=track, kind="artificial_streams")
    clone(voice)
    found = facts(track)["detections"]
    assert [one["party_consented"] for one in found] == [False, False]
    assert [one.get("party") for one in found] == [None, "Nadir Field"]
