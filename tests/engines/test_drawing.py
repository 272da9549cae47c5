"""Conditions as they are drawn: each value under the part that it is the value of."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from policy.engines.drawing.layout import LINK, rows
from policy.engines.testing import run_ruleset
from policy.lang.testing import render_report
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

RULES = """\
language: 1
ruleset: labelling
subject: track
effective: {from: 2026-01-01}
variables:
  singers: track.contributors.filter(c, c.part == "vocals")
  named: singers.filter(s, has(s.name))
rules:
  - id: quantified
    title: Every way to ask a list
    when: |
      !track.contributors.all(c, has(c.name) && c.name != "")
        && track.contributors.exists_one(c, c.part == "mix")
        || track.genres.exists(g, g.startsWith("Schlager") || g == "pop")
    effect: review
    reason: Asked.
  - id: named-singer
    title: Variables in variables
    when: size(named) > 0 && size(named.map(n, n.part)) == size(singers)
    effect: limit
    reason: Sung.
  - id: computed
    title: Arithmetic, places and branches
    when: |
      has(track.seconds) && (track.seconds * 2 + 1) / 2 >= 30 && -track.seconds < 0
        && ("x" in track.genres ? track.genres[0] == "漢字" : string(track.seconds).size() > 1)
        && now - track.came_at > duration("36h")
    effect: limit
    reason: Computed.
  - id: folded
    title: A condition of one line that is folded
    when: >-
      track.ai.declared in ["all", "partly"] || (track.title.contains("AI")
      && track.ai.declared != "none")
    effect: limit
    reason: Folded.
"""
TESTS = """\
as_of: 2026-10-01
cases:
  - name: Items that differ
    facts:
      track.contributors: [{part: mix, name: A}, {part: vocals}, {part: vocals, name: "B\\nC"}]
      track.genres: [rock, a very long genre with a very long name indeed, pop]
      track.seconds: 20
      track.came_at: 2026-09-30
      track.title: An AI song
    expect: {rules: []}
  - name: Nothing there
    facts: {track.seconds: 9223372036854775807, track.genres: ["漢字", x]}
    expect: {rules: [quantified, named-singer, computed, folded]}
"""


def test_conditions_are_drawn_with_their_values(tmp_path: Path, golden: CheckGolden) -> None:
    files = {"labelling/draft.yaml": RULES, "labelling/tests.yaml": TESTS}
    tree = trees.compiled(tmp_path, {**files, "labelling/parameters.yaml": None})
    assert tree.diagnostics == ()
    report = run_ruleset(tree.rulesets[0], tree)
    assert report is not None
    golden("engines/drawing.txt", render_report(report))


places = st.dictionaries(st.integers(0, 60), st.text("abc", min_size=1, max_size=12), max_size=8)


@given(places)
def test_every_label_stands_at_its_column_below_a_straight_link(labels: dict[int, str]) -> None:
    drawn = rows(list(labels.items()))
    for column, text in labels.items():
        row = next(at for at, line in enumerate(drawn) if line[column:].startswith(text))
        assert all(line[column] == LINK for line in drawn[:row])
        assert drawn[row][column + len(text) :][:1] in ("", " ")
        assert column == 0 or drawn[row][column - 1] in (" ", LINK)


@given(places)
def test_no_row_could_be_spared_for_the_rightmost(labels: dict[int, str]) -> None:
    drawn = rows(list(labels.items()))
    assert len(drawn) <= len(labels)
    if labels:
        last = max(labels)
        assert drawn[0][last:] == labels[last]
