"""Functions of texts in rules: every way through the engine, with and without the facts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from policy.engines import rows
from tests.engines.making import NOW, document, loaded, plan

_NOW = rows.instant(NOW)

CONDITIONS = {
    "lowerAscii": 'track.title.lowerAscii() == "blue hour"',
    "upperAscii": 'track.title.upperAscii() == "BLUE HOUR"',
    "trim": 'track.title.trim() == "Blue Hour"',
    "reverse": 'track.title.reverse() == "ruoH eulB"',
    "replace": 'track.title.replace("Hour", "Day") == "Blue Day"',
    "replace, first": 'track.title.replace("u", "o", 1) == "Bloe Hour"',
    "split": 'track.title.split(" ") == ["Blue", "Hour"]',
    "split, first": 'track.title.split("", 2)[1] == "lue Hour"',
    "join": 'track.contributors.map(c, c.role).join("+") == "Composer+LeadVocalist"',
    "charAt": 'track.title.charAt(8) == "r"',
    "indexOf": 'track.title.indexOf("u") == 2',
    "indexOf, from": 'track.title.indexOf("u", 3) == 7',
    "lastIndexOf": 'track.title.lastIndexOf("u") == 7',
    "lastIndexOf, from": 'track.title.lastIndexOf("u", 6) == 2',
    "substring": 'track.title.substring(5) == "Hour"',
    "substring, to": 'track.title.substring(0, 4) == "Blue"',
    "format": '"%s!".format([track.title]) == "Blue Hour!"',
    "strings.quote": "strings.quote(track.title).size() == 11",
}
_UNKNOWN = ["track.title", "track.contributors.role"]


def _evaluated(condition: str, facts: dict[str, Any]) -> rows.Evaluation:
    program = loaded(plan([condition]))
    numbers, ruleset = program.parameters({})["trial"], program.rulesets[0]
    found = ruleset.evaluate(program.decode(msgspec.json.encode(facts)), numbers, _NOW)
    assert found == ruleset.evaluate(program.view(facts), numbers, _NOW)
    assert found == ruleset.trace(program.view(facts), numbers, _NOW).evaluation
    return found


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_function_is_computed(name: str) -> None:
    assert _evaluated(CONDITIONS[name], document()) == rows.Evaluation((0,))
    assert _evaluated(f"!({CONDITIONS[name]})", document()) == rows.Evaluation(())


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_function_takes_an_unknown_fact_for_a_text(name: str) -> None:
    found = _evaluated(CONDITIONS[name], {**document(), "unknown": _UNKNOWN})
    assert found.matched == ()
    assert [index for index, _ in found.indeterminate] == [0]
    assert all(message.endswith("is unknown") for _, message in found.indeterminate)


def test_a_place_outside_a_text_is_told() -> None:
    found = _evaluated('track.title.charAt(10) == "x"', document())
    assert found == rows.Evaluation((), ((0, "index out of range: 10"),))
    found = _evaluated('track.title.substring(3, 2) == "x"', document())
    assert found == rows.Evaluation((), ((0, "invalid substring range. start: 3, end: 2"),))


def test_the_trace_keeps_what_functions_gave() -> None:
    program = loaded(plan(['track.title.split(" ")[0].upperAscii() == "RED"']))
    numbers, ruleset = program.parameters({})["trial"], program.rulesets[0]
    traced = ruleset.trace(program.view(document()), numbers, _NOW)
    told = rows.explain(ruleset.template, traced.values, 0)
    assert [seen.value for seen in told.seen] == ["BLUE", "Blue", "Blue Hour"]
