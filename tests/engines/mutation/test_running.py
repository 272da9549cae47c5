"""Which mutants live, which are told to be the same, and whether what is suggested really tells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from policy.engines.mutation.original import Original
from policy.engines.mutation.running import Fate, MutationReport
from policy.engines.mutation.suggested_text import as_yaml
from policy.engines.mutation.trial import Trial
from policy.engines.testing import Bench
from policy.lang.cases import Case, load_tests
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors
from policy.lang.source import Source
from policy.lang.testing import judge
from tests.engines.mutation import samples

SHIPPED = compile_tree(Path(__file__).parents[3] / "rulesets")


def test_tests_that_notice_everything_score_100(tmp_path: Path) -> None:
    report = samples.report(samples.compiled(tmp_path))
    assert samples.ids(report.survivors) == []
    assert report.score.killed > 40
    assert report.score.percent == 100


LESS = {
    "the edge of a threshold": (
        "      - [none, 0.79, 2026-10-01, []]\n",
        ["params.high/parameter-3"],
    ),
    "the last day": (
        "      - [none, 0.9, 2026-12-31, [scored]]\n",
        ["version.effective/effective-3"],
    ),
    "a word": (
        "      - [partly, 0.9, 2026-10-01, []]\n",
        [],
    ),
    "a deadline": (
        "{do: request_disclosure, of: deliverer, within: P14D}",
        ["scored/deadline-1", "scored/deadline-2"],
    ),
    "an unknown fact": (
        "  - name: Unknown parts\n    unknown: [track.parts]\n"
        "    expect: {outcome: allow, errors: made-by-ai}\n",
        ["made-by-ai/on-error-1", "made-by-ai/on-error-2"],
    ),
}
INSTEAD = {"a deadline": "{do: request_disclosure, of: deliverer}"}


@pytest.mark.parametrize("what", LESS)
def test_what_is_not_tested_is_told(tmp_path: Path, what: str) -> None:
    """Take one thing away from tests that notice everything: exactly its mutants live on."""
    text, expected = LESS[what]
    assert text in samples.TESTS
    weaker = samples.TESTS.replace(text, INSTEAD.get(what, ""))
    report = samples.report(samples.compiled(tmp_path, {"sample/tests.yaml": weaker}))
    assert samples.ids(report.survivors) == expected


QUIET = """\
as_of: 2026-10-01
given: {track.title: Blue, track.ai: none}
cases:
  - {name: Quiet, expect: {outcome: allow}}
