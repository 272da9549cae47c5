"""All mutants of one expression: each mutator at each node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from policy.engines.mutation import conditions, literals, operators
from policy.engines.mutation.conditions import flattened
from policy.engines.mutation.sites import Change, Site
from policy.lang.tree import Node, replaced, walk

Mutator: TypeAlias = Callable[[Node, Site], Iterator[Change]]

EXPRESSIONS: dict[str, Mutator] = {
    "comparison": operators.comparisons,
    "junction": conditions.junctions,
    "dropped": conditions.dropped,
    "negation": conditions.negations,
    "quantifier": conditions.quantifiers,
    "presence": conditions.presence,
    "choice": conditions.choices,
    "arithmetic": operators.arithmetic,
    "number": literals.numbers,
    "time": literals.times,
    "word": literals.words,
    "text": literals.texts,
    "member": literals.members,
}
"""The mutators of expressions by name, in the order in which mutants are made."""


def changes(site: Site) -> Iterator[tuple[str, Change]]:
    """The name of the mutator with each change; its node is the whole expression, changed."""
    nodes = list(walk(site.tree))
    for name, mutate in EXPRESSIONS.items():
        for node in nodes:
            for change in mutate(node, site):
                whole = replaced(site.tree, node, change.node)
                yield name, replace(change, node=flattened(whole))
