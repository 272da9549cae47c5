"""Trees of any CEL: types as values, quantifiers of two names, and names that nobody checked."""

from __future__ import annotations

import pytest

from policy.lang.loose import Signature, compile_loose
from policy.lang.source import Source
from policy.lang.tree import (
    Call,
    Fact,
    Has,
    Literal,
    Local,
    Node,
    Or,
    Quantifier,
    Select,
    Variable,
    walk,
)
from policy.lang.wire import Unreadable


def unchecked(text: str, *names: str, container: str = "") -> Node:
    return compile_loose(text, dict.fromkeys(names, "dyn"), container=container, check=False)


def variables(tree: Node) -> list[str]:
    return [node.name for node in walk(tree) if isinstance(node, Variable)]


def test_types_are_literals_unless_a_variable_is_called_so() -> None:
    types = "type(x) == int || type(x) == google.protobuf.Timestamp"
    for tree in (compile_loose(types, {"x": "dyn"}), unchecked(types, "x")):
        found = [node.value for node in walk(tree) if isinstance(node, Literal)]
        assert found == ["int", "google.protobuf.Timestamp"]
    assert variables(compile_loose("kind == kind", {"kind": "type"})) == ["kind", "kind"]


@pytest.mark.parametrize(
    ("text", "kind", "filtered"),
    [
        ("[1].exists(i, v, i < v)", "exists", True),
        ("[1].all(i, v, i < v)", "all", True),
        ("[1].existsOne(i, v, i < v)", "exists_one", True),
        ("[1].transformList(i, v, i + v)", "map", False),
        ("[1].transformList(i, v, i < v, v)", "map", True),
        ("{1: 2}.transformMap(k, v, k + v)", "transformMap", False),
        ("{1: 2}.transformMap(k, v, k < v, v)", "transformMap", True),
        ("{1: 2}.transformMapEntry(k, v, {v: k})", "transformMapEntry", False),
        ("{1: 2}.transformMapEntry(k, v, k < v, {v: k})", "transformMapEntry", True),
    ],
)
def test_quantifiers_of_two_names(text: str, kind: str, filtered: bool) -> None:
    for tree in (compile_loose(text, {}), unchecked(text)):
        assert isinstance(tree, Quantifier)
        names = {node.name for node in walk(tree) if isinstance(node, Local)}
        assert (tree.kind, {tree.local, tree.item}) == (kind, names)
        assert (isinstance(tree.condition, Call)) is filtered


def test_names_of_nested_quantifiers_differ() -> None:
    tree = compile_loose("[[1]].exists(i, v, v.exists(i, v, i == v))", {})
    names = [name for node in walk(tree) if isinstance(node, Quantifier) for name in _names(node)]
    assert len(names) == len(set(names)) == 4


def _names(node: Quantifier) -> tuple[str, str]:
    return node.local, node.item


def test_the_longest_known_name_is_meant() -> None:
    tree = unchecked("a.b.c + a.d", "a.b", "a")
    assert variables(tree) == ["a.b", "a"]
    assert [node.field for node in walk(tree) if isinstance(node, Select)] == ["c", "d"]
    assert variables(unchecked("nothing || x")) == ["nothing", "x"]


def test_a_name_is_sought_in_its_container_first() -> None:
    names = ("a.b.x", "a.x", "x")
    assert variables(unchecked("x", *names, container="a.b")) == ["a.b.x"]
    assert variables(unchecked("x", *names, container="a.c")) == ["a.x"]
    assert variables(unchecked(".x", *names, container="a.b")) == ["x"]
    declared = dict.fromkeys(names, "int")
    tree = compile_loose("x + 1", declared, container="a.b")
    assert variables(tree) == ["a.b.x"]


def test_an_item_hides_variables_unless_a_dot_leads() -> None:
    tree = unchecked("[{'z': 0}].exists(y, y.z == 0 && .y.z == 1)", "y.z", "y")
    assert variables(tree) == ["y.z"]
    assert [node.field for node in walk(tree) if isinstance(node, Select)] == ["z"]


def test_calls_on_something_unknown_are_functions_of_a_namespace() -> None:
    tree = unchecked("strings.quote(x) + x.trim() + a.b.while()", "x")
    found = [(node.function, len(node.arguments)) for node in walk(tree) if isinstance(node, Call)]
    assert found[2:] == [("strings.quote", 1), ("trim", 1), ("a.b.while", 0)]


def test_what_a_check_would_refuse_is_read() -> None:
    tree = unchecked("'horses' && has(a.b) || 32", "a")
    assert isinstance(tree, Or)
    assert any(isinstance(node, Has) for node in walk(tree))
    assert not any(isinstance(node, Fact) for node in walk(tree))
    with pytest.raises(ValueError, match="Syntax error"):
        unchecked("1 +")


@pytest.mark.parametrize("text", ["[?optional.of(1)]", "{?1: optional.of(1)}"])
def test_optional_parts_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="optional"):
        unchecked(text)


def test_declared_functions_have_a_type() -> None:
    pair = Signature("pair", "pair_of", ("~A", "~B"), "pair(~A, ~B)")
    last = Signature("latest", "latest_of", ("list(~A)",), "~A")
    assert compile_loose("pair(1, 'a')", {}, functions=[pair]).type == "pair(int, string)"
    assert (
        compile_loose("latest([pair(1, 2u)])", {}, functions=[pair, last]).type == "pair(int, uint)"
    )
    forms = [
        Signature("near", "near_int", ("int", "int"), "bool", member=True),
        Signature("near", "near_text", ("string", "int"), "int", member=True),
    ]
    assert compile_loose("1.near(2)", {}, functions=forms).type == "bool"
    assert compile_loose("'a'.near(2)", {}, functions=forms).type == "int"
    with pytest.raises(ValueError, match="no matching overload"):
        compile_loose("latest(1)", {}, functions=[last])


def test_places_of_names_with_dots() -> None:
    text = "x in .y && strings . quote(a . b) == c.d.e"
    tree = unchecked(text, "x", "y", "a.b", "n.c.d", container="n")
    cut = [Source("", text).cut(node.span) for node in walk(tree) if not isinstance(node, Literal)]
    assert {"x", ".y", "strings . quote(a . b)", "a . b", "c.d", "c.d.e"} <= set(cut)
