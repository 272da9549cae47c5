"""`python -m policy.engines lint` and `manage.py ruleset_lint`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from policy.engines.__main__ import main
from tests.engines.lints.looking import draft, rule
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

RULESETS = Path(__file__).parents[3] / "rulesets"
LONG = "has(track.seconds) && track.seconds > 60"
DOUBTFUL = draft(
    rule("never", f"{LONG} && track.seconds < 60"),
    rule("mild", f"{LONG} && track.seconds > 90", "limit"),
    rule("long", LONG, "withhold", "obligations: [{do: request_evidence, of: deliverer}]"),
    rule("said", 'track.ai.declared == "all" && track.ai.declared != "none"', "block").replace(
        "    references: [{title: House decision}]\n", ""
    ),
    rule("bare", "!has(track.isrc)").replace("About {track.title}.", "No code."),
    head="effective: {from: 2026-08-02, until: 2026-09-01}\n",
)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    trees.write(
        tmp_path / "rules", {"labelling/draft.yaml": DOUBTFUL, "labelling/tests.yaml": None}
    )
    with chdir(tmp_path):
        yield Path("rules")


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output, complaints."""
    out, err = StringIO(), StringIO()
    code = main(["lint", *map(str, arguments)], out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_doubts_are_told_with_their_place_and_a_way_out(tree: Path, golden: CheckGolden) -> None:
    code, out, err = run(tree, "--today", "2026-10-01")
    assert (code, err) == (0, "")
    golden("engines/lints.txt", out)


def test_strict_turns_doubts_into_a_failure(tree: Path) -> None:
    assert run(tree, "--strict")[0] == 1
    assert run(tree, "--strict", "--ruleset", "labelling")[0] == 1


def test_json_has_the_same_doubts(tree: Path) -> None:
    code, out, _ = run(tree / "labelling", "--json", "--today", "2026-08-15")
    codes = {each["code"] for each in json.loads(out)}
    assert code == 0
    assert codes >= {"unreachable-rule", "overlapping-rules", "missing-reference", "bare-reason"}
    assert "expired-rules" not in codes


@pytest.mark.parametrize(
    "arguments", [("nowhere",), ("rules", "--ruleset", "labeling"), ("rules", "--today", "soon")]
)
def test_wrong_usage_ends_with_2(tree: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


def test_mistakes_come_before_doubts(tree: Path) -> None:
    (tree / "labelling" / "draft.yaml").write_text(DOUBTFUL.replace("track.isrc", "track.isr"))
    code, out, _ = run(tree)
    assert code == 1
    assert "error[unknown-fact]" in out


def test_the_shipped_rulesets_and_presets_leave_no_doubts() -> None:
    code, out, _ = run(RULESETS, "--strict", "--today", "2026-10-01")
    assert (code, out) == (0, "12 rulesets looked at, no doubts\n")


def test_manage_py_has_the_same(tree: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("ruleset_lint", str(tree), "--strict", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    assert "warning[unreachable-rule]" in out.getvalue()
