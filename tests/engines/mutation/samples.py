"""A small ruleset whose tests notice everything, for tests that take some of them away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policy.engines.mutation.mutants import mutants
from policy.engines.mutation.original import Original
from policy.engines.mutation.running import Fate, MutationReport, run_mutants
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors

FACTS = """\
facts: 1
subjects: {track: Track}
records:
  Track:
    doc: A track.
    fields:
      title: {type: string, doc: Title.}
      score: {type: double, optional: true, doc: Score of a detector.}
      streams: {type: int, doc: How often it was heard.}
      came_at: {type: timestamp, doc: When it came in.}
      ai: {type: enum, values: [all, partly, none, undeclared], doc: As declared.}
      parts: {type: list(Part), doc: Who made it.}
  Part:
    doc: One contribution.
    fields:
      name: {type: string, optional: true, doc: Who.}
      ai: {type: bool, doc: Whether it was made by AI.}
"""
ABOUT = "key: sample\ntitle: Sample\nowner: Tests\nwhy: To be changed.\n"
PARAMETERS = """\
parameters:
  high:
    type: double
    doc: From where on a score is high.
    values:
      - {from: 2025-01-01, value: 0.9, reference: {title: Ours}}
      - {from: 2026-06-01, value: 0.8, reference: {title: Ours}}
"""
RULES = """\
language: 1
ruleset: sample
subject: track
effective: {from: 2026-01-01, until: 2027-01-01}
variables:
  doubted: has(track.score) && track.score >= params.high
rules:
  - id: scored
    title: A high score though nothing is declared
    when: |
      track.ai == "none" && doubted
    effect: review
    reason: The score of "{track.title}" is high.
    obligations:
      - {do: request_disclosure, of: deliverer, within: P14D}
  - id: made-by-ai
    title: A part made by AI
    when: |
      track.parts.exists(p, p.ai)
    effect: limit
    on_error: skip
    reason: Someone is AI.
    territories: '["DE", "FR"]'
"""
TESTS = """\
as_of: 2026-10-01
given: {track.title: Blue, track.ai: none}
cases:
  - name: High
    facts: {track.score: 0.8}
    expect:
      outcome: review
      rules: [scored]
      obligations: [{do: request_disclosure, of: deliverer, within: P14D}]
  - name: Scores
    table:
      - [track.ai, track.score, as_of, rules]
      - [none, 0.95, 2026-10-01, [scored]]
      - [none, 0.79, 2026-10-01, []]
      - [none, 0.8, 2026-06-01, [scored]]
      - [none, 0.8, 2026-05-31, []]
      - [none, 0.9, 2026-05-31, [scored]]
      - [none, 0.89, 2026-05-31, []]
      - [none, 0.9, 2026-01-01, [scored]]
      - [none, 0.9, 2025-12-31, []]
      - [none, 0.9, 2026-12-31, [scored]]
      - [none, 0.9, 2027-01-01, []]
      - [partly, 0.9, 2026-10-01, []]
      - [undeclared, 0.9, 2026-10-01, []]
      - [none, ~, 2026-10-01, []]
  - name: Parts
    facts: {track.parts: [{ai: true}, {ai: false}]}
    expect: {outcome: {Worldwide: allow, DE: limit, FR: limit}, rules: made-by-ai}
  - name: Both
    facts: {track.score: 0.9, track.parts: [{ai: true}]}
    expect: {outcome: {Worldwide: review, DE: review}, rules: [made-by-ai, scored]}
  - name: Unknown score
    unknown: [track.score]
    expect: {outcome: review, errors: scored}
  - name: Unknown parts
    unknown: [track.parts]
    expect: {outcome: allow, errors: made-by-ai}
"""
FILES = {
    "facts.yaml": FACTS,
    "sample/ruleset.yaml": ABOUT,
    "sample/parameters.yaml": PARAMETERS,
    "sample/draft.yaml": RULES,
    "sample/tests.yaml": TESTS,
}


def write(root: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """Write the ruleset with some files replaced, or left out by None."""
    for name, text in {**FILES, **(files or {})}.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
    return root


def compiled(root: Path, files: Mapping[str, str | None] | None = None) -> CompiledTree:
    """The ruleset with some files replaced, compiled; messages call its folder `rulesets`."""
    tree = compile_tree(write(root, files), shown_as="rulesets")
    assert not has_errors(tree.diagnostics), tree.diagnostics
    return tree


def original(tree: CompiledTree) -> Original:
    """What is mutated of a tree with one ruleset."""
    found = Original.of(tree.rulesets[0], tree)
    assert found is not None
    return found


def report(tree: CompiledTree) -> MutationReport:
    """All mutants of the one ruleset, tried on its cases."""
    return report_of(tree.rulesets[0], tree)


def report_of(ruleset: CompiledRuleset, tree: CompiledTree) -> MutationReport:
    """All mutants of a ruleset, tried on its cases."""
    found = Original.of(ruleset, tree)
    assert found is not None
    return run_mutants(
        found, ruleset.cases, wanted=lambda mutant: True, progress=lambda done, of: None
    )


def words(tree: CompiledTree, mutator: str) -> list[str]:
    """What the mutants of a mutator became of what, in their order."""
    every = mutants(original(tree))
    return [each.draft.words for each in every if each.draft.mutator == mutator]


def ids(fates: tuple[Fate, ...]) -> list[str]:
    """The ids of mutants, without the ruleset."""
    return [fate.mutant.id.partition("/")[2] for fate in fates]
