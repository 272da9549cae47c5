"""Tests of rulesets: how they are read, judged and reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.testing import Bench
from policy.lang.cases import Case, load_tests
from policy.lang.diagnostics import render_all
from policy.lang.source import Source
from policy.lang.testing import TestReport, render_report, run_tests
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

PATH = "rulesets/labelling/tests.yaml"
RULES = ("declared-none-but-detected", "label-ai")


def cases(text: str) -> tuple[Case, ...]:
    found_cases, found = load_tests(
        Source(PATH, text), trees.schema(), subject="track", rules=RULES
    )
    assert found == ()
    return found_cases


def report(root: Path, text: str, **files: str) -> TestReport:
    tree = trees.compiled(root, {"labelling/tests.yaml": text})
    (ruleset,) = tree.rulesets
    assert tree.schema is not None
    assert tree.diagnostics == ()
    plan = ruleset.plans[ruleset.current]
    evaluate = Bench(tree.schema, ruleset.parameters, tree.sources).evaluate
    return run_tests(plan, "rulesets/labelling/draft.yaml", ruleset.cases, evaluate)


def test_facts_that_are_not_said_are_neutral() -> None:
    (case,) = cases("""\
as_of: 2026-10-01
cases:
  - name: Nothing
    expect: {outcome: allow}
""")
    assert case.as_of == "2026-10-01T00:00:00Z"
    assert case.document == {
        "track": {
            "title": "",
            "came_at": "2026-10-01T00:00:00Z",
            "ai": {"declared": "undeclared"},
            "contributors": [],
            "genres": [],
        }
    }


def test_facts_are_said_by_path_or_by_record() -> None:
    (case,) = cases("""\
as_of: 2026-10-01T12:00:00+02:00
given:
  track: {title: Blue Hour, isrc: SE1, release: {title: Night}}
cases:
  - name: Said
    facts:
      track.isrc: ~
      track.ai: {declared: none}
      track.ai.score: 1
      track.release.tracks: 12
      track.contributors: [{part: mix}, {part: vocals, name: "no"}]
      track.came_at: 2026-09-01
    unknown: [track.ai.score, track.contributors]
    expect: {outcome: allow}
""")
    assert case.document == {
        "track": {
            "title": "Blue Hour",
            "came_at": "2026-09-01T00:00:00Z",
            "ai": {"declared": "none", "score": 1.0},
            "release": {"title": "Night", "tracks": 12},
            "contributors": [{"part": "mix"}, {"part": "vocals", "name": "no"}],
            "genres": [],
        },
        "unknown": ["track.ai.score", "track.contributors"],
    }


def test_a_table_is_a_case_for_each_row() -> None:
    first, second = cases("""\
as_of: 2026-10-01
cases:
  - name: Table
    facts: {track.title: X}
    expect: {errors: [label-ai], rules: []}
    table:
      - [track.ai.declared, as_of, rules]
      - [none, 2026-11-01, declared-none-but-detected]
      - [all, 2026-12-01, [label-ai]]
""")
    assert first.name == "Table [1: none, 2026-11-01, declared-none-but-detected]"
    assert first.document["track"]["ai"]["declared"] == "none"
    assert first.document["track"]["title"] == "X"
    assert first.expect.rules == ("declared-none-but-detected",)
    assert (first.expect.errors, second.expect.errors) == (("label-ai",), ("label-ai",))
    assert second.as_of == "2026-12-01T00:00:00Z"


def test_all_mistakes_of_a_file_are_told(golden: CheckGolden) -> None:
    text = """\
given:
  title: X
  track.titel: X
  track.title: ~
  track.ai.declared: maybe
  track.seconds: long
  track.ai.declared.x: 1
cases:
  - name: One
    fact: {track.title: X}
    facts:
      track.ai: {declared: none, scoer: 1}
      track.ai.declared: all
      track.contributors: [{name: X}, mix]
    unknown: [track.ai.nothing]
    as_of: tomorrow
    expect:
      outcome: {DE: review, XX: block, FR: maybe}
      rules: [declared-none]
      obligations: [{do: notify, of: singer, until: x}]
  - name: One
    as_of: 2026-10-01
    facts: {track.release: {title: X}}
    table:
      - [track.title, outcome]
      - [X]
  - as_of: 2026-10-01
    expect: {}
  - name: Empty table
    as_of: 2026-10-01
    table: [[track.title]]
