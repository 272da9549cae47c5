"""`python -m policy.engines test`: what an author sees of tests.yaml."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from policy.engines.__main__ import main
from policy.launch.state import ROOT
from tests.plugins.goldens import CheckGolden

FACTS = """\
facts: 1
subjects: {track: Track}
records:
  Track:
    doc: A track.
    fields:
      title: {type: string, doc: Title.}
      score: {type: double, optional: true, doc: Score of a detector.}
      parts: {type: list(Part), doc: Who made it.}
  Part:
    doc: One contribution.
    fields:
      name: {type: string, doc: Who.}
      ai: {type: bool, doc: Whether it was made by AI.}
"""
ABOUT = "key: sample\ntitle: Sample\nowner: Tests\nwhy: To be run.\n"
PARAMETERS = """\
parameters:
  high:
    type: double
    doc: From where on a score is high.
    values:
      - {from: 2026-01-01, value: 0.9, reference: {title: Ours}}
"""
RULES = """\
language: 1
ruleset: sample
subject: track
effective: {from: 2026-01-01}
combine: most_restrictive
rules:
  - id: scored
    title: A high score
    when: |
      has(track.score)
        && track.score >= params.high
    effect: review
    reason: The score of "{track.title}" is high.
  - id: made-by-ai
    title: A part made by AI
    when: |
      track.parts.exists(p, p.ai && p.name != "")
    effect: limit
    reason: Someone is AI.
    territories: '["DE"]'
"""
GOOD = """\
as_of: 2026-10-01
cases:
  - name: High
    facts: {track.title: Blue, track.score: 0.95}
    expect: {outcome: review, rules: [scored], reason: '"Blue" is high'}
  - name: Quiet
    expect: {outcome: allow, rules: []}
  - name: Only there
    facts:
      track.parts: [{name: A, ai: true}]
    expect: {outcome: {DE: limit, FR: allow}, rules: [made-by-ai]}
  - name: Unknown
    facts: {track.title: Blue}
    unknown: [track.score]
    expect: {outcome: review, errors: [scored], rules: []}
  - name: Before it held
    as_of: 2025-12-31
    facts: {track.score: 0.95}
    expect: {outcome: allow, rules: []}
"""
BAD = """\
as_of: 2026-10-01
cases:
  - name: Not high enough
    facts:
      track.score: 0.5
      track.parts: [{name: "", ai: true}, {name: A, ai: true}]
    expect: {rules: [scored]}
  - name: Later
    todo: parameters are to change
    facts: {track.score: 0.5}
    expect: {outcome: review}
  - name: Done
    todo: nobody looked
    expect: {outcome: allow}
"""


def written(root: Path, tests: str, rules: str = RULES) -> Path:
    """A tree of one ruleset."""
    root.mkdir(exist_ok=True)
    (root / "facts.yaml").write_text(FACTS, encoding="utf-8")
    folder = root / "sample"
    folder.mkdir()
    for name, text in {
        "ruleset": ABOUT,
        "parameters": PARAMETERS,
        "draft": rules,
        "tests": tests,
    }.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def _run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(arguments, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def _steady(text: str) -> str:
    """A report without the seconds that it took."""
    text = re.sub(r"in [\d.]+ s after [\d.]+ s of", "in 0.01 s after 0.20 s of", text)
    return re.sub(r'"seconds": [\d.]+', '"seconds": 0.01', text)


def test_good_cases_pass(tmp_path: Path) -> None:
    code, out, _ = _run("test", str(written(tmp_path, GOOD)))
    assert code == 0, out
    assert "sample: 5 passed" in out
    assert "2 of 2 rules both ways" in out


def test_one_ruleset_of_a_folder(tmp_path: Path) -> None:
    code, out, _ = _run("test", str(written(tmp_path, GOOD) / "sample"))
    assert (code, "sample: 5 passed" in out) == (0, True)


def test_a_failing_case_shows_each_part_with_its_values(
    tmp_path: Path, golden: CheckGolden
) -> None:
    code, out, _ = _run("test", str(written(tmp_path, BAD)))
    assert code == 1
    golden("engines/failing_tests.txt", _steady(out.replace(tmp_path.as_posix(), "rulesets")))


def test_a_report_for_programs(tmp_path: Path, golden: CheckGolden) -> None:
    code, out, _ = _run("test", str(written(tmp_path, BAD)), "--format", "json", "--coverage")
    assert code == 1
    assert json.loads(out)["rulesets"][0]["conditions"]["atoms"] == 5
    golden("engines/tests.json", _steady(out.replace(tmp_path.as_posix(), "rulesets")))


def test_only_some_cases_run(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    code, out, _ = _run("test", str(tmp_path), "--case", "HIGH", "--ruleset", "sample")
    assert (code, out.splitlines()[0]) == (0, "sample: 1 passed")
    assert "1 case, all fine" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--case", "nowhere"], "error: no case has `nowhere` in its name\n"),
        (["--ruleset", "sampel"], "error: there is no ruleset `sampel`: did you mean `sample`?\n"),
    ],
)
def test_what_is_not_there_is_wrong_usage(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert _run("test", str(written(tmp_path, GOOD)), *arguments) == (2, "", told)


def test_a_folder_beside_the_rulesets_is_none(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "notes").mkdir()
    path = tmp_path / "notes"
    told = f"error: {path.as_posix()} is no ruleset: the tree around it has `sample`\n"
    assert _run("test", str(path)) == (2, "", told)


def test_coverage_can_be_demanded(tmp_path: Path) -> None:
    path = str(written(tmp_path, GOOD))
    code, out, err = _run("test", path, "--fail-under-mcdc", "90")
    assert (code, "sample: 5 passed" in out, "MC/DC" in out) == (1, True, False)
    assert err == (
        "error: MC/DC of sample: 2 of 5 feasible atoms (40.0 %); 7 of 10 truths of conditions; "
        "90 % are demanded\n"
    )
    assert _run("test", path, "--fail-under-mcdc", "40")[0] == 0


def test_no_database_is_asked(tmp_path: Path) -> None:
    """The command of manage.py, in a process whose database cannot be reached."""
    written(tmp_path, GOOD)
    command = [sys.executable, "-m", "django", "ruleset_test", str(tmp_path)]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "policy.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
        "STAVE_STATE": str(tmp_path / "state"),
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sample: 5 passed" in done.stdout


def test_the_junit_report_has_every_case(tmp_path: Path) -> None:
    target = tmp_path / "report.xml"
    code, _, _ = _run("test", str(written(tmp_path, BAD)), "--junit", str(target))
    suite = ElementTree.parse(target).getroot()[0]
    assert code == 1
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "3",
        "failures": "2",
        "skipped": "1",
    }
    assert [[child.tag for child in case] for case in suite] == [
        ["failure"],
        ["skipped"],
        ["failure"],
    ]
    assert "0.5" in (suite[0][0].text or "")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "report.xml"
    code, _, err = _run("test", str(written(tmp_path, GOOD)), "--junit", str(target))
    assert (code, err.startswith("error: cannot write ")) == (2, True)


def test_mistakes_are_told_before_any_test_runs(tmp_path: Path) -> None:
    code, out, _ = _run("test", str(written(tmp_path, GOOD, RULES.replace("p.ai", "p.ia"))))
    assert code == 1
    assert "error[unknown-fact]" in out
    assert "passed" not in out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("test",),
        ("walk", "."),
        ("test", "/no/such/folder"),
        ("test", ".", "--fail-under-mcdc", "101"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = _run(*arguments)
    assert code == 2
    assert "error" in err + capsys.readouterr().err
