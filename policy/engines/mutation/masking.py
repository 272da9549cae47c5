"""A rule without an answer that nobody could miss: another one has none either, whatever happens.

An unknown fact that two rules need brings both to their `on_error`. Where the other always argues
for a review as well, it makes no difference whether this one does, so that no test can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policy.engines.mutation.failing import can_fail
from policy.engines.mutation.original import trees_of_variables
from policy.lang.plan import Plan
from policy.lang.tree import (
    And,
    Fact,
    Has,
    If,
    Literal,
    Local,
    Node,
    Or,
    Param,
    Quantifier,
    Variable,
    children,
    walk,
)

Path = tuple[str, ...]


def is_masked(plan: Plan, rule: str) -> bool:
    """Whether `review` and `skip` come to the same for a rule of a most restrictive version.

    True only when nothing but an unknown fact leaves the rule without an answer, and each fact that
    it reads is needed by another rule that does not skip.
    """
    if plan.combine != "most_restrictive" or can_fail(plan, (rule,)):
        return False
    variables = trees_of_variables(plan)
    others = [each for each in plan.rules if each.id != rule and each.on_error != "skip"]
    return all(
        any(_needs(other.when, path, variables) for other in others)
        for each in plan.rules
        if each.id == rule
        for path in facts_read([each.when], variables)
    )


def facts_read(trees: Iterable[Node], variables: Mapping[str, Node]) -> list[Path]:
    """Paths of the facts that trees read, directly or through variables, each once."""
    return list(dict.fromkeys(path for tree in trees for path in _read(tree, variables)))


def _read(tree: Node, variables: Mapping[str, Node]) -> Iterator[Path]:
    for node in walk(tree):
        if isinstance(node, Fact) and len(node.path) > 1:  # the instant is always known
            yield node.path
        elif isinstance(node, Variable) and node.name in variables:
            yield from _read(variables[node.name], variables)


def _needs(node: Node, path: Path, variables: Mapping[str, Node]) -> bool:
    """Whether the node has no answer whenever the fact at the path is unknown."""

    def needs(part: Node) -> bool:
        return _needs(part, path, variables)

    match node:
        case Fact(path=read):
            return read[: len(path)] == path
        case Variable(name=name):
            return name in variables and needs(variables[name])
        case And(parts=parts) | Or(parts=parts):
            return all(map(needs, parts))
        case If(condition=condition, then=then, otherwise=otherwise):
            return needs(condition) or (needs(then) and needs(otherwise))
        case Quantifier(range=over):
            return needs(over)
        case Literal() | Param() | Local():
            return False
        case Has(target=target):
            return needs(target)
    return any(map(needs, children(node)))
