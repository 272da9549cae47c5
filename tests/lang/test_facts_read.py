"""Which facts rules read, and documents without the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy.lang.facts_read import FactsRead, Reducer, facts_read
from policy.lang.plan import Plan
from tests.lang import trees

READS_LISTS = """\
language: 1
ruleset: labelling
subject: track
effective: {from: 2026-08-02}
variables:
  singers: track.contributors.filter(c, c.part == "vocals")
rules:
  - id: sung
    title: Sung
    when: size(singers) > 0 && has(track.release)
    effect: review
    territories: track.genres
    reason: '"{track.title}" is sung.'
"""


def plan(root: Path, draft: str = trees.DRAFT) -> Plan:
    files = {"labelling/draft.yaml": draft, "labelling/tests.yaml": None}
    (ruleset,) = trees.compiled(root, files).rulesets
    return ruleset.plans["draft"]


def reduced(read: FactsRead, document: dict[str, Any]) -> dict[str, Any]:
    return Reducer(trees.schema(), "track", read).document(document)


TRACK = {
    "title": "Blue Hour",
    "isrc": "SE1",
    "seconds": 200,
    "came_at": "2026-09-01T00:00:00Z",
    "ai": {"declared": "none", "score": 0.9},
    "release": {"title": "Night", "tracks": 3},
    "contributors": [{"name": "Ana", "part": "vocals"}],
    "genres": ["pop"],
}


def test_conditions_variables_territories_and_reasons_are_read(tmp_path: Path) -> None:
    read = facts_read(plan(tmp_path, READS_LISTS))
    names = {".".join(path) for path in read.paths}
    assert names == {"track.contributors", "track.release", "track.genres", "track.title"}
    assert read.fields == {("Contributor", "part")}


def test_what_nobody_reads_is_taken_out(tmp_path: Path) -> None:
    read = facts_read(plan(tmp_path, READS_LISTS))
    assert reduced(read, {"track": TRACK, "sources": {"track": ["delivery"]}}) == {
        "track": {
            "title": "Blue Hour",
            "release": {},
            "contributors": [{"part": "vocals"}],
            "genres": ["pop"],
        }
    }
    both = read | facts_read(plan(tmp_path / "other"))
    assert reduced(both, {"track": TRACK})["track"]["ai"] == TRACK["ai"]


def test_an_enum_that_a_test_must_say_stays(tmp_path: Path) -> None:
    text = READS_LISTS.replace('c.part == "vocals"', "has(c.name)")
    read = facts_read(plan(tmp_path, text))
    found = reduced(read, {"track": TRACK})["track"]
    assert found["contributors"] == [{"name": "Ana", "part": "vocals"}]
    nobody = FactsRead(frozenset({("track", "contributors")}), frozenset())
    found = reduced(nobody, {"track": TRACK})["track"]
    assert found == {"contributors": [{"part": "vocals"}]}


@pytest.mark.parametrize(
    ("unknown", "left"),
    [
        (["track.ai.score", "track.isrc"], ["track.ai.score"]),
        (["track.ai"], ["track.ai"]),
        (["track"], []),
        (["track.mood"], []),
    ],
)
def test_of_what_is_unknown_the_read_facts_stay(
    unknown: list[str], left: list[str], tmp_path: Path
) -> None:
    found = reduced(facts_read(plan(tmp_path)), {"track": TRACK, "unknown": unknown})
    assert found.get("unknown", []) == left


def test_an_unknown_part_of_items_makes_the_list_unknown(tmp_path: Path) -> None:
    read = facts_read(plan(tmp_path, READS_LISTS))
    document = {"track": TRACK, "unknown": ["track.contributors.part"]}
    assert reduced(read, document)["unknown"] == ["track.contributors"]


def test_what_must_be_there_and_is_not_is_unknown(tmp_path: Path) -> None:
    read = facts_read(plan(tmp_path, READS_LISTS)) | facts_read(plan(tmp_path / "other"))
    track = {**TRACK, "ai": {}, "contributors": [{"name": "Ana"}]}
    del track["genres"], track["release"], track["title"]
    assert reduced(read, {"track": track})["unknown"] == [
        "track.ai.declared",
        "track.contributors",
        "track.genres",
        "track.title",
    ]
