"""What a mutator knows of the expression that it changes, and what it hands back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policy.lang.diagnostics import quoted
from policy.lang.enums import enum_words
from policy.lang.schema import FactSchema
from policy.lang.source import Source, Span
from policy.lang.tree import And, Call, If, Literal, Node, Not, Or, Quantifier, children, walk


@dataclass(frozen=True, slots=True)
class Change:
    """A node made into another: `words` say what became of what, at `span` of the file."""

    span: Span
    words: str
    node: Node


@dataclass(frozen=True, slots=True)
class Site:
    """An expression with what stands around its nodes, which are told apart by identity.

    `conditions` are the nodes whose truth matters, less what stands behind a `!`; `words` the enums
    that literals are compared with; `instants` the texts that are read as a timestamp or duration.
    """

    tree: Node
    source: Source
    conditions: frozenset[int] = field(default_factory=frozenset)
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    instants: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(
        cls, tree: Node, source: Source, schema: FactSchema, variables: Mapping[str, Node]
    ) -> Site:
        """Look around in a tree that was compiled from `source`."""
        words = enum_words(tree, schema, variables=variables)
        return cls(
            tree,
            source,
            frozenset(map(id, conditions(tree, asked=tree.type == "bool"))),
            {id(literal): known for literal, known in words},
            frozenset(map(id, _instants(tree))),
        )

    def text(self, node: Node) -> str:
        """The author's words for a node, in backticks and on one line."""
        return quoted(" ".join(self.source.cut(node.span).split()))

    def sign(self, left: Node, right: Node, sign: str, whole: Node) -> Span:
        """The place of an operator between its sides; the whole where it is not found there."""
        gap = Span(left.span.end_line, left.span.end_column, right.span.line, right.span.column)
        before, found, _ = self.source.cut(gap).partition(sign)
        if not found:
            return whole.span
        line = gap.line + before.count("\n")
        column = len(before) - before.rfind("\n") if "\n" in before else gap.column + len(before)
        return Span(line, column, line, column + len(sign))


def conditions(node: Node, *, asked: bool, negated: bool = False) -> Iterator[Node]:
    """The nodes that are read as a truth; `asked` tells whether the whole is.

    What stands behind a `!` is left to that.
    """
    if asked and not negated:
        yield node
    for part, truth in zip(children(node), _asked(node, asked), strict=True):
        yield from conditions(part, asked=truth, negated=isinstance(node, Not))


def _asked(node: Node, asked: bool) -> tuple[bool, ...]:
    """Which parts of a node are read as a truth."""
    match node:
        case And() | Or() | Not():
            return (True,) * len(children(node))
        case If():
            return (True, asked, asked)
        case Quantifier(condition=Literal(), result=result) if result is not None:
            return (False, False, False)  # a `map` of two arguments asks nothing
        case Quantifier(result=result):
            return (False, True) if result is None else (False, True, False)
        case _:
            return (False,) * len(children(node))


def _instants(tree: Node) -> Iterator[Node]:
    for node in walk(tree):
        if isinstance(node, Call) and node.function in ("timestamp", "duration"):
            yield from node.arguments
