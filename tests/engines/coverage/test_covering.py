"""What cases show of a ruleset with every kind of decision, and what is suggested to show more."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.coverage import VersionCoverage, cover, render_coverage
from policy.engines.coverage.decisions import decisions
from policy.engines.coverage.report import home_words
from policy.engines.solver import Setting
from policy.engines.testing import Bench, run_ruleset
from policy.lang.compiler import CompiledTree
from policy.lang.diagnostics import render_all
from policy.lang.source import Source
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

PARAMETERS = """\
parameters:
  high:
    type: double
    doc: From where on a score is high.
    values: [{from: 2026-01-01, value: 0.9, reference: {title: Ours}}]
  strict:
    type: bool
    doc: Whether singers are looked at.
    values: [{from: 2026-01-01, value: false, reference: {title: Ours}}]
  quorum:
    type: string
    doc: Whether one singer is enough.
    values: [{from: 2026-01-01, value: any, reference: {title: Ours}}]
"""
RULES = """\
language: 1
ruleset: labelling
subject: track
effective: {from: 2026-01-01}
variables:
  scored: has(track.ai.score) && track.ai.score >= params.high
  singers: track.contributors.filter(c, c.part == "vocals" && has(c.name))
rules:
  - id: doubted
    title: Doubted
    when: |
      track.ai.declared == "none" && (scored || !(track.title != "" || size(track.genres) > 0))
    effect: review
    reason: '"{track.title}" is doubted.'
  - id: sung
    title: Sung
    when: |
      params.strict && size(singers) > 0
        && (params.quorum == "all" ? track.contributors.all(c, c.part == "vocals") : true)
    effect: limit
    reason: '"{track.title}" is sung.'
  - id: nothing-new
    title: What cannot be
    when: |
      track.title == "A" && track.title != "B"
    effect: allow
    reason: '"{track.title}" is A.'
  - id: told-there
    title: Told in places
    when: |
      size(track.title) > (track.ai.declared == "all" ? 3 : 5)
    territories: track.genres.filter(g, g in ["DE", "FR"])
    effect: limit
    reason: '"{track.title}" is long.'
"""
TESTS = """\
as_of: 2026-10-01
given: {track.title: Blue}
cases:
  - name: A high score is doubted
    facts: {track.ai: {declared: none, score: 0.95}}
    expect: {outcome: review}
  - name: A low score is not
    facts: {track.ai: {declared: none, score: 0.5}}
    expect: {outcome: allow}
  - name: Long in one place
    facts: {track.ai.declared: all, track.genres: [DE, pop]}
    expect: {outcome: {DE: limit}}
  - name: The score is unknown
    facts: {track.ai.declared: none}
    unknown: [track.ai.score]
    expect: {errors: [doubted]}
  - name: Before the rules
    as_of: 2025-10-01
    facts: {track.title: A}
    expect: {outcome: allow}
"""


def compiled(root: Path, tests: str = TESTS) -> CompiledTree:
    root.mkdir(exist_ok=True)
    files = {
        "labelling/parameters.yaml": PARAMETERS,
        "labelling/draft.yaml": RULES,
        "labelling/tests.yaml": tests,
    }
    tree = trees.compiled(root, files)
    errors = [each for each in tree.diagnostics if each.severity == "error"]
    assert errors == [], render_all(errors, tree.sources)
    return tree


def covered(tree: CompiledTree) -> tuple[VersionCoverage, Source | None]:
    (ruleset,) = tree.rulesets
    assert tree.schema is not None
    plan = ruleset.plans["draft"]
    stand = Bench(tree.schema, ruleset.parameters, tree.sources).stand(plan)
    setting = Setting(plan, tree.schema, ruleset.parameters)
    path = "rulesets/labelling/draft.yaml"
    return cover(stand, setting, path, ruleset.cases), stand.source


@pytest.fixture
def tree(tmp_path: Path) -> CompiledTree:
    return compiled(tmp_path)


def test_every_kind_of_decision_is_found(tree: CompiledTree) -> None:
    plan = tree.rulesets[0].plans["draft"]
    source = next(text for path, text in tree.sources.items() if path.endswith("draft.yaml"))
    found = [
        f"{home_words(each.home, plan)}{' for each item' if each.item else ''}: "
        + " | ".join(source.cut(atom.node.span) for atom in each.atoms)
        for each in decisions(plan)
    ]
    assert found == [
        "variable `scored`: has(track.ai.score) | track.ai.score >= params.high",
        'variable `singers` for each item: c.part == "vocals" | has(c.name)',
        'rule `doubted`: track.ai.declared == "none" | scored | track.title != "" '
        "| size(track.genres) > 0",
        'rule `sung`: params.strict | size(singers) > 0 | params.quorum == "all" '
        '| track.contributors.all(c, c.part == "vocals")',
        'rule `sung`: params.quorum == "all"',
        'rule `sung` for each item: c.part == "vocals"',
        'rule `nothing-new`: track.title == "A" | track.title != "B"',
        'rule `told-there`: size(track.title) > (track.ai.declared == "all" ? 3 : 5)',
        'rule `told-there`: track.ai.declared == "all"',
        'territories of rule `told-there` for each item: g in ["DE", "FR"]',
    ]


def test_what_is_shown_and_what_is_missing(tree: CompiledTree, golden: CheckGolden) -> None:
    found, source = covered(tree)
    golden("engines/coverage.txt", render_coverage(found, source))


def test_what_is_suggested_shows_what_is_missing(tmp_path: Path) -> None:
    """Pasted as it is, it passes, and leaves nothing to suggest."""
    before, _ = covered(compiled(tmp_path / "before"))
    wanted = [each.case for atom in before.atoms() for each in atom.wanted if each.case]
    pasted = TESTS + "".join(f"  {line}\n" for case in wanted for line in case.splitlines())
    tree = compiled(tmp_path / "after", pasted)
    after, _ = covered(tree)
    report = run_ruleset(tree.rulesets[0], tree)
    assert report is not None
    assert report.good
    assert before.percent < 50
    assert [atom.wanted for atom in after.atoms() if atom.status == "missing"] == []
    assert after.percent == 100
    assert after.infeasible == before.infeasible == 1


def test_a_ruleset_without_cases_shows_nothing(tmp_path: Path) -> None:
    found, _ = covered(compiled(tmp_path, "as_of: 2026-10-01\ncases: []\n"))
    assert (found.shown, found.truths[0], found.percent) == (0, 0, 0)
