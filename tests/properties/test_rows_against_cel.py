"""The row engine and Google's CEL give the same answer to the same condition about the same facts.

`STAVE_DIFFERENTIAL=100000` tries that many; by default some are tried. All ways through the engine
are compared: generated code on structs and on dicts, the traced function, careful evaluation, and
what the traces say.

What is left out because Google's implementation departs from the specification: durations beyond
292 years (it clamps sums), instants finer than a nanosecond (it keeps quarters), the sign of NaN
as text, and `substring` up to a place (it refuses the end of the text itself).
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import msgspec
from google.protobuf import duration_pb2, timestamp_pb2
from hypothesis import HealthCheck, Phase, given, note, settings

from policy.engines import rows
from policy.lang.expressions import Environment, Placed
from policy.lang.plan import Plan, VariablePlan
from policy.lang.tree import Node
from tests.engines.making import NOW, rule_plan, schema
from tests.properties.conditions import Rules, conditions, rules
from tests.properties.drawn_facts import PARAMETERS, documents, parameters

EXAMPLES = int(os.environ.get("STAVE_DIFFERENTIAL", "2000"))
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


def _truths(evaluation: rows.Evaluation, count: int) -> list[bool | None]:
    """Of each rule: true, false, or None for an error."""
    lost = dict(evaluation.indeterminate)
    for index, message in lost.items():
        note(f"rows: rule {index}: {message}")
    return [None if index in lost else index in evaluation.matched for index in range(count)]


def _answers(
    plan: Plan, document: dict[str, Any], values: dict[str, Any]
) -> dict[str, list[bool | None]]:
    """What each way through the engine makes of the rules."""
    program = rows.load([plan], _SCHEMA, "track")
    ruleset, count = program.rulesets[0], len(plan.rules)
    numbers, now = ruleset.parameters(values), rows.instant(NOW)
    struct = program.decode(msgspec.json.encode(document))
    odd = program.decode(msgspec.json.encode({**document, "unknown": ["track.nothing"]}))
    traced, careful = ruleset.trace(struct, numbers, now), ruleset.trace(odd, numbers, now)

    def told(trace: rows.Traced) -> list[bool | None]:
        kept = msgspec.json.decode(msgspec.json.encode(trace.values))
        found = [rows.explain(ruleset.template, kept, index) for index in range(count)]
        return [_TRUTHS[each.truth] for each in found]

    return {
        "struct": _truths(ruleset.evaluate(struct, numbers, now), count),
        "dict": _truths(ruleset.evaluate(program.view(document), numbers, now), count),
        "traced": _truths(traced.evaluation, count),
        "explained": told(traced),
        "careful": _truths(careful.evaluation, count),
        "careful, explained": told(careful),
    }


_TRUTHS = {"true": True, "false": False, "error": None}


_settings = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def _compiled(environment: Environment, text: str) -> Node:
    tree, found = environment.compile(Placed.alone(text))
    assert tree is not None, (text, found)
    return tree


@settings(_settings, max_examples=EXAMPLES)
@given(text=conditions(_SCHEMA), document=documents(_SCHEMA), values=parameters())
def test_the_row_engine_agrees_with_cel(
    text: str, document: dict[str, Any], values: dict[str, Any]
) -> None:
    plan = rule_plan(_compiled(_ENVIRONMENT, text))
    expected = [_expected(text, document, values)]
    found = _answers(plan, document, values)
    assert found == dict.fromkeys(found, expected), text


@settings(_settings, max_examples=EXAMPLES // 5)
@given(made=rules(_SCHEMA), document=documents(_SCHEMA), values=parameters())
def test_variables_mean_their_text(
    made: Rules, document: dict[str, Any], values: dict[str, Any]
) -> None:
    environment = _ENVIRONMENT
    variables: list[VariablePlan] = []
    for name, kind, text in made.variables:
        tree = _compiled(environment, text)
        variables.append(VariablePlan(name=name, tree=tree, span=tree.span))
        environment = environment.with_variable(name, kind, tree)
    trees = [_compiled(environment, text) for text in made.conditions]
    plan = rule_plan(*trees, variables=tuple(variables))
    expected = [_expected(made.inlined(text), document, values) for text in made.conditions]
    found = _answers(plan, document, values)
    assert found == dict.fromkeys(found, expected), made


def test_the_clock_of_this_test_is_that_of_the_plans() -> None:
    assert datetime(2026, 9, 1, 12, tzinfo=UTC) == NOW
