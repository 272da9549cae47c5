"""The code that is generated: what it may contain, what it computes once, where it gives up."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from policy.engines import rows
from policy.engines.rows import fast, traced
from policy.engines.rows.access import DictAccess, StructAccess
from policy.engines.rows.documents import attribute
from policy.engines.rows.program import RulesetProgram
from policy.engines.rows.shared import Shared
from policy.engines.rows.steps import Steps
from policy.lang.plan import Plan
from tests.engines.making import NOW, document, loaded, plan

_NOW = rows.instant(NOW)


def _sources(made: Plan) -> list[str]:
    """All texts that are generated for a plan."""
    ruleset = loaded(made).rulesets[0]
    places = {name: 2 * index for index, name in enumerate(ruleset._types)}
    return [
        fast.source(made, Shared(ruleset._records, places, StructAccess())),
        fast.source(made, Shared(ruleset._records, places, DictAccess())),
        traced.source(made, Steps(made), Shared(ruleset._records, places)),
    ]


def _matched(made: Plan, facts: dict[str, Any]) -> rows.Evaluation:
    program = loaded(made)
    numbers = program.parameters({})["trial"]
    ruleset = program.rulesets[0]
    found = ruleset.evaluate(program.view(facts), numbers, _NOW)
    assert found == ruleset.trace(program.view(facts), numbers, _NOW).evaluation
    return found


def test_no_text_of_the_author_becomes_source() -> None:
    evil = "');__import__('os').system('x')#"
    made = plan(
        [
            f'track.title == "{evil}" || track.title.matches("{evil[3:8]}")',
            f'track.title in ["{evil}", "b", "c", "d"]',
            f'track.title.startsWith("{evil}")',
            f'{{"{evil}": 1}}["{evil}"] == track.deliveries',
        ]
    )
    for text in _sources(made):
        assert "import" not in text
        assert "system" not in text


def test_generated_code_has_no_builtins() -> None:
    ruleset = loaded(plan(["track.deliveries == 2"])).rulesets[0]
    assert ruleset._decide.__globals__["__builtins__"] == {}


@pytest.mark.parametrize("name", ["a b", "a;b", "__class__", "é", "", "1a"])
def test_names_that_are_no_identifiers_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a fact"):
        attribute(name)


def test_a_variable_is_computed_once_and_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(
        ["track.deliveries == 1 && far", "track.deliveries == 2 && far", "!far", "far || !far"],
        variables={"near": "track.contributors.all(c, c.ai != 'all')", "far": "near && near"},
    )
    text = _sources(made)[0]
    assert text.count("for ") == 1  # one loop, in the variable's function
    assert _matched(made, document()).matched == (1, 3)


def test_a_quantifier_that_rules_share_is_written_once() -> None:
    asked = 'track.contributors.exists(c, c.ai == "partly")'
    text = _sources(plan([f"track.deliveries == 2 && {asked}", asked, f"!({asked})"]))[0]
    assert text.count("for ") == 1


def test_a_call_that_rules_share_is_kept_where_it_is_sure() -> None:
    text = _sources(
        plan(["size(track.title) > 3", "track.deliveries == 2 && size(track.title) > 9"])
    )[0]
    assert text.count("len(") == 1
    text = _sources(
        plan(["track.deliveries == 2 && size(track.title) > 3", "size(track.title) > 9"])
    )[0]
    assert text.count("len(") == 2  # the first may not be reached


def test_expensive_parts_come_last() -> None:
    text = _sources(plan(["track.contributors.exists(c, c.ai == 'all') && track.deliveries == 2"]))[
        0
    ]
    assert text.index("deliveries") < text.index("for ")


def test_a_guard_inside_a_quantifier_keeps_its_place() -> None:
    made = plan(
        ["track.contributors.all(c, has(track.isrc) && c.ai != '') && size(track.isrc) == 3"]
    )
    assert _matched(made, document()).matched == ()
    assert _matched(made, document(isrc="ABC")).matched == (0,)


def _nested(depth: int) -> str:
    text = "i0 == 1"
    for level in range(depth):
        text = f"[1, 2].exists(i{level}, {text})" if level == 0 else f"[1].all(i{level}, {text})"
    return text


@pytest.mark.parametrize("depth", [5, 19, 21, 26])
def test_nests_deeper_than_python_takes_are_evaluated_carefully(depth: int) -> None:
    made = plan([_nested(depth), "track.deliveries == 2"])
    assert _matched(made, document()).matched == (0, 1)


def test_long_conjunctions() -> None:
    text = " && ".join(f"track.deliveries != {number}" for number in range(100, 700))
    assert _matched(plan([text]), document()).matched == (0,)


def test_a_program_survives_odd_documents() -> None:
    program = loaded(plan(["track.deliveries == 2"]))
    numbers = program.parameters({})["trial"]
    ruleset: RulesetProgram = program.rulesets[0]
    odd: list[dict[str, Any]] = [
        {},
        {"track": {}},
        {"track": {}, "unknown": ["", "a..b", "track.", "x"]},
    ]
    for facts in odd:
        assert ruleset.evaluate(program.view(facts), numbers, _NOW).indeterminate
    with pytest.raises(rows.DocumentError):
        ruleset.evaluate(program.view({"track": 1}), numbers, _NOW)


def test_the_engine_brings_no_django() -> None:
    code = (
        "import sys, policy.engines.rows, policy.engines.testing; sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
