"""Rules that can never speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.unreachable import unreachable_rules
from tests.engines.lints.looking import BEGUN, draft, look, rule, told

TABLE = f"{BEGUN}combine: first_match\n"
LONG = "has(track.seconds) && track.seconds > 60"


@pytest.mark.parametrize(
    ("when", "never"),
    [
        ('track.ai.declared == "all" && track.ai.declared == "none"', True),
        ("has(track.seconds) && track.seconds > 5 && track.seconds < 6", True),
        ('size(track.contributors) == 0 && track.contributors.exists(c, c.part == "mix")', True),
        ('track.ai.declared == "all" || track.ai.declared == "none"', False),
        ("has(track.seconds) && track.seconds > 5 && track.seconds < 7", False),
    ],
)
def test_a_rule_that_contradicts_itself(tmp_path: Path, when: str, never: bool) -> None:
    found = told(unreachable_rules, look(tmp_path, draft(rule("one", when))))
    message = "unreachable-rule: no facts make the rule `one` match"
    assert found == [message] * never


def test_a_rule_of_a_table_that_others_cover(tmp_path: Path) -> None:
    whole = [
        rule("long", LONG, "limit"),
        rule("said", 'track.ai.declared == "all"'),
        rule("longer", "has(track.seconds) && track.seconds > 90", "block"),
        rule("rest", "true", "allow"),
    ]
    at = look(tmp_path, draft(*whole, head=TABLE))
    (found,) = unreachable_rules(at)
    assert found.message == "the rule `longer` is never reached"
    assert [each.span.line for each in found.related] == [at.plan.rules[0].span.line]


def test_a_rule_that_several_cover_together(tmp_path: Path) -> None:
    parts = [rule("long", LONG), rule("short", f"!({LONG})")]
    at = look(tmp_path, draft(*parts, rule("mixed", "size(track.genres) > 1"), head=TABLE))
    (found,) = unreachable_rules(at)
    assert (found.message, found.related) == ("the rule `mixed` is never reached", ())


def test_a_rule_above_that_speaks_in_some_places_covers_nothing(tmp_path: Path) -> None:
    above = rule("long", LONG, "limit", "territories: '[\"DE\"]'")
    at = look(tmp_path, draft(above, rule("longer", f"{LONG} && track.seconds > 90"), head=TABLE))
    assert told(unreachable_rules, at) == []


def test_where_the_strictest_holds_nothing_covers(tmp_path: Path) -> None:
    at = look(tmp_path, draft(rule("long", LONG), rule("again", LONG)))
    assert told(unreachable_rules, at) == []


def test_a_switch_that_is_off_may_be_turned_on(tmp_path: Path) -> None:
    lines = "values: [{from: 2026-01-01, value: false, reference: {title: Ours}}]"
    parameters = f"parameters:\n  on:\n    type: bool\n    doc: A switch.\n    {lines}\n"
    at = look(tmp_path, draft(rule("one", f"params.on && {LONG}")), parameters=parameters)
    assert told(unreachable_rules, at) == []
