"""Settles a board, cell by cell, until every part of a goal is true.

The parts are evaluated with most facts open. One that is false already ends a branch, whatever the
rest would be; one that has no truth yet names the cell to settle next. When no value of a cell will
do, the search goes back to the last cell that the failing parts depend on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Closure, truth
from policy.engines.rows.poison import EvaluationError
from policy.engines.solver.board import Asked, Board, Cell, Key
from policy.engines.solver.choices import Choices
from policy.engines.solver.forms import conjuncts
from policy.lang.tree import Fact, Node, Variable, walk

USUAL = 10
"""Nodes of a condition of usual size."""


class Spent(Exception):
    """The search has looked at as much as it may."""


@dataclass(slots=True)
class Budget:
    """How much may still be evaluated, in conditions of usual size."""

    left: int

    def spend(self, cost: int) -> None:
        """Raises Spent when nothing is left."""
        self.left -= cost
        if self.left < 0:
            raise Spent


@dataclass(frozen=True, slots=True)
class Part:
    """One condition that must hold; `roots` are the cells that its truth can depend on."""

    closure: Closure
    roots: frozenset[Key]
    cost: int


class Search:
    """A search over one board. `goal` is a normal form that is no `||`."""

    def __init__(
        self, goal: Node, board: Board, choices: Choices, careful: Careful, budget: Budget
    ) -> None:
        self._board = board
        self._choices = choices
        self._budget = budget
        self._parts = tuple(_part(part, careful) for part in conjuncts(goal))

    def run(self) -> bool:
        """Whether the board could be settled so that the goal holds; it then stays so.

        Raises Spent.
        """
        return self._settle(self._parts) is None

    def _settle(self, parts: Iterable[Part]) -> frozenset[Key] | None:
        """None when all parts hold now; else the roots of which some other value is needed."""
        waiting: list[Part] = []
        next_cell: Cell | None = None
        for part in parts:
            self._budget.spend(part.cost)
            found = self._look(part)
            if found is True:
                continue
            if found is False:
                return part.roots
            next_cell = next_cell or found
            waiting.append(part)
        return self._try(next_cell, waiting) if next_cell else None

    def _look(self, part: Part) -> bool | Cell:
        """The truth of a part, or the cell that it needs; an error for good is as bad as false."""
        try:
            return truth(part.closure(self._board.frame))
        except Asked as asked:
            asked.__traceback__ = None  # the same object is raised again and again
            return asked.cell
        except EvaluationError:
            return self._board.unsettled(part.roots) or False

    def _try(self, cell: Cell, parts: list[Part]) -> frozenset[Key] | None:
        because: set[Key] = set()
        for value in self._choices.of(cell):
            cell.put(value)
            failed = self._settle(parts)
            if failed is None:
                return None
            if cell.root not in failed:
                cell.open()
                return failed  # no other value of this cell would help
            because |= failed
        cell.open()
        if self._choices.solved(cell):  # other values were tried if other cells had others
            because.update(*(part.roots for part in self._parts if cell.root in part.roots))
        return frozenset(because - {cell.root} if cell.is_root else because)


def _part(node: Node, careful: Careful) -> Part:
    size = sum(1 for _ in walk(node))
    return Part(careful.closure(node), frozenset(_roots(node)), 1 + size // USUAL)


def _roots(part: Node) -> Iterator[Key]:
    """The paths, and the optional records on the way, that a part reads."""
    for node in walk(part):
        match node:
            case Fact(path=path):
                yield from (path[:end] for end in range(2, len(path) + 1))
            case Variable(name=name):
                yield (name,)
