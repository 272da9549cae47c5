"""Rules with different effects that match the same facts."""

from __future__ import annotations

from pathlib import Path

from policy.engines.lints.overlapping import overlapping_rules
from tests.engines.lints.looking import BEGUN, draft, look, rule, told

TABLE = f"{BEGUN}combine: first_match\n"
LONG = "has(track.seconds) && track.seconds > 60"
LONGER = "has(track.seconds) && track.seconds > 90"
SAID = 'track.ai.declared == "all"'
DUTY = "obligations: [{do: hold_payout, of: service}]"
IDLE = "overlapping-rules: `longer` changes nothing: `long` is stricter"


def test_a_milder_rule_within_a_stricter_one_is_idle(tmp_path: Path) -> None:
    rules = (rule("longer", LONGER, "limit"), rule("long", LONG, "block"))
    assert told(overlapping_rules, look(tmp_path, draft(*rules))) == [IDLE]


def test_it_is_not_where_it_asks_for_more_or_matches_more(tmp_path: Path) -> None:
    strict = rule("long", LONG, "block")
    for mild in (rule("mild", LONGER, "limit", DUTY), rule("mild", f"{LONG} || {SAID}", "limit")):
        assert told(overlapping_rules, look(tmp_path, draft(mild, strict))) == []


def test_it_is_not_where_the_stricter_speaks_in_some_places(tmp_path: Path) -> None:
    strict = rule("long", LONG, "block", "territories: '[\"DE\"]'")
    at = look(tmp_path, draft(rule("longer", LONGER, "limit"), strict))
    assert told(overlapping_rules, at) == []


def test_the_order_of_a_table_decides_where_neither_is_the_exception(tmp_path: Path) -> None:
    rules = (
        rule("long", LONG, "limit"),
        rule("said", SAID, "block"),
        rule("rest", "true", "allow"),
    )
    (found,) = overlapping_rules(look(tmp_path, draft(*rules, head=TABLE)))
    assert found.message == "the order of `long` and `said` decides"
    assert "both match with `track.seconds: 61`, `track.ai.declared: all`" in found.help


def test_an_exception_above_the_general_rule_is_meant(tmp_path: Path) -> None:
    rules = (rule("longer", LONGER, "limit"), rule("long", LONG, "block"))
    assert told(overlapping_rules, look(tmp_path, draft(*rules, head=TABLE))) == []
