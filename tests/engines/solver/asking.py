"""Questions to the solver in CEL text over the shipped facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from policy.engines.solver import Answer, Found, Setting, Start, witness
from policy.engines.solver.judge import Judge
from policy.lang.plan import Parameter, ParameterValue, Plan
from policy.lang.tree import Node
from tests.engines.making import plan, schema

SCHEMA = schema()
BEGUN = date(2026, 1, 1)


def parameter(name: str, type_name: str, *values: tuple[str, Any]) -> Parameter:
    """A parameter with values from days on."""
    lines = tuple(ParameterValue(valid_from=date.fromisoformat(d), value=v) for d, v in values)
    return Parameter(name=name, type=type_name, doc="", values=lines)


def setting(
    goal: str,
    *,
    parameters: Sequence[Parameter] = (),
    variables: Mapping[str, str] | None = None,
) -> tuple[Node, Setting]:
    """The tree of a goal and what it is asked within."""
    types = {each.name: each.type for each in parameters}
    made: Plan = plan([goal], parameters=types, variables=variables)
    return made.rules[0].when, Setting(made, SCHEMA, tuple(parameters))


def ask(goal: str, *, starts: Sequence[Start] = (), as_of: str = "", **options: Any) -> Answer:
    """The answer; what was found has been looked at once more."""
    tree, within = setting(goal, **options)
    answer = witness(tree, within, starts=starts, as_of=as_of)
    if isinstance(answer, Found):
        assert Judge(tree, within).holds(answer.document, answer.as_of)
    return answer


def found(goal: str, **options: Any) -> dict[str, Any]:
    """The facts of the track for which a goal holds."""
    answer = ask(goal, **options)
    assert isinstance(answer, Found), answer
    track: dict[str, Any] = answer.document["track"]
    return track
