"""Small decisions over facts that are true or false, and what the engine observes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from hypothesis import strategies as st

from policy.engines.observing import Observation, Observer
from policy.engines.rows import Parameters, Timestamp
from policy.lang.source import Span
from policy.lang.tree import And, Fact, If, Node, Not, Or
from tests.engines.making import rule_plan

SPAN = Span(1, 1, 1, 2)
NAMES = ("a", "b", "c", "d")

Truths = Mapping[str, bool]


def atom(name: str) -> Fact:
    return Fact(type="bool", span=SPAN, path=("track", name))


def name_of(node: Node) -> str:
    assert isinstance(node, Fact)
    return node.path[-1]


def both(*parts: Node) -> And:
    return And(type="bool", span=SPAN, parts=parts)


def either(*parts: Node) -> Or:
    return Or(type="bool", span=SPAN, parts=parts)


def no(operand: Node) -> Not:
    return Not(type="bool", span=SPAN, operand=operand)


def choice(condition: Node, then: Node, otherwise: Node) -> If:
    return If(type="bool", span=SPAN, condition=condition, then=then, otherwise=otherwise)


@st.composite
def decisions(draw: st.DrawFn) -> tuple[Node, tuple[str, ...]]:
    """A decision in which each atom stands once, with the names of its atoms."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    return draw(_of(names)), names


def _of(names: Sequence[str]) -> st.SearchStrategy[Node]:
    if len(names) == 1:
        return st.sampled_from([atom(names[0]), no(atom(names[0]))])
    joined = st.integers(1, len(names) - 1).flatmap(lambda at: _joined(names[:at], names[at:]))
    return st.one_of(joined, _choices(names)) if len(names) > 2 else joined


def _joined(left: Sequence[str], right: Sequence[str]) -> st.SearchStrategy[Node]:
    return st.builds(_join, st.sampled_from([0, 1, 2]), _of(left), _of(right))


def _join(form: int, left: Node, right: Node) -> Node:
    return (both(left, right), either(left, right), no(both(left, right)))[form]


def _choices(names: Sequence[str]) -> st.SearchStrategy[Node]:
    return st.builds(choice, st.just(atom(names[0])), _of(names[1:2]), _of(names[2:]))


def observed(tree: Node, truths: Truths) -> Observation:
    """What the careful evaluation sees of a tree."""
    document = SimpleNamespace(track=SimpleNamespace(**truths))
    return Observer(rule_plan(tree)).observe(document, Parameters({}), Timestamp(0))


def truth(tree: Node, truths: Truths, asked: set[str] | None = None) -> bool:
    """The truth of a tree, told once more in the plainest way; `asked` takes in what was asked."""
    asked = set() if asked is None else asked
    match tree:
        case And(parts=parts):
            return all(truth(part, truths, asked) for part in parts)
        case Or(parts=parts):
            return any(truth(part, truths, asked) for part in parts)
        case Not(operand=operand):
            return not truth(operand, truths, asked)
        case If(condition=condition, then=then, otherwise=otherwise):
            chosen = then if truth(condition, truths, asked) else otherwise
            return truth(chosen, truths, asked)
    asked.add(name_of(tree))
    return truths[name_of(tree)]
