"""The decisions of a version, and the atoms that decide them.

A decision is a condition that comes to true or false: a rule's `when`, a variable that is one, the
predicate of a quantifier for one item, the test of a `? :`, and what `&&`, `||` or `!` put together
inside an operand. Its atoms are its smallest conditions. A variable, a quantifier and the test of a
`? :` are each one atom of the decision around them, and a decision of their own inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.plan import Plan
from policy.lang.tree import And, If, Literal, Node, Not, Or, Quantifier, children

Kind: TypeAlias = OneOf["when", "territories", "variable"]
Trail: TypeAlias = tuple[tuple[Node, int], ...]
"""The way down to a node: each node above it with the position of the part that leads on."""


@dataclass(frozen=True, slots=True)
class Home:
    """A tree of a version: of which rule, by its index, or of which variable, by its name."""

    kind: Kind
    rule: int = -1
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Atom:
    """A smallest condition, with the way down to it from its decision."""

    node: Node
    trail: Trail


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, with the way down to it from its home's tree. `item`: it is made for each item
    of a quantifier.
    """

    tree: Node
    home: Home
    trail: Trail
    atoms: tuple[Atom, ...]

    @property
    def item(self) -> bool:
        """Whether it is made once for each item of a quantifier."""
        return any(isinstance(node, Quantifier) and at > 0 for node, at in self.trail)


def homes(plan: Plan) -> Iterator[tuple[Home, Node]]:
    """The trees of a version that decide: variables, conditions, territories."""
    for variable in plan.variables:
        yield Home("variable", variable=variable.name), variable.tree
    for index, rule in enumerate(plan.rules):
        yield Home("when", index), rule.when
        if rule.territories is not None:
            yield Home("territories", index), rule.territories


def decisions(plan: Plan) -> tuple[Decision, ...]:
    """All decisions of a version that ask something."""
    found = [each for home, tree in homes(plan) for each in _of_tree(home, tree)]
    return tuple(decision for decision in found if decision.atoms)


def _of_tree(home: Home, tree: Node) -> Iterator[Decision]:
    waiting: list[tuple[Node, Trail, bool]] = [(tree, (), tree.type == "bool")]
    while waiting:
        node, trail, decides = waiting.pop(0)
        if decides or joins(node):
            atoms = tuple(_atoms(node, ()))
            yield Decision(node, home, trail, atoms)
            waiting += [part for atom in atoms for part in _inside(atom, trail)]
        else:
            waiting += _below(node, trail)


def joins(node: Node) -> bool:
    """Whether a node puts conditions together."""
    return isinstance(node, And | Or | Not) or (isinstance(node, If) and node.type == "bool")


def _atoms(node: Node, trail: Trail) -> Iterator[Atom]:
    if isinstance(node, If) and joins(node):
        yield Atom(node.condition, (*trail, (node, 0)))
        yield from _atoms(node.then, (*trail, (node, 1)))
        yield from _atoms(node.otherwise, (*trail, (node, 2)))
    elif joins(node):
        for index, part in enumerate(children(node)):
            yield from _atoms(part, (*trail, (node, index)))
    elif not isinstance(node, Literal):
        yield Atom(node, trail)


def _inside(atom: Atom, trail: Trail) -> Iterator[tuple[Node, Trail, bool]]:
    """What lies below an atom; the test of a `? :` is a decision itself."""
    way = (*trail, *atom.trail)
    if atom.trail and isinstance(atom.trail[-1][0], If) and atom.trail[-1][1] == 0:
        yield atom.node, way, True
    else:
        yield from _below(atom.node, way)


def _below(node: Node, trail: Trail) -> Iterator[tuple[Node, Trail, bool]]:
    """The parts of a node that is no decision."""
    for index, part in enumerate(children(node)):
        test = isinstance(node, Quantifier) and index == 1
        test = test or (isinstance(node, If) and index == 0)
        yield part, (*trail, (node, index)), test
