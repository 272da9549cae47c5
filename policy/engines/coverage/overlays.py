"""Other values of parameters: what a condition that compares a number leaves open to its cases.

A switch such as `params.fully_ai_recommended` has one value at a time, so that no facts show both
sides of a condition on it. A test can: it may set `parameters` of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, islice, product

from policy.engines.coverage.decisions import homes
from policy.engines.solver import Answer, Found, Impossible, Setting, Unproved
from policy.lang.cases import Numbers
from policy.lang.parameters import Value
from policy.lang.plan import Parameter, ParameterValue, Plan
from policy.lang.tree import Call, ListOf, Literal, Node, Param, Variable, walk

MOST = 64
"""Combinations of values that are tried for one condition."""

OTHER = "other"
"""A text that most likely equals none in the rules."""


def solved(
    goal: Node, setting: Setting, ask: Callable[[Setting], Answer]
) -> tuple[Answer, Numbers]:
    """The answer under the numbers in force, else the first found under other values.

    Impossible only where all worth a try have been proved to be.
    """
    first = ask(setting)
    if not isinstance(first, Impossible):
        return first, ()
    tried = overlays(setting.plan, goal)
    unproved = Unproved("too many values of parameters to try") if len(tried) > MOST else None
    for numbers in tried[:MOST]:
        answer = ask(overlaid(setting, numbers))
        if isinstance(answer, Found):
            return answer, numbers
        if isinstance(answer, Unproved):
            unproved = unproved or answer
    return unproved or first, ()


def overlaid(setting: Setting, numbers: Numbers) -> Setting:
    """The setting with other values of some parameters, which hold on every day."""
    values = dict(numbers)
    changed = [
        _fixed(each, values[each.name]) if each.name in values else each
        for each in setting.parameters
    ]
    return replace(setting, parameters=tuple(changed))


def _fixed(parameter: Parameter, value: Value) -> Parameter:
    always = ParameterValue(valid_from=date.min, value=value)
    return Parameter(name=parameter.name, type=parameter.type, doc=parameter.doc, values=(always,))


def overlays(plan: Plan, goal: Node) -> list[Numbers]:
    """Values worth a try for the parameters that the goal reads, alone and together.

    Few changes come first; there are more than `MOST` of them only as a sign that not all were
    listed.
    """
    read = set(_parameters(goal, {each.name: each.tree for each in plan.variables}))
    found: dict[str, dict[Value, None]] = {}
    for _, tree in homes(plan):
        for node in walk(tree):
            for name, value in _values(node):
                if name in read:
                    found.setdefault(name, {})[value] = None
    return list(islice(_together(found), MOST + 1))


def _together(found: dict[str, dict[Value, None]]) -> Iterator[Numbers]:
    names = sorted(found)
    for count in range(1, len(names) + 1):
        for chosen in combinations(names, count):
            for values in product(*(found[name] for name in chosen)):
                yield tuple(zip(chosen, values, strict=True))


def _parameters(node: Node, variables: dict[str, Node]) -> Iterator[str]:
    for each in walk(node):
        if isinstance(each, Param):
            yield each.name
        elif isinstance(each, Variable) and each.name in variables:
            yield from _parameters(variables[each.name], variables)


def _values(node: Node) -> Iterator[tuple[str, Value]]:
    """What a parameter could be where it is a condition itself, or compared with a constant."""
    if isinstance(node, Param) and node.type == "bool":
        yield from ((node.name, value) for value in (True, False))
    if isinstance(node, Call):
        constants = [value for part in node.arguments for value in _constants(part)]
        for part in node.arguments:
            if isinstance(part, Param):
                yield from ((part.name, value) for value in _near(part.type, constants))


def _constants(node: Node) -> Iterator[bool | int | float | str]:
    for each in node.items if isinstance(node, ListOf) else (node,):
        if isinstance(each, Literal) and isinstance(each.value, bool | int | float | str):
            yield each.value


def _near(type_name: str, constants: Sequence[bool | int | float | str]) -> Iterator[Value]:
    """Constants, and values beside them."""
    for value in constants:
        match type_name:
            case "int" if isinstance(value, int):
                yield from (value, value - 1, value + 1)
            case "double" if isinstance(value, float):
                yield from (value, value - 1, value + 1)
            case "string" if isinstance(value, str):
                yield from (value, OTHER)
            case "list(string)" if isinstance(value, str):
                yield from ((), (value,))
