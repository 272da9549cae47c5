"""A mutant beside its original in one plan, so that one condition can ask where they differ."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.original import Original
from policy.lang.plan import Parameter, Plan, VariablePlan
from policy.lang.tree import And, Node, Not, Param, Variable, children, with_children

_MARK = "'"
"""Ends the mutant's names, so that they differ from all that authors can write."""


def both_plans(original: Original, draft: Draft) -> tuple[Plan, tuple[Parameter, ...]]:
    """The original plan and its parameters with the mutant's own, renamed, behind them."""
    plan = original.plan
    variables = tuple(map(_variable, draft.plan.variables))
    parameters = tuple(replace(each, name=each.name + _MARK) for each in draft.parameters)
    whole = replace(plan, variables=(*plan.variables, *variables))
    return whole, (*original.parameters, *parameters)


def _variable(variable: VariablePlan) -> VariablePlan:
    return replace(variable, name=variable.name + _MARK, tree=of_mutant(variable.tree))


def of_mutant(tree: Node) -> Node:
    """A tree of the mutant, reading the mutant's variables and parameters."""
    tree = with_children(tree, [of_mutant(part) for part in children(tree)])
    if isinstance(tree, Variable | Param):
        return replace(tree, name=tree.name + _MARK)
    return tree


def differing(original: Original, draft: Draft) -> Iterator[Node]:
    """For each rule: it matches and the mutant's does not, and the other way round."""
    before = {rule.id: rule.when for rule in original.plan.rules}
    for rule in draft.plan.rules:
        if rule.id in draft.rules:
            old, new = before[rule.id], of_mutant(rule.when)
            yield both(old, negated(new))
            yield both(negated(old), new)


def both(left: Node, right: Node) -> Node:
    """`left && right`."""
    return And(type="bool", span=left.span, parts=(left, right))


def negated(node: Node) -> Node:
    """`!node`."""
    return Not(type="bool", span=node.span, operand=node)
