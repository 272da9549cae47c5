"""Duties and deadlines that do not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.deadlines import AWAITED, deadlines
from policy.lang.words import DUTIES
from tests.engines.lints.looking import draft, look, rule, told
from tests.lang import trees

LONG = "has(track.seconds) && track.seconds > 60"
USE = "      use: {type: Release, optional: true, doc: A use by AI.}\n"
WITH_USES = trees.FACTS.replace("      came_at:", f"{USE}      came_at:")


@pytest.mark.parametrize(
    ("duty", "missing"),
    [
        ("do: request_disclosure, of: deliverer", True),
        ("do: notify, of: rights_holders", True),
        ("do: request_disclosure, of: deliverer, within: P14D", False),
        ("do: hold_payout, of: service", False),
        ("do: request_evidence, of: service", False),
        ("do: exclude_from_training, of: licensee", False),
    ],
)
def test_others_are_told_until_when(tmp_path: Path, duty: str, missing: bool) -> None:
    version = draft(rule("one", LONG, "review", f"obligations: [{{{duty}}}]"))
    codes = [text.partition(":")[0] for text in told(deadlines, look(tmp_path, version))]
    assert codes == ["missing-deadline"] * missing


def test_duties_that_wait_are_duties() -> None:
    assert set(DUTIES) >= AWAITED


@pytest.mark.parametrize(("when", "nobody"), [(LONG, True), (f"{LONG} && has(track.use)", False)])
def test_a_deadline_of_a_licensee_needs_a_use(tmp_path: Path, when: str, nobody: bool) -> None:
    duty = "obligations: [{do: stop_use, of: licensee, within: P7D}]"
    at = look(tmp_path, draft(rule("one", when, "review", duty)), facts=WITH_USES)
    found = list(deadlines(at))
    assert [each.code for each in found] == ["deadline-without-party"] * nobody
    assert all("the rule matches with `track.seconds: 61`" in each.help for each in found)


def test_without_uses_among_the_facts_nothing_is_asked(tmp_path: Path) -> None:
    duty = "obligations: [{do: stop_use, of: licensee, within: P7D}]"
    assert told(deadlines, look(tmp_path, draft(rule("one", LONG, "review", duty)))) == []
