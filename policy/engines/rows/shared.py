"""What the functions of one generated module have in common."""

from __future__ import annotations

from collections.abc import Mapping

from policy.engines.rows.access import Access, StructAccess
from policy.engines.rows.analysis import Analysis
from policy.engines.rows.facts import Records
from policy.engines.rows.namespace import Namespace
from policy.lang.tree import Node, Quantifier, children


class Unsupported(Exception):
    """The tree has a part whose type is only known at run time: `careful` evaluates it."""


class Shared:
    """What the functions of one generated module share.

    `parameters` maps names to places in the tuple `p`: there lies the value, and right behind it
    its other form (see `parameter`). `functions` maps what has a function `V<number>` of its own
    to the number: names of variables, identities of quantifiers that occur several times.
    `repeated` are identities of calls worth keeping in a local variable.
    """

    def __init__(
        self, records: Records, parameters: Mapping[str, int], access: Access | None = None
    ) -> None:
        self.records = records
        self.access: Access = access or StructAccess()
        self.names = Namespace()
        self.parameters = parameters
        self.analysis = Analysis()
        self.functions: dict[str | int, int] = {}
        self.repeated: frozenset[int] = frozenset()

    def loops(self, node: Node) -> bool:
        """Whether the tree needs a statement: it has a quantifier that is not a function."""
        known = self.analysis.of(node)
        if not known.loops:
            return False
        if isinstance(node, Quantifier):
            return known.identity not in self.functions
        return any(map(self.loops, children(node)))
