"""What is written for an author to paste reads back as what was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.engines.mutation.sparse import Sparse
from policy.engines.mutation.yaml_text import flow
from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode, is_empty
from policy.lang.situations import completed
from policy.lang.source import Source
from tests.engines.making import document, schema

_VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _VISIBLE,
    lambda inner: st.lists(inner) | st.dictionaries(_VISIBLE.filter(bool), inner),
    max_leaves=8,
)


def _read(node: YamlNode) -> Any:
    match node:
        case TextNode():
            plain = {"bool": node.text == "true"}
            if is_empty(node):
                return None
            return int(node.text) if node.kind == "int" else plain.get(node.kind, node.text)
        case ListNode(items=items):
            return [_read(item) for item in items]
        case MapNode():
            return {entry.key.text: _read(entry.value) for entry in node}


@given(_VALUES)
def test_a_value_reads_back(value: Any) -> None:
    root, found = load(Source("tests.yaml", f"value: {flow(value)}\n"))
    assert isinstance(root, MapNode), found
    assert _read(root.entries[0].value) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("declared-none", "declared-none"),
        ("Blue Hour", "Blue Hour"),
        ("true", '"true"'),
        ("12", '"12"'),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        (0.5, "0.5"),
        ({"a": [True, None]}, "{a: [true, ~]}"),
    ],
)
def test_quotes_only_where_they_are_needed(value: Any, text: str) -> None:
    assert flow(value) == text


def test_facts_are_what_differs_from_what_is_given() -> None:
    sparse = Sparse(schema(), "2026-09-01T12:00:00Z")
    usual = document()
    changed = document(isrc="X", ai={**usual["track"]["ai"], "declared": "all"}, contributors=[])
    assert sparse.facts("track", usual, usual) == {}
    assert sparse.facts("track", changed, usual) == {
        "track.isrc": "X",
        "track.ai.declared": "all",
        "track.contributors": [],
    }
    assert sparse.facts("track", usual, changed) == {
        "track.isrc": None,
        "track.ai.declared": "none",
        "track.contributors": [
            {"role": "Composer", "facet": "composition", "ai": "none"},
            {"name": "Mara", "role": "LeadVocalist", "facet": "vocals", "ai": "partly"},
        ],
    }


def test_an_optional_record_is_there_even_if_nothing_is_said_of_it() -> None:
    made, moment = schema(), "2026-09-01T12:00:00Z"
    release = made.record("Release")
    assert release is not None
    told = document(release=completed(made, release, {}, moment))
    assert Sparse(made, moment).facts("track", told, document()) == {"track.release": {}}
