"""One search for one goal in one stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from policy.engines import rows
from policy.engines.rows.careful import Careful
from policy.engines.rows.times import format_timestamp
from policy.engines.solver.answers import Setting
from policy.engines.solver.board import Board
from policy.engines.solver.choices import Choices
from policy.engines.solver.documents import Documents
from policy.engines.solver.forms import NOW, NOWHERE, conjunction, disjunction, leaves
from policy.engines.solver.moments import Moment
from policy.engines.solver.regions import Regions
from policy.engines.solver.search import Budget, Search
from policy.lang.tree import And, Literal, Node, Not, Or, Variable, walk


class Attempt:
    """Tries every value that matters. `goal` is a normal form that is no `||`."""

    def __init__(
        self,
        goal: Node,
        setting: Setting,
        moment: Moment,
        numbers: rows.Parameters,
        hint: Mapping[str, Any],
    ) -> None:
        self._goal = goal
        self._moment = moment
        self._subject = setting.plan.subject
        self._schema = setting.schema
        self._board = Board(setting.schema, self._subject, hint, numbers.by_name)
        self._name_values()
        self._careful = Careful({})
        regions = Regions(setting.schema, self._careful, self._board.frame)
        self.leaves = tuple(dict.fromkeys(leaves(goal)))
        self.loose = tuple(leaf for leaf in self.leaves if not regions.leaf(leaf))
        self._choices = Choices(self._board, regions, moment)

    def _name_values(self) -> None:
        names = {node.name: node.type for node in walk(self._goal) if isinstance(node, Variable)}
        for name, type_name in names.items():
            self._board.name(name, type_name)
        if NOW in names and self._moment.is_instant:
            self._board.frame.variables[NOW] = self._moment.usual

    @property
    def exact(self) -> bool:
        """Whether a search that finds nothing is a proof. Known when it has ended."""
        return not self.loose and not self._choices.cut

    def found(self, budget: Budget) -> bool:
        """Whether there is a witness. Raises Spent when the budget does not reach."""
        return Search(self._goal, self._board, self._choices, self._careful, budget).run()

    @property
    def as_of(self) -> str:
        """The instant of what was found."""
        now = self._board.frame.variables.get(NOW)
        return format_timestamp(now if isinstance(now, rows.Timestamp) else self._moment.usual)

    def document(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """What was found; facts that do not matter are those of `base`."""
        documents = Documents(self._schema, self._subject, self.as_of)
        return documents.written(self._board.document, base)

    def coarser(self, free: Iterable[Node]) -> Node:
        """The goal with some of its leaves taken as true or false at will.

        Where even that cannot be true, the goal cannot.
        """
        names: dict[Node, Node] = {
            leaf: Variable(type="bool", span=NOWHERE, name=f"condition {index}")
            for index, leaf in enumerate(free)
            if not isinstance(leaf, Literal)
        }
        return _coarser(self._goal, names)


def _coarser(node: Node, names: Mapping[Node, Node]) -> Node:
    match node:
        case And(parts=parts):
            return conjunction(tuple(_coarser(part, names) for part in parts))
        case Or(parts=parts):
            return disjunction(tuple(_coarser(part, names) for part in parts))
        case Not(operand=operand):
            return Not(type="bool", span=NOWHERE, operand=_coarser(operand, names))
    return names.get(node, node)
