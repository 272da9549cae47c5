"""Trees made from trees: other parts, and one node in another's place."""

from __future__ import annotations

import pytest

from policy.lang.loose import compile_loose
from policy.lang.tree import Literal, children, replaced, walk, with_children

TEXTS = (
    "a && !b || (n > 1 ? a : b)",
    "[n, 2].map(i, i > 1, i + n) == [3]",
    "{'k': n}.k == n && has({'k': n}.k)",
    "[1].exists(i, i == n)",
    "{n: 2}.transformMap(k, v, k > v, [k, v])",
)
_DECLARED = {"a": "bool", "b": "bool", "n": "int"}


@pytest.mark.parametrize("text", TEXTS)
def test_a_node_over_its_own_parts_is_the_same(text: str) -> None:
    for node in walk(compile_loose(text, _DECLARED)):
        assert with_children(node, children(node)) == node


@pytest.mark.parametrize("text", TEXTS)
def test_each_node_can_be_put_into_anothers_place(text: str) -> None:
    tree = compile_loose(text, _DECLARED)
    mark = Literal(type="bool", span=tree.span, value=True)
    for node in walk(tree):
        made = list(walk(replaced(tree, node, mark)))
        assert sum(each is mark for each in made) == 1
        assert len(made) == len(list(walk(tree))) - len(list(walk(node))) + 1
    assert replaced(tree, mark, tree) is tree


def test_a_wrong_number_of_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="2 parts, not 1"):
        with_children(compile_loose("a && b", _DECLARED), (compile_loose("a", _DECLARED),))
