"""Named fixtures, parameters of a case, and what more a case can expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.lang.cases import Case, load_tests
from policy.lang.diagnostics import Diagnostic, render_all
from policy.lang.expectations import ExpectedDuty
from policy.lang.source import Source
from policy.lang.testing import TestReport
from tests.lang import trees
from tests.lang.test_testing import report
from tests.plugins.goldens import CheckGolden

PATH = "rulesets/labelling/tests.yaml"
RULES = ("declared-none-but-detected", "label-ai")


def read(text: str) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    return load_tests(
        Source(PATH, text),
        trees.schema(),
        subject="track",
        rules=RULES,
        parameters={"detector_high": "double", "places": "list(string)"},
    )


def cases(text: str) -> tuple[Case, ...]:
    found, diagnostics = read(text)
    assert diagnostics == ()
    return found


FIXTURES = """\
as_of: 2026-10-01
given: {track.title: Given, track.genres: [pop]}
fixtures:
  free: {track.ai.declared: none, track.title: Free}
  doubted: {on: free, track.ai.score: 0.95}
  short: {track: {seconds: 20, title: Short}}
  all_of_it: {on: [doubted, short], track.isrc: SE1}
cases:
  - {name: One, fixture: doubted, expect: {outcome: allow}}
  - {name: Several, fixture: [short, free], facts: {track.seconds: 21}, expect: {outcome: allow}}
  - {name: Built, fixture: all_of_it, facts: {track.isrc: ~}, expect: {outcome: allow}}
  - name: Rows
    fixture: free
    facts: {track.title: Case}
    table:
      - [fixture, track.title, outcome]
      - [short, Row, allow]
      - [[doubted, short], Row, allow]
"""


def test_facts_are_laid_over_fixtures_and_fixtures_over_what_is_given() -> None:
    tracks = [case.document["track"] for case in cases(FIXTURES)]
    shown = [
        (track["title"], track["ai"], track.get("seconds"), track.get("isrc")) for track in tracks
    ]
    free, doubted = {"declared": "none"}, {"declared": "none", "score": 0.95}
    assert shown == [
        ("Free", doubted, None, None),
        ("Free", free, 21, None),
        ("Short", doubted, 20, None),
        ("Row", free, 20, None),
        ("Row", doubted, 20, None),
    ]
    assert all(track["genres"] == ["pop"] for track in tracks)


def test_a_case_knows_what_its_file_gives() -> None:
    (first, *_) = cases(FIXTURES)
    assert first.given == {"track": {"title": "Given", "genres": ["pop"]}}


def test_parameters_and_expectations_of_cases_and_rows() -> None:
    found = cases("""\
as_of: 2026-10-01
cases:
  - name: Table
    parameters: {detector_high: 1, places: [DE, FR]}
    expect:
      not_rules: label-ai
      reasons: {declared-none-but-detected: scored}
      obligations:
        - {do: apply_label, label: ai_generated, note: shown first}
        - {do: notify, of: deliverer, within: P2D, due: 2026-10-03T00:00:00Z}
    table:
      - [params.detector_high, outcome.DE, outcome.FR, track.title]
      - [0.5, review, allow, A]
      - [0.25, block, limit, B]
""")
    first, second = found
    assert first.parameters == (("places", ("DE", "FR")), ("detector_high", 0.5))
    assert dict(second.parameters)["detector_high"] == 0.25
    assert first.expect.outcome == (("DE", "review"), ("FR", "allow"))
    assert not first.expect.everywhere
    assert first.expect.not_rules == ("label-ai",)
    assert first.expect.reasons == (("declared-none-but-detected", "scored"),)
    assert first.expect.obligations == (
        ExpectedDuty("apply_label", details=(("label", "ai_generated"), ("note", "shown first"))),
        ExpectedDuty("notify", "deliverer", "P2D", "2026-10-03T00:00:00Z"),
    )


def test_all_mistakes_are_told(golden: CheckGolden) -> None:
    text = """\
as_of: 2026-10-01
fixtures:
  free: {track.ai.declared: none, track.titel: X}
  Free Song: {track.title: X}
  doubted: {on: fre, track.ai.score: 0.95}
  a: {on: b}
  b: {on: [c, free]}
  c: {on: a, track.title: C}
  left: {on: lefft}
  empty: 3
