"""The row engine and Google's CEL give the same answer to the same condition about the same facts.

`STAVE_DIFFERENTIAL=100000` tries that many; by default some are tried. All ways through the engine
are compared: generated code on structs and on dicts, the traced function, careful evaluation, and
what the traces say.

What is left out because Google's implementation departs from the specification: durations beyond
292 years (it clamps sums), instants finer than a nanosecond (it keeps quarters), and the sign of
NaN as text.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from google.protobuf import duration_pb2, timestamp_pb2
from hypothesis import HealthCheck, Phase, given, note, settings

from policy.engines import rows
from policy.lang.expressions import Environment, Placed
from policy.lang.tree import Node
from tests.engines.making import NOW, rule_plan, schema
from tests.properties.conditions import PARAMETERS, conditions, documents, parameters

EXAMPLES = int(os.environ.get("STAVE_DIFFERENTIAL", "1500"))
_SCHEMA = schema()
_ENVIRONMENT = Environment(_SCHEMA, "track", PARAMETERS, {})


def timestamp(text: str) -> timestamp_pb2.Timestamp:
    """An instant as Google's evaluator takes it, to the nanosecond."""
    found = timestamp_pb2.Timestamp()
    found.FromJsonString(text)
    return found


def duration(text: str) -> duration_pb2.Duration:
    """A length of time as Google's evaluator takes it."""
    found = duration_pb2.Duration()
    found.FromJsonString(text)
    return found


_CEL_TYPES = {"timestamp": timestamp, "duration": duration}


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one way through the engine: true, false, or None for an error."""

    way: str
    truth: bool | None


def _expected(text: str, document: dict[str, Any], numbers: dict[str, Any]) -> bool | None:
    data: dict[str, Any] = {
        "track": _ENVIRONMENT.descriptors.to_message("Track", document["track"]),
        "now": timestamp("2026-09-01T12:00:00Z"),
    }
    for name, value in numbers.items():
        convert = _CEL_TYPES.get(PARAMETERS[name])
        data[f"params.{name}"] = convert(value) if convert else value
    try:
        found = _ENVIRONMENT.evaluate(text, data)
    except RuntimeError as error:
        note(f"CEL: {error}")
        return None
    assert isinstance(found, bool)
    return found


def _truth(evaluation: rows.Evaluation) -> bool | None:
    if evaluation.indeterminate:
        note(f"rows: {evaluation.indeterminate[0][1]}")
        return None
    return bool(evaluation.matched)


def _answers(tree: Node, document: dict[str, Any], values: dict[str, Any]) -> list[Answers]:
    program = rows.load([rule_plan(tree)], _SCHEMA, "track")
    ruleset = program.rulesets[0]
    numbers, now = ruleset.parameters(values), rows.instant(NOW)
    struct = program.decode(msgspec.json.encode(document))
    odd = program.decode(msgspec.json.encode({**document, "unknown": ["track.nothing"]}))
    traced = ruleset.trace(struct, numbers, now)
    told = rows.explain(
        ruleset.template, msgspec.json.decode(msgspec.json.encode(traced.values)), 0
    )
    careful = ruleset.trace(odd, numbers, now)
    retold = rows.explain(ruleset.template, careful.values, 0)
    return [
        Answers("struct", _truth(ruleset.evaluate(struct, numbers, now))),
        Answers("dict", _truth(ruleset.evaluate(program.view(document), numbers, now))),
        Answers("traced", _truth(traced.evaluation)),
        Answers("explained", _TRUTHS[told.truth]),
        Answers("careful", _truth(careful.evaluation)),
        Answers("careful, explained", _TRUTHS[retold.truth]),
    ]


_TRUTHS = {"true": True, "false": False, "error": None}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(text=conditions(_SCHEMA), document=documents(_SCHEMA), values=parameters())
def test_the_row_engine_agrees_with_cel(
    text: str, document: dict[str, Any], values: dict[str, Any]
) -> None:
    tree, found = _ENVIRONMENT.compile(Placed.alone(text))
    if tree is None:
        note("\n".join(map(str, found)))
        raise AssertionError(text)
    expected = _expected(text, document, values)
    wrong = [each for each in _answers(tree, document, values) if each.truth != expected]
    assert not wrong, (text, expected)


def test_the_clock_of_this_test_is_that_of_the_plans() -> None:
    assert datetime(2026, 9, 1, 12, tzinfo=UTC) == NOW
