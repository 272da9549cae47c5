"""What the solver says of random conditions, held against the row engine.

`STAVE_DIFFERENTIAL=100000` tries that many; by default some are tried.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from policy.engines.solver import Found, Impossible, Setting, Start, witness
from policy.engines.solver.judge import Judge
from policy.lang.expressions import Environment, Placed
from policy.lang.plan import Parameter, ParameterValue
from policy.lang.tree import Node
from tests.engines.making import rule_plan, schema
from tests.engines.solver.asking import BEGUN
from tests.properties.conditions import conditions
from tests.properties.drawn_facts import PARAMETERS, documents, parameters

EXAMPLES = int(os.environ.get("STAVE_DIFFERENTIAL", "400"))
AS_OF = "2026-09-01T12:00:00Z"
_SCHEMA = schema()
_ENVIRONMENT = Environment(_SCHEMA, "track", PARAMETERS, {})
_settings = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    max_examples=EXAMPLES,
)


def _compiled(text: str) -> Node:
    tree, found = _ENVIRONMENT.compile(Placed.alone(text))
    assert tree is not None, (text, found)
    return tree


def _setting(values: dict[str, Any]) -> Setting:
    made = tuple(
        Parameter(
            name=name,
            type=kind,
            doc="",
            values=(
                ParameterValue(
                    valid_from=BEGUN,
                    value=tuple(values[name]) if kind == "list(string)" else values[name],
                ),
            ),
        )
        for name, kind in PARAMETERS.items()
    )
    return Setting(rule_plan(), _SCHEMA, made)


@_settings
@given(
    text=conditions(_SCHEMA),
    facts=st.lists(documents(_SCHEMA), min_size=1, max_size=4),
    values=parameters(),
    negated=st.booleans(),
)
def test_answers_agree_with_the_row_engine(
    text: str, facts: list[dict[str, Any]], values: dict[str, Any], negated: bool
) -> None:
    goal, setting = _compiled(f"!({text})" if negated else text), _setting(values)
    judge = Judge(goal, setting)
    answer = witness(goal, setting, as_of=AS_OF, work=4000)
    note(str(answer))
    if isinstance(answer, Found):
        assert judge.holds(msgspec.json.decode(msgspec.json.encode(answer.document)), AS_OF)
    elif isinstance(answer, Impossible):
        assert not any(judge.holds(each, AS_OF) for each in facts), text
    starts = [Start(each, AS_OF) for each in facts]
    started = witness(goal, setting, starts=starts, as_of=AS_OF, work=4000)
    if any(judge.holds(each, AS_OF) for each in facts):
        assert isinstance(started, Found), text
    assert not (isinstance(started, Found) and isinstance(answer, Impossible)), text
