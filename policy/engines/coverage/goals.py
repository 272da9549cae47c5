"""What facts must be like so that an atom carries a decision: conditions for the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from policy.engines.coverage.decisions import Atom, Decision, Home, Trail, homes
from policy.lang.plan import Plan
from policy.lang.source import Span
from policy.lang.tree import (
    And,
    If,
    Literal,
    Node,
    Not,
    Or,
    Quantifier,
    Variable,
    children,
)

_NOWHERE = Span(1, 1, 1, 1)
TRUE = Literal(type="bool", span=_NOWHERE, value=True)


@dataclass(frozen=True, slots=True)
class Side:
    """One half of what shows an atom: it carries with this truth, and so comes the decision out."""

    truth: bool
    outcome: bool


def sides(atom: Atom) -> tuple[tuple[Side, Side], ...]:
    """The pairs of which one shows an atom.

    The test of a `? :` can choose a branch of either truth, so there are two.
    """
    plain = _negations(atom.trail)
    if atom.trail and _is_test(*atom.trail[-1]):
        return (
            (Side(True, not plain), Side(False, plain)),
            (Side(True, plain), Side(False, not plain)),
        )
    return ((Side(True, not plain), Side(False, plain)),)


def _negations(trail: Trail) -> bool:
    """Whether an odd number of `!` lies on the way."""
    return sum(isinstance(node, Not) for node, _ in trail) % 2 == 1


def _is_test(node: Node, index: int) -> bool:
    return isinstance(node, If) and index == 0


def carrying(atom: Atom, side: Side) -> Node:
    """The condition that an atom carries its decision on a side, of facts for which it is made."""
    truth = side.truth
    goal = atom.node if truth else negation(atom.node)
    outcomes = [side.outcome ^ _negations(atom.trail[:depth]) for depth in range(len(atom.trail))]
    for (node, index), outcome in zip(reversed(atom.trail), reversed(outcomes), strict=True):
        parts = children(node)
        match node:
            case And():
                goal = both([*parts[:index], goal, *(parts[index + 1 :] if truth else ())])
            case Or():
                rest = () if truth else parts[index + 1 :]
                goal = both([*map(negation, parts[:index]), goal, *map(negation, rest)])
            case Not():
                truth = not truth
            case If() if index == 0:
                branch = node.then if truth else node.otherwise
                goal = both([goal, branch if outcome else negation(branch)])
                truth = outcome
            case _:
                goal = reaching(((node, index),), goal)
    return goal


def reaching(trail: Trail, goal: Node) -> Node:
    """The condition that an evaluation comes down a way and meets the goal there."""
    for node, index in reversed(trail):
        parts = children(node)
        match node:
            case And():
                goal = both([*parts[:index], goal])
            case Or():
                goal = both([*map(negation, parts[:index]), goal])
            case If() if index:
                goal = both([parts[0] if index == 1 else negation(parts[0]), goal])
            case Quantifier() if index:
                inner = both([node.condition, goal]) if index == 2 else goal
                goal = Quantifier(
                    type="bool",
                    span=node.span,
                    kind="exists",
                    range=node.range,
                    local=node.local,
                    condition=inner,
                )
            case _:
                pass  # every part of it is evaluated
    return goal


class Goals:
    """Goals of one version's decisions."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def goal(self, decision: Decision, atom: Atom, side: Side) -> Node:
        """The condition of facts for which the atom carries the decision on a side."""
        inner = reaching(decision.trail, carrying(atom, side))
        return both([*self._asked(decision.home), inner])

    def asked(self, decision: Decision, atom: Atom, truth: bool) -> Node:
        """The condition of facts for which the atom is asked and comes to a truth.

        A variable is taken by itself, wherever it is named: it means what it says.
        """
        goal = atom.node if truth else negation(atom.node)
        inner = reaching(decision.trail, reaching(atom.trail, goal))
        around = self._asked(decision.home) if decision.home.kind != "variable" else ()
        return both([*around, inner])

    def _asked(self, home: Home) -> Iterator[Node]:
        """What makes a tree be evaluated at all; nothing where it always is."""
        if home.kind == "territories":
            yield self._plan.rules[home.rule].when
        elif home.kind == "variable":
            ways = [both([*self._asked(other), way]) for other, way in self._sites[home.variable]]
            if TRUE not in ways:
                yield either(ways)

    @cached_property
    def _sites(self) -> dict[str, list[tuple[Home, Node]]]:
        """The places that name each variable, with the condition that they are reached."""
        found: dict[str, list[tuple[Home, Node]]] = {each.name: [] for each in self._plan.variables}
        for home, tree in homes(self._plan):
            for name, trail in _variables(tree, ()):
                found.setdefault(name, []).append((home, reaching(trail, TRUE)))
        return found


def _variables(node: Node, trail: Trail) -> Iterator[tuple[str, Trail]]:
    if isinstance(node, Variable):
        yield node.name, trail
    for index, part in enumerate(children(node)):
        yield from _variables(part, (*trail, (node, index)))


def both(parts: Iterable[Node]) -> Node:
    """`a && b && ...`, without what is always true; TRUE where nothing is left."""
    kept = tuple(part for part in _flat(parts) if part is not TRUE)
    if len(kept) < 2:
        return kept[0] if kept else TRUE
    return And(type="bool", span=kept[0].span, parts=kept)


def _flat(parts: Iterable[Node]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, And):
            yield from part.parts
        else:
            yield part


def either(parts: Iterable[Node]) -> Node:
    """`a || b || ...`; never true where there are no parts."""
    kept = tuple(parts)
    if len(kept) == 1:
        return kept[0]
    return Or(type="bool", span=_NOWHERE, parts=kept) if kept else negation(TRUE)


def negation(node: Node) -> Node:
    """`!a`, or what stands behind the `!` of another."""
    return node.operand if isinstance(node, Not) else Not(type="bool", span=node.span, operand=node)
