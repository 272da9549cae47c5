"""`python -m policy.engines mutate`: what an author sees of mutants that live on."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from policy.engines.__main__ import main
from tests.engines.mutation import samples
from tests.plugins.goldens import CheckGolden

WEAK = """\
as_of: 2026-10-01
given: {track.title: Blue, track.ai: none}
cases:
  - name: High
    facts: {track.score: 0.95}
    expect: {outcome: review}
  - name: Low
    facts: {track.score: 0.5}
    expect: {outcome: allow}
  - name: A part
    facts: {track.parts: [{ai: true}]}
    expect: {outcome: {DE: limit}}
  - name: Wrong
    expect: {outcome: block}
"""


def run(
    root: Path, *options: str, files: Mapping[str, str | None] | None = None, at: str = ""
) -> tuple[int, str, str]:
    """Exit code, output and errors of a run over the sample, or over one ruleset in it."""
    folder = samples.write(root / "rulesets", files) / at
    out, err = io.StringIO(), io.StringIO()
    code = main(["mutate", str(folder), *options], out=out, err=err)
    return code, out.getvalue().replace(f"{root}/", ""), err.getvalue().replace(f"{root}/", "")


def test_a_report_of_weak_tests(tmp_path: Path, golden: CheckGolden) -> None:
    code, out, err = run(tmp_path, files={"sample/tests.yaml": WEAK})
    golden("engines/mutation_report.txt", out)
    assert code == 0
    assert re.fullmatch(r"42 mutants tried in \d+\.\d s\n", err)


def test_a_report_of_tests_that_notice_everything(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "--fail-under", "100")
    assert code == 0
    assert re.fullmatch(
        r"sample: \d+ mutants on 18 cases: \d+ killed, 0 survived, 0 equivalent; score 100.0 %\n",
        out,
    )


def test_a_low_score_fails_when_asked_to(tmp_path: Path) -> None:
    files = {"sample/tests.yaml": WEAK}
    code, _, err = run(tmp_path, "--fail-under", "90", files=files)
    assert code == 1
    assert re.search(r"^error: sample: .*; score [\d.]+ %; 90 % are demanded$", err, re.MULTILINE)
    assert run(tmp_path, "--fail-under", "10", files=files)[0] == 0


def test_a_quick_run_counts_the_same_and_suggests_nothing(tmp_path: Path) -> None:
    files = {"sample/tests.yaml": WEAK}
    _, thorough, _ = run(tmp_path, files=files)
    _, quick, _ = run(tmp_path, "--quick", files=files)
    assert quick.count(": survived: ") == thorough.count(": survived: ") > 0
    assert "expect:" in thorough
    assert "expect:" not in quick
    assert "`--only sample/scored/" in quick
    least = quick.splitlines()[-1].replace("score at least", "score")
    assert least == thorough.splitlines()[-1]


def test_json_for_programs(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "--json", files={"sample/tests.yaml": WEAK})
    (told,) = json.loads(out)["rulesets"]
    assert code == 0
    assert (told["ruleset"], told["version"], told["cases"]) == ("sample", "draft", 4)
    assert told["failing_cases"] == 1
    assert told["killed"] + told["survived"] + told["equivalent"] == told["mutants"]
    assert told["owners"][0]["owner"] == "scored"
    first = told["survivors"][0]
    assert {"id", "path", "line", "column", "change", "mutator", "suggestion"} <= first.keys()
    assert first["path"].endswith("rulesets/sample/draft.yaml")


def test_fewer_survivors_are_shown_than_there_are(tmp_path: Path) -> None:
    files = {"sample/tests.yaml": WEAK}
    _, out, _ = run(tmp_path, "--survivors", "2", files=files)
    assert out.count(": survived: ") == 2
    assert re.search(r"^and \d+ more: `--survivors \d+` shows them all$", out, re.MULTILINE)
    _, none, _ = run(tmp_path, "--survivors", "0", files=files)
    assert ": survived: " not in none
    assert " more: " not in none


def test_one_mutant_can_be_tried_alone(tmp_path: Path) -> None:
    mutant = "sample/scored/effect-1"
    _, out, err = run(tmp_path, "--only", mutant)
    assert (
        out == "sample: 1 mutant on 18 cases: 1 killed, 0 survived, 0 equivalent; score 100.0 %\n"
    )
    assert err.startswith("1 mutant tried")


def test_what_touches_one_rule(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, "--json", "--rule", "made-by-ai", at="sample")
    (told,) = json.loads(out)["rulesets"]
    assert [owner["owner"] for owner in told["owners"]] == ["made-by-ai"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ruleset", "simple"), "error: there is no ruleset `simple`: did you mean `sample`?\n"),
        (("--rule", "score"), "error: there is no rule `score`: did you mean `scored`?\n"),
        (("--only", "sample/x"), "error: there is no mutant `sample/x`\n"),
    ],
)
def test_wrong_choices_are_told(tmp_path: Path, options: tuple[str, str], message: str) -> None:
    assert run(tmp_path, *options) == (2, "", message)


def test_what_is_no_folder_of_rulesets_is_told(tmp_path: Path) -> None:
    code, _, err = run(tmp_path, files={"facts.yaml": None})
    assert code == 2
    assert err == "error: rulesets is no folder of rulesets: it has no facts.yaml\n"


def test_rules_with_mistakes_are_not_mutated(tmp_path: Path) -> None:
    rules = samples.RULES.replace("track.ai ==", "track.ai =")
    code, out, _ = run(tmp_path, files={"sample/draft.yaml": rules})
    assert code == 1
    assert "error[syntax]" in out


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    err = Terminal()
    main(["mutate", str(samples.write(tmp_path))], out=io.StringIO(), err=err)
    assert "\rsample: 0 of 42 mutants" in err.getvalue()