"""


def test_untested_rules_get_a_case_for_nearly_every_mutant(tmp_path: Path) -> None:
    tree = samples.compiled(tmp_path, {"sample/tests.yaml": QUIET})
    report = samples.report(tree)
    assert len(report.survivors) > 30
    assert [fate.mutant.id for fate in report.survivors if fate.suggestion is None] == []
    _each_tells(report, tree.rulesets[0], tree)


@pytest.mark.parametrize("ruleset", SHIPPED.rulesets, ids=lambda each: each.key)
def test_what_is_suggested_for_the_shipped_rulesets_tells(ruleset: CompiledRuleset) -> None:
    _each_tells(shipped_report(ruleset.key), ruleset, SHIPPED)


@cache
def shipped_report(key: str) -> MutationReport:
    """Mutants of a shipped ruleset."""
    ruleset = next(each for each in SHIPPED.rulesets if each.key == key)
    return samples.report_of(ruleset, SHIPPED)


def _each_tells(report: MutationReport, ruleset: CompiledRuleset, tree: CompiledTree) -> None:
    """Paste each suggestion into a file of tests: it passes, and fails with the mutant."""
    original = report.original
    bench = Bench(original.schema, original.parameters)
    path = next(path for path in tree.sources if path.endswith(f"/{ruleset.key}/tests.yaml"))
    for fate in report.survivors:
        if fate.suggestion is not None:
            case, draft = _pasted(fate, original, tree.sources[path]), fate.mutant.draft
            before = bench.evaluate(original.plan, case)
            after = Bench(original.schema, draft.parameters).evaluate(draft.plan, case)
            assert judge(case, before, original.plan).status == "passed", fate.mutant.id
            assert judge(case, after, draft.plan).status == "failed", fate.mutant.id


def _pasted(fate: Fate, original: Original, tests: Source) -> Case:
    """The suggestion as its text says it, read from the end of the file of tests."""
    made = fate.suggestion
    assert made is not None
    text = as_yaml(made, fate.mutant.draft, original)
    text = f"  - name: The pasted one\n{text}" if made.exists else text
    plan = original.plan
    cases, found = load_tests(
        Source(tests.path, f"{tests.text.rstrip()}\n{text}\n"),
        original.schema,
        subject=plan.subject,
        rules=[rule.id for rule in plan.rules],
        parameters={each.name: each.type for each in original.parameters},
    )
    assert not has_errors(found), (text, found)
    return replace(made.case, expect=cases[-1].expect) if made.exists else cases[-1]


def test_suggestions_are_short(tmp_path: Path) -> None:
    """What the tests give every case is not said again, nor what is neutral."""
    tree = samples.compiled(tmp_path, {"sample/tests.yaml": QUIET})
    fate = next(
        fate
        for fate in samples.report(tree).survivors
        if fate.mutant.id == "sample/variables.doubted/comparison-1"
    )
    assert fate.suggestion is not None
    text = as_yaml(fate.suggestion, fate.mutant.draft, samples.original(tree))
    assert (
        text
        == """\
  - name: "Would notice in variables.doubted: `>=` became `>`"
    as_of: 2026-10-01
    facts:
      track.score: 0.8
    expect: {outcome: review}"""
    )


EQUAL = {
    "by form": (
        "size(track.parts) > 0 && size(track.parts) >= 1",
        "it says the same in other words",
    ),
    "by proof": (
        'track.streams > 5 && track.streams >= 3 && track.ai != "all"',
        "none of the values that matter makes it true",
    ),
}


@pytest.mark.parametrize("how", EQUAL)
def test_mutants_that_mean_the_same_are_found(tmp_path: Path, how: str) -> None:
    when, because = EQUAL[how]
    rules = samples.RULES.replace("track.parts.exists(p, p.ai)", when)
    report = samples.report(samples.compiled(tmp_path, {"sample/draft.yaml": rules}))
    equal = [fate for fate in report.fates if fate.state == "equivalent"]
    told = {(fate.mutant.draft.words, fate.because) for fate in equal}
    assert {
        "by form": ("`>` became `>=`", because),
        "by proof": ("left out `track.streams >= 3`", because),
    }[how] in told


def test_an_answer_that_is_missing_is_not_taken_for_the_same(tmp_path: Path) -> None:
    """Without its guard the item of an empty list has no answer: no facts make the two differ in
    truth, and still they are not equal."""
    when = "size(track.parts) > 0 && track.parts[0].ai"
    files = {
        "sample/draft.yaml": samples.RULES.replace("track.parts.exists(p, p.ai)", when),
        "sample/tests.yaml": QUIET.replace(
            "{name: Quiet,", "{name: Quiet, facts: {track.parts: [{ai: false}]},"
        ),
    }
    report = samples.report(samples.compiled(tmp_path, files))
    unguarded = [f for f in report.fates if f.mutant.draft.words == "`>` became `>=`"]
    assert [(f.mutant.draft.owner, f.state) for f in unguarded] == [("made-by-ai", "survived")]


def test_cases_that_fail_kill_nothing(tmp_path: Path) -> None:
    tests = samples.TESTS.replace("outcome: review\n      rules: [scored]", "outcome: block")
    report = samples.report(samples.compiled(tmp_path, {"sample/tests.yaml": tests}))
    assert report.failing == 1
    assert "High" not in {fate.by for fate in report.fates}
    assert samples.ids(report.survivors) == [
        "scored/duty-1",
        "scored/party-1",
        "scored/deadline-1",
        "scored/deadline-2",
    ]


def test_a_run_can_be_repeated(tmp_path: Path) -> None:
    tree = samples.compiled(tmp_path)
    first, second = samples.report(tree), samples.report(tree)
    assert [(f.mutant.id, f.state, f.by) for f in first.fates] == [
        (f.mutant.id, f.state, f.by) for f in second.fates
    ]
    ids = samples.ids(first.fates)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("ruleset", SHIPPED.rulesets, ids=lambda each: each.key)
def test_a_rule_by_itself_says_what_it_says_among_the_others(ruleset: CompiledRuleset) -> None:
    original = Original.of(ruleset, SHIPPED)
    assert original is not None
    bench = Bench(original.schema, original.parameters)
    for stage in Trial(original, ruleset.cases).stages:
        expected = bench.evaluate(original.plan, stage.case)
        assert stage.observed.results == expected.results
        assert stage.observed.reasons == expected.reasons