"""
    source = Source(PATH, text)
    _, found = load_tests(source, trees.schema(), subject="track", rules=RULES)
    golden("lang/tests_mistakes.txt", render_all(found, {PATH: source}))


def test_a_fact_without_a_neutral_value_must_be_said() -> None:
    text = """\
as_of: 2026-10-01
cases:
  - name: One
    facts: {track.contributors: [{name: X}, {name: Y}]}
    expect: {outcome: allow}
"""
    _, (found,) = load_tests(Source(PATH, text), trees.schema(), subject="track")
    assert found.message == "the fact `track.contributors.part` has no neutral value"
    assert found.help == "give it: `vocals`, `lyrics` or `mix`"


@pytest.mark.parametrize("text", ["", "[]", "a", "cases: 3", "cases:\n  - 3\n", "cases: [[]]"])
def test_what_is_no_file_of_tests_is_told(text: str) -> None:
    found_cases, found = load_tests(Source(PATH, text), trees.schema(), subject="track")
    assert found_cases == ()
    assert found


def test_the_good_tree_passes(tmp_path: Path, golden: CheckGolden) -> None:
    made = report(tmp_path, trees.TESTS)
    assert made.good
    assert [verdict.status for verdict in made.verdicts] == ["passed"] * 3
    golden("lang/report_good.txt", render_report(made))


FAILING = """\
as_of: 2026-10-01
cases:
  - name: Everything comes out differently
    facts:
      track.ai: {declared: none, score: 0.95}
      track.title: Blue Hour
    expect:
      outcome: block
      rules: [label-ai]
      errors: [label-ai]
      obligations: [{do: notify, of: deliverer, within: P2D}]
      reason: a detector scored 0.5
  - name: In some places
    facts: {track.ai.declared: all}
    expect:
      outcome: {Worldwide: limit, DE: review, US: allow}
      rules: [label-ai]
  - name: A detector that could not be asked
    facts: {track.ai.declared: none}
    unknown: [track.ai.score]
    expect: {rules: []}
  - name: A gap that is known
    facts: {track.ai.declared: none}
    expect: {outcome: review}
    todo: nobody asks for a detector yet
  - name: A gap that is closed
    facts: {track.ai.declared: none}
    expect: {outcome: allow}
    todo: nobody asks for a detector yet
"""


def test_a_report_says_what_came_out_differently(tmp_path: Path, golden: CheckGolden) -> None:
    made = report(tmp_path, FAILING)
    assert [verdict.status for verdict in made.verdicts] == [
        "failed",
        "failed",
        "failed",
        "todo",
        "todo_passes",
    ]
    assert not made.good
    golden("lang/report_failing.txt", render_report(made))


def test_a_rule_that_no_case_reaches_is_named(tmp_path: Path) -> None:
    made = report(tmp_path, "as_of: 2026-10-01\ncases: [{name: X, expect: {outcome: allow}}]\n")
    assert [rule.rule for rule in made.coverage.never("matched")] == list(RULES)
    assert made.coverage.never("not_matched") == ()
    outcomes = [(each.effect, each.reach, each.seen) for each in made.coverage.outcomes]
    assert outcomes == [("allow", "everywhere", True), ("review", "everywhere", False)]


def test_an_outcome_that_differs_somewhere_is_not_one_outcome(tmp_path: Path) -> None:
    rule = trees.DRAFT.replace("effect: allow", "effect: limit")
    tree = trees.compiled(tmp_path, {"labelling/draft.yaml": rule})
    (ruleset,) = tree.rulesets
    assert tree.schema is not None
    (case,) = cases("""\
as_of: 2026-10-01
cases:
  - name: One
    facts: {track.ai.declared: all}
    expect: {outcome: allow}
""")
    evaluate = Bench(tree.schema, ruleset.parameters, tree.sources).evaluate
    made = run_tests(ruleset.plans["draft"], "draft.yaml", [case], evaluate)
    assert made.verdicts[0].problems == (
        "expected one outcome everywhere, but territories differ: DE limit, FR limit",
    )
