"""What others than staff may not see inside a track that they see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy.selectors.facts_seen import list_ranges
from policy.selectors.flips import flips
from policy.selectors.masking import HIDDEN, Reader
from policy.selectors.rule_text import rule_text
from tests.engines.making import document
from tests.selectors.conditions import run

STAFF = Reader(everything=True)
HALCYON = Reader(everything=False, names=frozenset({"Halcyon"}))
DELIVERER = Reader(everything=False, delivers=True)

FACTS: dict[str, Any] = {
    "parties": [
        {"name": "Halcyon", "layer": "master", "basis_points": 7_000, "territories": []},
        {"name": "Mirna", "layer": "master", "basis_points": 3_000, "territories": ["DE"]},
    ],
    "shares": [
        {
            "layer": "master", "territory": "Worldwide", "basis_points": 10_000,
            "holders": 2, "unknown": 0,
        }
    ],
    "consents": [
        {
            "grantor": name, "layer": "master", "use": "train_generative", "decision": "denied",
            "territories": ["FR"], "excluded_territories": [],
            "valid_from": "2026-01-01T00:00:00Z", "source": "contract",
        }
        for name in ("Halcyon", "Mirna")
    ],
    "detections": [
        {
            "kind": "voice_match", "detector": "voiceprint 2", "score": 0.97, "party": "Mirna",
            "party_consented": False, "party_contributes": False,
        },
        {
            "kind": "ai_audio", "detector": "earmark 1", "score": 0.5,
            "party_consented": False, "party_contributes": False,
        },
    ],
}  # fmt: skip


def _hidden(value: Any, path: str = "") -> set[str]:
    """Paths of what is hidden in a document; items of lists by their number."""
    if isinstance(value, dict):
        return {found for name, each in value.items() for found in _hidden(each, f"{path}.{name}")}
    if isinstance(value, list):
        return {found for at, each in enumerate(value) for found in _hidden(each, f"{path}.{at}")}
    return {path[1:]} if value == HIDDEN else set()


def test_staff_see_everything() -> None:
    facts = document(**FACTS)
    assert STAFF.document(facts) == facts


def test_a_party_sees_its_own_and_what_is_public() -> None:
    hidden = _hidden(HALCYON.document(document(**FACTS)))
    assert hidden == {
        "track.parties.1.basis_points",
        "track.parties.1.territories",
        "track.shares.0.basis_points",
        "track.consents.1.grantor",
        "track.consents.1.territories",
        "track.consents.1.excluded_territories",
        "track.consents.1.valid_from",
        "track.consents.1.source",
        "track.detections.0.party",
        "track.detections.0.party_consented",
        "track.detections.0.party_contributes",
        "track.deliverer.tracks_last_day",
        "track.deliverer.tracks_last_week",
        "track.deliverer.ai_tracks_last_week",
        "track.deliverer.days_active",
        *(f"track.duplicates.{name}" for name in document()["track"]["duplicates"]),
    }


def test_a_deliverer_sees_what_itself_delivers_but_nobodys_shares() -> None:
    hidden = _hidden(DELIVERER.document(document(**FACTS)))
    assert not {path for path in hidden if path.startswith("track.deliverer")}
    assert {"track.parties.0.basis_points", "track.parties.1.basis_points"} <= hidden


def test_sources_lose_the_rows_that_they_name() -> None:
    facts = document() | {"sources": {"track.duplicates": ["track:b", "track:a"], "track": []}}
    assert HALCYON.document(facts)["sources"] == {"track.duplicates": ["track"], "track": []}


def test_the_document_that_is_masked_stays_as_it_is() -> None:
    facts = document(**FACTS)
    HALCYON.document(facts)
    assert facts == document(**FACTS)


SEEN = {
    # condition: values that a party sees beside it
    "track.deliveries == 2": ["2"],
    "track.duplicates.same_isrc == 0": ["hidden"],
    "track.deliverer.days_active > 100": ["hidden"],
    "track.parties.exists(p, has(p.basis_points) && p.basis_points > 5000)": ["7000"],
    "track.parties.exists(p, has(p.basis_points) && p.basis_points < 5000)": ["hidden"],
    'track.parties.exists(p, p.name == "Mirna")': ['"Mirna"'],
    "track.detections.exists(d, d.score > 0.9)": ["0.97"],
    "track.detections.exists(d, has(d.party) && d.party != track.display_artist)": [
        "hidden", '"Mara"',
    ],
    "track.shares.exists(s, s.basis_points == 10000)": ["hidden"],
    "size(track.parties) == 2": ["2"],
    "track.parties.filter(p, p.layer == 'master')"
    ".exists(p, has(p.basis_points) && p.basis_points > 5000)": ["hidden"],
}  # fmt: skip


@pytest.mark.parametrize("when", SEEN)
def test_values_that_a_condition_saw_are_hidden_as_the_facts_are(tmp_path: Path, when: str) -> None:
    ran = run(tmp_path, when, FACTS)
    assert ran.told.truth == "true"
    hider = HALCYON.hider(document(**FACTS), list_ranges(ran.plan, ran.rule))
    text = rule_text(ran.source, ran.plan, ran.rule, ran.told, hider)
    notes = [note for line in text.head.lines for note in line.notes]
    assert _values(note.seen for note in notes) == SEEN[when]
    for way in flips(ran.told, ran.nodes, ran.source, hider):
        told = _values(change.now for change in way.changes)
        assert set(told) <= set(SEEN[when]), "the way out tells no more"


def _values(groups: Any) -> list[str]:
    return ["hidden" if fact.hidden else fact.value for seen in groups for fact in seen]