cases:
  - name: One
    fixture: dobted
    parameters: {detektor_high: 1, detector_high: much}
    expect:
      reasons: {label: X, label-ai: ""}
      not_rules: [label-a]
      obligations:
        - {do: apply_label, layer: master}
        - {do: apply_label, label: ai}
        - {do: notify, due: soon}
  - name: Two
    fixture: [a, doubted, {x: y}, Free Song]
    table:
      - [outcome.XX, params.high, fixture, outcome.DE]
      - [allow, 1, free, maybe]
"""
    _, found = read(text)
    golden("lang/fixture_mistakes.txt", render_all(found, {PATH: Source(PATH, text)}))


@pytest.mark.parametrize("text", ["fixtures: 3", "fixtures: []", "fixtures: {a: []}"])
def test_what_are_no_fixtures_is_told(text: str) -> None:
    _, found = read(
        f"as_of: 2026-10-01\n{text}\ncases: [{{name: X, expect: {{outcome: allow}}}}]\n"
    )
    assert "wrong-shape" in [each.code for each in found]


def test_nobody_needs_more_than_two_hundred_fixtures() -> None:
    many = "".join(f"  f{number}: {{track.title: X}}\n" for number in range(201))
    _, (found,) = read(f"as_of: 2026-10-01\nfixtures:\n{many}cases: []\n")
    assert (found.code, found.message) == ("too-many", "there are 201 fixtures")


def test_a_ladder_of_fixtures_is_read_in_no_time() -> None:
    steps = "".join(f"  f{n}: {{on: [f{n - 1}, f{n - 1}]}}\n" for n in range(1, 150))
    text = f"""\
as_of: 2026-10-01
fixtures:
  f0: {{track.title: Ground}}
{steps}cases: [{{name: X, fixture: f149, expect: {{outcome: allow}}}}]
"""
    (case,) = cases(text)
    assert case.document["track"]["title"] == "Ground"


def made(root: Path, *lines: str) -> TestReport:
    text = "as_of: 2026-10-01\ngiven: {track.ai: {declared: none, score: 0.87}}\ncases:\n"
    return report(root, text + "".join(f"  - {line}\n" for line in lines))


def test_a_case_can_have_its_own_number(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        "{name: In force, expect: {rules: [declared-none-but-detected]}}",
        "{name: Higher, parameters: {detector_high: 0.88}, expect: {rules: []}}",
    )
    assert [verdict.status for verdict in found.verdicts] == ["passed", "passed"]


def problems(root: Path, expect: str) -> tuple[str, ...]:
    (verdict,) = made(root, f"{{name: X, expect: {expect}}}").verdicts
    return verdict.problems


DUTY = "request_disclosure of deliverer within P14D due 2026-10-15T00:00:00Z"
SAID = '"" was delivered as free of AI; a detector scored 0.87.'


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{obligations: [{do: request_disclosure, due: 2026-10-15}]}", ()),
        (
            "{obligations: [{do: request_disclosure, due: 2026-10-16}]}",
            (
                "expected the obligation `request_disclosure due 2026-10-16T00:00:00Z`",
                f"not expected: the obligation `{DUTY}`",
            ),
        ),
        (
            "{obligations: [{do: request_disclosure, field: credits}]}",
            (
                "expected the obligation `request_disclosure, field credits`",
                f"not expected: the obligation `{DUTY}`",
            ),
        ),
        ("{not_rules: [label-ai]}", ()),
        (
            "{not_rules: [declared-none-but-detected]}",
            ("expected that `declared-none-but-detected` does not match",),
        ),
        ("{reasons: {declared-none-but-detected: scored 0.87}}", ()),
        (
            "{reasons: {declared-none-but-detected: scored 0.9}}",
            ("the reason of `declared-none-but-detected` does not contain `scored 0.9`: " + SAID,),
        ),
        (
            "{reasons: {label-ai: AI}}",
            ("`label-ai` gives no reason, since it did not match",),
        ),
    ],
)
def test_what_is_expected_is_compared(tmp_path: Path, expect: str, told: tuple[str, ...]) -> None:
    assert problems(tmp_path, expect) == told
