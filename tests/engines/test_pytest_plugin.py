"""Cases of tests.yaml as tests of pytest: their names, their choice, what a failing one shows."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from policy.lang.compiler import compile_tree
from policy.launch.state import ROOT
from tests.engines.test_running_tests import BAD, GOOD, RULES, written

PLUGIN = "policy.engines.pytest_plugin"


def run(root: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest in a folder of its own, which knows nothing but the plugin."""
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider --strict-markers\n")
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:django", "-q", *arguments]
    done = subprocess.run(
        command,
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_case_has_its_name(tmp_path: Path) -> None:
    written(tmp_path / "rulesets", GOOD)
    code, out = run(tmp_path, "--collect-only")
    assert code == 0, out
    assert out.splitlines()[:2] == [
        "rulesets/sample/tests.yaml::High",
        "rulesets/sample/tests.yaml::Quiet",
    ]


@pytest.mark.parametrize(
    "arguments",
    [["rulesets/sample/tests.yaml::Only there"], ["-k", "only and sample"], ["-k", "there"]],
)
def test_one_can_be_chosen(tmp_path: Path, arguments: list[str]) -> None:
    written(tmp_path / "rulesets", GOOD)
    code, out = run(tmp_path, *arguments)
    assert (code, "1 passed" in out) == (0, True), out


def test_a_row_of_a_table_can_be_chosen(tmp_path: Path) -> None:
    rows = "    table: [[track.title, outcome], [A, allow], [B, allow]]\n"
    written(tmp_path / "rulesets", f"as_of: 2026-10-01\ncases:\n  - name: Rows\n{rows}")
    code, out = run(tmp_path, "rulesets/sample/tests.yaml::Rows [2: B, allow]")
    assert (code, "1 passed" in out) == (0, True), out


def test_a_failing_case_shows_its_condition(tmp_path: Path) -> None:
    written(tmp_path / "rulesets", BAD)
    code, out = run(tmp_path)
    assert code == 1
    assert "2 failed, 1 xfailed" in out
    assert "rulesets/sample/tests.yaml:3:11: Not high enough" in out
    assert "       |      0.5         |  0.9" in out
    assert "the case passes now: take its `todo` (nobody looked) away" in out
    assert "Traceback" not in out


def test_mistakes_of_a_ruleset_are_told_and_nothing_of_it_runs(tmp_path: Path) -> None:
    written(tmp_path / "rulesets", GOOD, RULES.replace("p.ai", "p.ia"))
    code, out = run(tmp_path)
    assert code == 2
    assert "rulesets/sample/draft.yaml:17:31: error[unknown-fact]" in out
    assert "Traceback" not in out


def test_presets_read_the_facts_above_them(tmp_path: Path) -> None:
    written(tmp_path / "rulesets", GOOD)
    (tmp_path / "rulesets" / "presets").mkdir()
    written(tmp_path / "rulesets" / "presets" / "strict", GOOD)
    (tmp_path / "rulesets" / "presets" / "strict" / "facts.yaml").unlink()
    code, out = run(tmp_path, "rulesets/presets")
    assert (code, "5 passed" in out) == (0, True), out


def test_the_shipped_cases_are_collected_where_the_repository_runs_its_tests() -> None:
    files = ["rulesets/compensation/tests.yaml", "rulesets/presets/deezer/duplicates/tests.yaml"]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = Counter(line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line)
    for file in files:
        key = Path(file).parent.name
        tree = compile_tree((ROOT / file).parents[1])
        assert found[file] == len(next(r for r in tree.rulesets if r.key == key).cases) > 0


def test_other_files_of_that_name_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text("a: b\n")
    assert run(tmp_path)[0] == 5
