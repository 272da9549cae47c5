"""A small, right tree of rulesets on disk, for tests that break a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policy.lang.compiler import CompiledTree, compile_tree
from policy.lang.diagnostics import render_all
from policy.lang.schema import FactSchema
from policy.lang.schema_file import load_schema
from policy.lang.source import Source

FACTS = """\
facts: 1
subjects: {track: Track}
records:
  Track:
    doc: A recording.
    fields:
      title: {type: string, doc: Title.}
      isrc: {type: string, optional: true, doc: Code.}
      seconds: {type: int, optional: true, doc: Playing time.}
      came_at: {type: timestamp, doc: When it came in.}
      ai: {type: Ai, doc: Use of AI.}
      release: {type: Release, optional: true, doc: Where it came out.}
      contributors: {type: list(Contributor), doc: Who made it.}
      genres: {type: list(string), doc: Genres.}
  Ai:
    doc: Use of AI.
    fields:
      declared: {type: enum, values: [all, partly, none, undeclared], doc: As declared.}
      score: {type: double, optional: true, doc: Score of a detector.}
  Release:
    doc: An album.
    fields:
      title: {type: string, doc: Title.}
      tracks: {type: int, doc: Recordings on it.}
  Contributor:
    doc: Who took part.
    fields:
      name: {type: string, optional: true, doc: Name.}
      part: {type: enum, values: [vocals, lyrics, mix], doc: Part of the music.}
"""

ABOUT = """\
key: labelling
title: AI labelling
owner: Trust and safety
why: Listeners are told what AI made.
"""

PARAMETERS = """\
parameters:
  detector_high:
    type: double
    doc: Score from which a finding counts.
    values:
      - {from: 2026-01-01, value: 0.9, reference: {title: House decision}}
      - {from: 2026-08-02, value: 0.85, reference: {title: Review, url: "https://example.org/r"}}
"""

DRAFT = """\
language: 1
ruleset: labelling
subject: track
effective: {from: 2026-08-02}
variables:
  contains_ai: track.ai.declared in ["all", "partly"]
rules:
  - id: declared-none-but-detected
    title: Declared free of AI, but a detector disagrees
    when: |
      track.ai.declared == "none"
        && has(track.ai.score) && track.ai.score >= params.detector_high
    effect: review
    reason: '"{track.title}" was delivered as free of AI; a detector scored {track.ai.score}.'
    obligations:
      - {do: request_disclosure, of: deliverer, within: P14D}
    references:
      - {title: DDEX ERN 4.3.2 ContainsAI, url: "https://example.org/ern"}
    dsa: {ground: incompatible_content, category: OTHER_VIOLATION_TC, visibility: LABELLED}
  - id: label-ai
    title: AI is shown
    when: contains_ai
    effect: allow
    territories: '["DE", "FR"]'
    on_error: skip
    reason: '"{track.title}" contains AI.'
    obligations:
      - {do: apply_label, of: service, label: ai_generated}
"""

TESTS = """\
as_of: 2026-10-01
given:
  track.title: Blue Hour
cases:
  - name: A detector that disagrees brings a person in
    facts:
      track.ai: {declared: none, score: 0.95}
    expect:
      outcome: review
      rules: [declared-none-but-detected]
      obligations: [{do: request_disclosure, of: deliverer}]
      reason: a detector scored 0.95
  - name: What a detector says of nothing
    table:
      - [track.ai.declared, track.ai.score, outcome, rules]
      - [none, 0.5, allow, []]
      - [partly, ~, allow, [label-ai]]
"""

GOOD = {
    "facts.yaml": FACTS,
    "labelling/ruleset.yaml": ABOUT,
    "labelling/parameters.yaml": PARAMETERS,
    "labelling/draft.yaml": DRAFT,
    "labelling/tests.yaml": TESTS,
}


def write(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write the good tree with some files replaced or added; None leaves a file out."""
    for name, content in {**GOOD, **files}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def compiled(root: Path, files: Mapping[str, str | bytes | None] | None = None) -> CompiledTree:
    """The good tree with some files replaced, compiled; messages call it `rulesets`."""
    return compile_tree(write(root, files or {}), shown_as="rulesets")


def told(root: Path, files: Mapping[str, str | bytes | None]) -> str:
    """What is said about the tree."""
    tree = compiled(root, files)
    return render_all(tree.diagnostics, tree.sources)


def codes(root: Path, files: Mapping[str, str | bytes | None]) -> list[str]:
    """The codes of what is said about the tree."""
    return [found.code for found in compiled(root, files).diagnostics]


def schema() -> FactSchema:
    """The fact schema of the tree."""
    read, found = load_schema(Source("facts.yaml", FACTS))
    assert read is not None, found
    return read
