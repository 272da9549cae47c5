"""Dates that are over: rules that have ended, values that never hold while rules do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from policy.engines.lints.looked import Looked
from policy.lang.diagnostics import Diagnostic, quoted, warning
from policy.lang.plan import Parameter, Plan, trees
from policy.lang.tree import Param, walk


def expired_dates(looked: Looked) -> Iterator[Diagnostic]:
    """A version that has ended, and dated values that no version of the ruleset can meet."""
    until = looked.plan.effective_until
    if until and until <= looked.today:
        message = f"the rules ended on `{until}`: they are silent on every later subject"
        help = "give a later `until`, leave it out, or retire the ruleset"
        yield warning("expired-rules", message, looked.path, help=help)
    read = _parameters(looked.plan)
    for parameter in looked.setting.parameters:
        if parameter.name in read or parameter.read_by == "accounting":
            yield from _unmet(looked, parameter)


def _unmet(looked: Looked, parameter: Parameter) -> Iterator[Diagnostic]:
    begun = [line.valid_from for line in parameter.values]
    for first, after in zip_longest(begun, begun[1:]):
        if not any(_meets(plan, first, after) for plan in looked.plans):
            message = f"the value of {quoted(parameter.name)} from `{first}` holds on no day"
            help = "another value holds on all days of the rules: correct the date, or remove it"
            yield warning("expired-value", message, looked.parameters_path, help=help)


def _meets(plan: Plan, first: date, after: date | None) -> bool:
    """Whether a version is in force on a day from the first on and before the day after."""
    begins, ends = plan.effective_from or date.min, plan.effective_until or date.max
    return max(first, begins) < min(after or date.max, ends)


def _parameters(plan: Plan) -> set[str]:
    nodes = (node for tree in trees(plan) for node in walk(tree))
    named = {node.name for node in nodes if isinstance(node, Param)}
    duties = [duty for rule in plan.rules for duty in rule.obligations]
    return named | {text for duty in duties for name, text in duty.details if name in _NAMING}


_NAMING = ("amount", "rate")
"""Keys of duties whose text is the name of a parameter."""
