"""Values written as YAML: the loader reads back what was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode, is_empty
from policy.lang.source import Source
from policy.lang.yaml_text import Value, entry, flow, mapping, text

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\r\t"))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
KEYS = st.sampled_from(["track.ai", "name", "do", "ai.declared", "of"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


def read(written: str) -> YamlNode:
    root, found = load(Source("tests.yaml", written))
    assert root is not None, (found, written)
    assert found == ()
    return root


def value_of(node: YamlNode, like: Any) -> Any:
    """The node as a value of the type that was written, as the reader of a typed fact sees it."""
    match node:
        case MapNode():
            return {each.key.text: value_of(each.value, like[each.key.text]) for each in node}
        case ListNode():
            return [value_of(*pair) for pair in zip(node.items, like, strict=True)]
        case TextNode() if is_empty(node):
            return None
        case TextNode(kind="bool"):
            return node.text == "true"
        case TextNode() if isinstance(like, str):
            return node.text
        case TextNode():
            return type(like)(node.text)


@given(value=VALUES)
def test_what_is_written_is_read_back(value: Value) -> None:
    root = read("".join(f"{line}\n" for line in entry("key", value)))
    assert value_of(root, {"key": value}) == {"key": value}


@given(value=TEXTS)
def test_a_text_stands_anywhere(value: str) -> None:
    root = read(f"- {{a: {text(value)}, b: [{text(value)}]}}\n- {text(value)}\n")
    assert value_of(root, [{"a": value, "b": [value]}, value]) == [
        {"a": value, "b": [value]},
        value,
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Blue Hour", "Blue Hour"),
        ("Bj\u00f6rk & Co (Live)", "Bj\u00f6rk & Co (Live)"),
        ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"),
        ("86400s", "86400s"),
        ("12", '"12"'),
        ("true", '"true"'),
        ("", '""'),
        ("ends here ", '"ends here "'),
        ("one: two", '"one: two"'),
        ("a, b", '"a, b"'),
        ('say "no"\n', '"say \\"no\\"\\n"'),
        ("left\u200eright", '"left\\u200eright"'),
        ("\U0001d11e", '"\U0001d11e"'),
        ("a\x00b\x85c", '"a\ufffdb\ufffdc"'),
    ],
)
def test_texts_look_as_people_write_them(value: str, written: str) -> None:
    assert text(value) == written


def test_what_is_wide_is_written_over_lines() -> None:
    wide = {"role": "x" * 60, "name": "y" * 60, "parts": []}
    assert list(mapping({"a": {"b": 1}, "c": [wide, {"role": "z"}], "d": wide, "e": {}})) == [
        "a: {b: 1}",
        "c:",
        f"  - role: {'x' * 60}",
        f"    name: {'y' * 60}",
        "    parts: []",
        "  - {role: z}",
        "d:",
        f"  role: {'x' * 60}",
        f"  name: {'y' * 60}",
        "  parts: []",
        "e: {}",
    ]
    assert flow([True, None, 0.5, "a"]) == "[true, ~, 0.5, a]"
