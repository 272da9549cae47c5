"""The fact schema: what facts.yaml may say, and what is said when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.lang.diagnostics import render_all
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from policy.lang.words import LAYERS, USES
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

SHIPPED = Path(__file__).parents[2] / "rulesets" / "facts.yaml"


def codes(text: str) -> list[str]:
    schema, found = load_schema(Source("facts.yaml", text))
    assert (schema is None) == any(each.severity == "error" for each in found)
    return [each.code for each in found]


def test_it_reads_records_fields_and_subjects() -> None:
    schema = trees.schema()
    assert schema.subjects == {"track": "Track"}
    root = schema.root("track")
    assert [field.name for field in root.fields][:3] == ["title", "isrc", "seconds"]
    declared = schema.resolve(("track", "ai", "declared"))
    assert declared is not None
    assert (declared.type, declared.values) == ("string", ("all", "partly", "none", "undeclared"))
    isrc = root.field("isrc")
    assert isrc is not None
    assert isrc.optional


def test_the_shipped_facts_are_right() -> None:
    source = Source.read(SHIPPED, shown_as="rulesets/facts.yaml")
    schema, found = load_schema(source)
    assert render_all(found, {source.path: source}) == ""
    assert schema is not None
    consent = schema.record("Consent")
    assert consent is not None
    use, layer = consent.field("use"), consent.field("layer")
    assert use is not None
    assert layer is not None
    assert use.values == USES  # the words of obligations are those of facts
    assert layer.values == LAYERS


def test_it_tells_all_mistakes(golden: CheckGolden) -> None:
    text = """\
facts: 2
subjects: {track: Trak, in: Ai}
records:
  track: {doc: Small letters., fields: {}}
  Track:
    doc: A recording.
    fields:
      title: {type: strng, doc: Title.}
      Isrc: {type: string, doc: Code.}
      kind: {type: enum, doc: No words.}
      names: {type: list(string), optional: true, doc: Names.}
      cover: {type: bool, doc: Of these, a comma.}
      label: {type: string, values: [a], doc: Words of no enum.}
      words: {type: enum, values: [no, on, no], doc: Twice.}
      ai: {type: Ai, doc: Use of AI., optional: yes}
      null: {type: string, doc: A word of the language.}
  Ai:
    doc: Use of AI.
    fields:
      track: {type: list(Track), doc: Back again.}
      mix: [type, string]
      heard: {type: bool, planned: detect/heard.py, doc: Not optional.}
"""
    source = Source("rulesets/facts.yaml", text)
    schema, found = load_schema(source)
    assert schema is None
    golden("lang/facts.txt", render_all(found, {source.path: source}))


def test_a_record_that_nothing_uses_is_doubted() -> None:
    text = trees.FACTS + "  Spare: {doc: Nothing., fields: {}}\n"
    assert codes(text) == ["unused-record"]


@pytest.mark.parametrize("text", ["", "[]", "a", "facts: 1", "facts: 1\nsubjects: []\nrecords: 3"])
def test_what_is_no_schema_is_told(text: str) -> None:
    assert codes(text)


def test_a_long_chain_of_records_is_no_trouble() -> None:
    chain = "".join(
        f"  R{n}: {{doc: x, fields: {{next: {{type: R{n + 1}, doc: x}}}}}}\n" for n in range(3000)
    )
    text = (
        f"facts: 1\nsubjects: {{track: R0}}\nrecords:\n{chain}  R3000: {{doc: x, fields: {{}}}}\n"
    )
    assert "too-deep" in codes(text)
