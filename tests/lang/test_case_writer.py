"""Fact documents written as the facts that a test must say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.lang.case_writer import facts_yaml
from policy.lang.cases import Case, load_tests
from policy.lang.schema import FactSchema
from policy.lang.source import Source
from tests.fact_documents import documents, shipped_schema
from tests.lang import trees

AS_OF = "2026-10-01T00:00:00Z"


def read(facts: str, schema: FactSchema, given: str = "") -> Case:
    """The case that has these facts over those of the file."""
    above = f"given:\n{_indented(given, 2)}" if given else ""
    below = f"    facts:\n{_indented(facts, 6)}" if facts else ""
    text = f"as_of: {AS_OF}\n{above}cases:\n  - name: A\n{below}    expect: {{outcome: allow}}\n"
    (case,), found = load_tests(Source("tests.yaml", text), schema, subject="track")
    assert found == (), (found, text)
    return case


def _indented(lines: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in lines.splitlines())


def written(track: dict[str, Any], base: dict[str, Any] | None = None) -> str:
    """A track over what a file gives, in the small schema."""
    over = None if base is None else {"track": base}
    return facts_yaml({"track": track}, trees.schema(), "track", as_of=AS_OF, base=over)


NOTHING: dict[str, Any] = {
    "title": "",
    "came_at": AS_OF,
    "ai": {"declared": "undeclared"},
    "contributors": [],
    "genres": [],
}


def test_what_is_neutral_is_not_said() -> None:
    assert written(NOTHING) == ""


def test_one_fact_of_a_record_is_said_by_path_more_by_record() -> None:
    track = {
        **NOTHING,
        "title": "Blue Hour",
        "ai": {"declared": "none", "score": 0.5},
        "release": {"title": "", "tracks": 3},
        "contributors": [{"name": "no: one", "part": "mix"}, {"part": "lyrics"}],
        "genres": ["pop", "soul, deep"],
    }
    assert (
        written(track)
        == """\
track.title: Blue Hour
track.ai: {declared: none, score: 0.5}
track.release.tracks: 3
track.contributors:
  - {name: "no: one", part: mix}
  - {part: lyrics}
track.genres: [pop, "soul, deep"]
"""
    )


def test_a_record_that_is_there_with_nothing_in_it_is_said() -> None:
    assert written({**NOTHING, "release": {"title": "", "tracks": 0}}) == "track.release: {}\n"


def test_what_the_file_gives_is_taken_away_or_put_right() -> None:
    base = {
        "title": "Blue Hour",
        "isrc": "SE1",
        "ai": {"declared": "all", "score": 0.5},
        "release": {"tracks": 2},
        "contributors": [{"part": "mix"}],
        "genres": ["pop"],
    }
    assert (
        written({**NOTHING, "genres": ["pop"]}, base)
        == """\
track.title: ""
track.isrc: ~
track.ai: {declared: undeclared, score: ~}
track.release: ~
track.contributors: []
"""
    )


def test_a_whole_document_as_base_leaves_the_change_alone() -> None:
    base = {**NOTHING, "isrc": "SE1", "ai": {"declared": "all", "score": 0.5}}
    changed = {**NOTHING, "isrc": "SE1", "ai": {"declared": "all", "score": 0.75}}
    assert written(changed, base) == "track.ai.score: 0.75\n"


def test_facts_that_the_schema_lacks_are_left_out() -> None:
    assert written({**NOTHING, "mood": "blue"}) == ""


@given(document=documents(), base=documents())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_document_is_read_back_over_any_other(document: bytes, base: bytes) -> None:
    wanted, over = json.loads(document), json.loads(base)
    schema = shipped_schema()
    given = facts_yaml(over, schema, "track", as_of=AS_OF)
    facts = facts_yaml(wanted, schema, "track", as_of=AS_OF, base=over)
    assert read(facts, schema, given).document == {"track": wanted["track"]}
    assert read(given, schema).document == {"track": over["track"]}


@given(title=st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_title_is_read_back(title: str) -> None:
    facts = written({**NOTHING, "title": title, "genres": [title]})
    found = read(facts, trees.schema()).document["track"]
    assert (found["title"], found["genres"]) == (title, [title])
