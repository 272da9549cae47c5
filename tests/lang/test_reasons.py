"""Reasons: text and holes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.lang.loader import load
from policy.lang.nodes import MapNode, TextNode
from policy.lang.reasons import ReasonSyntax, read_reason
from policy.lang.shapes import Shapes
from policy.lang.source import Source


def read(text: str) -> tuple[ReasonSyntax, list[str]]:
    source = Source("x.yaml", "reason: |-\n" + "".join(f"  {line}\n" for line in text.split("\n")))
    root, found = load(source)
    assert isinstance(root, MapNode), found
    node = root.entries[0].value
    assert isinstance(node, TextNode)
    shapes = Shapes(source)
    return read_reason(node, shapes), [each.message for each in shapes.found]


@pytest.mark.parametrize(
    ("text", "texts", "holes"),
    [
        ("plain", ("plain",), ()),
        ("{a}", ("", ""), ("a",)),
        ("x {a} y {b.c} z", ("x ", " y ", " z"), ("a", "b.c")),
        ("{{a}} {a}", ("{a} ", ""), ("a",)),
        ("{a ? '}' : \"{\"}.", ("", "."), ("a ? '}' : \"{\"",)),
        ("{a == 'it\\'s}'}", ("", ""), ("a == 'it\\'s}'",)),
        ("{ {'a': 1}['a'] }", ("", ""), (" {'a': 1}['a'] ",)),
        ("one\n{a}\ntwo", ("one\n", "\ntwo"), ("a",)),
    ],
)
def test_it_splits_text_and_holes(
    text: str, texts: tuple[str, ...], holes: tuple[str, ...]
) -> None:
    reason, found = read(text)
    assert found == []
    assert reason.texts == texts
    assert tuple(hole.text for hole in reason.holes) == holes
    for hole in reason.holes:
        assert reason.node.text[hole.start :].startswith(hole.text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a {b", "a hole in the reason is never closed"),
        ("a {'}", "a hole in the reason is never closed"),
        ("a } b", "a `}` without a `{`"),
        ("a {} b", "a hole in the reason is empty"),
        ("a { } b", "a hole in the reason is empty"),
    ],
)
def test_it_tells_what_is_wrong(text: str, message: str) -> None:
    assert read(text)[1] == [message]


@given(st.text(alphabet="ab{}'\"\\ ", min_size=1, max_size=30).filter(str.strip))
def test_there_is_one_text_more_than_holes(text: str) -> None:
    reason, _ = read("x" + text)
    assert len(reason.texts) == len(reason.holes) + 1
