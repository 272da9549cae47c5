"""Which rules can be without an answer though every fact is known: sums that leave 64 bits, places
outside of a list, texts that are no number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from policy.engines.mutation.original import trees_of_variables
from policy.lang.plan import Plan, rule_trees
from policy.lang.tree import Call, Literal, Node, Variable, walk

_SUMS = frozenset({"_+_", "_-_", "_*_", "-_"})
_QUOTIENTS = frozenset({"_/_", "_%_"})
_BOUNDED = frozenset({"int", "timestamp", "duration"})
"""Types that a calculation can leave; a double without end is an answer."""

_CONVERSIONS = frozenset({"int", "double", "bool", "timestamp", "duration"})
_SURE = frozenset({("double", "int"), *((kind, kind) for kind in _CONVERSIONS)})
"""Conversions, and what they are from, that always come to something."""

_BY_PLACE = frozenset({"_[_]", "sum", "charAt", "substring", "format"})
_READ = frozenset({"matches", "indexOf", "lastIndexOf"})
"""Functions that come to something for what is written down, and not for all that is computed."""


def can_fail(plan: Plan, rules: Collection[str]) -> bool:
    """Whether one of the rules (for none: of all), or a variable that it names, can be without an
    answer.
    """
    variables = trees_of_variables(plan)
    chosen = [rule for rule in plan.rules if not rules or rule.id in rules]
    return any(
        _fails(node)
        for rule in chosen
        for tree in rule_trees(rule)
        for node in _nodes(tree, variables)
    )


def _nodes(tree: Node, variables: Mapping[str, Node]) -> Iterator[Node]:
    for node in walk(tree):
        yield node
        if isinstance(node, Variable) and node.name in variables:
            yield from _nodes(variables[node.name], variables)


def _fails(node: Node) -> bool:
    match node:
        case Call(function=name) if name in _SUMS:
            return node.type in _BOUNDED
        case Call(function=name, arguments=(_, Literal(value=int() as divisor))) if (
            name in _QUOTIENTS
        ):
            return divisor in (0, -1)
        case Call(function=name) if name in _QUOTIENTS:
            return node.type in _BOUNDED
        case Call(function=name, arguments=(argument,)) if name in _CONVERSIONS:
            return (name, argument.type) not in _SURE and not isinstance(argument, Literal)
        case Call(function=name, arguments=(_, *read)) if name in _READ or name.startswith("get"):
            return not all(isinstance(each, Literal) for each in read)
        case Call(function=name):
            return name in _BY_PLACE
    return False
