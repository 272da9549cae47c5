"""Editors accept what is right and mark what the reader refuses by its shape."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from policy.lang.editor.documents import document
from policy.lang.grammar.files import KINDS, Kind, kind_of
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from tests.lang import trees
from tests.lang.editor.plain import plain

RULESETS = Path(__file__).parents[3] / "rulesets"
SHIPPED = sorted(path for path in RULESETS.rglob("*.yaml") if kind_of(path.name))


@cache
def validator(kind: Kind, facts: str) -> Draft7Validator:
    schema, found = load_schema(Source("facts.yaml", facts))
    assert schema is not None, found
    made: dict[str, Any] = json.loads(document(kind, schema))
    Draft7Validator.check_schema(made)
    return Draft7Validator(made)


def marks(kind: Kind, text: str, facts: str = trees.FACTS) -> list[str]:
    """The places of a file that an editor marks, as paths."""
    found = validator(kind, facts).iter_errors(plain(text))
    return sorted(each.json_path for each in found)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_marked_in_shipped_files(path: Path) -> None:
    kind = kind_of(path.name)
    assert kind is not None
    assert marks(kind, path.read_text(), (RULESETS / "facts.yaml").read_text()) == []


@pytest.mark.parametrize("name", sorted(trees.GOOD))
def test_nothing_is_marked_in_a_right_tree(name: str) -> None:
    kind = kind_of(Path(name).name)
    assert kind is not None
    assert marks(kind, trees.GOOD[name]) == []


RULE = """\
language: 1
ruleset: labelling
subject: track
effective: {from: 2026-08-02}
rules:
  - id: a-rule
    title: A rule
    when: track.title == "X"
    effect: review
    reason: Why.
    obligations:
      - {do: accrue, of: licensee, layer: master, rate: rate_master}
"""


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ("language: 1", "language: one", "$.language"),
        ("2026-08-02", "August", "$.effective.from"),
        ("    title", "    titel", "$.rules[0]"),
        ("id: a-rule", "id: A rule", "$.rules[0].id"),
        ("effect: review", "effect: reveiw", "$.rules[0].effect"),
        ("do: accrue", "do: acrue", "$.rules[0].obligations[0].do"),
        ("of: licensee", "of: nobody", "$.rules[0].obligations[0].of"),
        (", rate: rate_master", "", "$.rules[0].obligations[0]"),
        ("layer: master", "layer: master, use: remix", "$.rules[0].obligations[0]"),
        ("layer: master", "layer: sound", "$.rules[0].obligations[0].layer"),
        ("reason: Why.", "reason: [Why.]", "$.rules[0].reason"),
    ],
)
def test_a_slip_in_a_version_is_marked(written: str, instead: str, place: str) -> None:
    assert marks("version", RULE) == []
    assert set(marks("version", RULE.replace(written, instead))) == {place}


CASES = """\
as_of: 2026-10-01
fixtures:
  silent: {on: other, track.ai.declared: undeclared}
  other: {track: {ai.declared: none}}
cases:
  - name: A case
    fixture: silent
    facts:
      track.isrc: ~
      track.title: 12
      track.contributors: [{part: vocals}]
      track.release: {title: X, tracks: 3}
    unknown: [track.ai.score]
    expect: {outcome: {DE: review}, rules: a-rule, obligations: [{do: notify, due: 2026-10-15}]}
"""


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ("declared: undeclared", "declared: nothing", "$.fixtures.silent['track.ai.declared']"),
        ("on: other", "in: other", "$.fixtures.silent"),
        ("ai.declared: none", "ai.said: none", "$.fixtures.other.track"),
        ("track.isrc: ~", "track.isrcs: ~", "$.cases[0].facts"),
        ("track.title: 12", "track.title: ~", "$.cases[0].facts['track.title']"),
        ("part: vocals", "part: choir", "$.cases[0].facts['track.contributors'][0].part"),
        ("tracks: 3", "tracks: three", "$.cases[0].facts['track.release']"),
        ("unknown: [track.ai.score]", "unknown: [track.score]", "$.cases[0].unknown[0]"),
        ("DE: review", "DE: reveiw", "$.cases[0].expect.outcome"),
        ("do: notify", "do: tell", "$.cases[0].expect.obligations[0].do"),
        ("rules: a-rule", "rule: a-rule", "$.cases[0].expect"),
    ],
)
def test_a_slip_in_a_test_is_marked(written: str, instead: str, place: str) -> None:
    assert marks("tests", CASES) == []
    assert set(marks("tests", CASES.replace(written, instead))) == {place}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ruleset", "key: x\ntitle: X\nowner: Y\n"),
        ("ruleset", "key: Not a key\ntitle: X\nowner: Y\nwhy: Z\n"),
        ("parameters", "parameters: {a: {type: number, doc: A, values: [{}]}}"),
        ("parameters", "parameters: {a: {type: int, doc: A, values: []}}"),
        ("facts", "facts: 1\nsubjects: {}\n"),
        ("facts", "facts: 1\nsubjects: {}\nrecords: {a: {doc: A, fields: {}}}\n"),
        ("facts", "facts: 1\nsubjects: {}\nrecords: {A: {doc: A, fields: {b: {doc: B}}}}\n"),
        ("facts", "facts: 1\nsubjects: {t: T}\nrecords: {T: {doc: A, fields: {b: {type: int}}}}\n"),
    ],
)
def test_a_slip_in_another_file_is_marked(kind: Kind, text: str) -> None:
    assert marks(kind, text)


def described(part: Any) -> list[str]:
    """All descriptions within a schema."""
    if isinstance(part, list):
        return [text for each in part for text in described(each)]
    if not isinstance(part, dict):
        return []
    own = [part["description"]] if isinstance(part.get("description"), str) else []
    return own + [text for each in part.values() for text in described(each)]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_are_explained_in_sentences(kind: Kind) -> None:
    made = validator(kind, trees.FACTS).schema
    texts = [text for text in described(made) if "\n" not in text and "(" not in text]
    assert texts
    assert [text for text in texts if text[-1] != "." or ".." in text] == []
