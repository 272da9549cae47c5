"""Any text comes back from YAML as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.lang.formatter.scalars import fits_block, folded, in_quotes, is_plain, scalar
from policy.lang.loader import load
from policy.lang.nodes import MapNode, TextNode
from policy.lang.source import Source

# What the loader lets into a text: no control characters but line breaks and tabs.
ANY = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t")
)
HARD = st.lists(st.sampled_from([*"aé:#-?,[]{}&*!|>'\"%@`\\ \n=~<.0", ": ", " #", "  "])).map(
    "".join
)


def read_back(text: str) -> TextNode:
    root, found = load(Source("x.yaml", text))
    assert isinstance(root, MapNode), found
    assert found == ()
    value = root.get("a")
    if not isinstance(value, TextNode):
        assert value is not None
        assert not isinstance(value, MapNode)
        (value,) = value.items
    assert isinstance(value, TextNode)
    return value


@given(HARD | ANY)
def test_a_text_is_read_back(text: str) -> None:
    for written in (f"a: {scalar(text, flow=False)}\n", f"a: [{scalar(text, flow=True)}]\n"):
        node = read_back(written)
        assert (node.text, node.kind) == (text, "string")


@given(HARD | ANY)
def test_a_text_in_quotes_is_in_quotes(text: str) -> None:
    node = read_back(f"a: {in_quotes(text)}\n")
    assert node.text == text
    assert node.style in ("single", "double")


@given(HARD | ANY, st.integers(5, 80))
def test_a_folded_sentence_is_read_back(text: str, width: int) -> None:
    lines = folded(text, width)
    if lines is not None:
        written = "a: >-\n" + "".join(f"  {line}\n" for line in lines)
        assert read_back(written).text == text


@given(HARD | ANY)
def test_a_block_is_read_back(text: str) -> None:
    if fits_block(text):
        written = "a: |-\n" + "".join(f"  {line}\n" if line else "\n" for line in text.split("\n"))
        assert read_back(written).text == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain words", "plain words"),
        ("no", "no"),
        ("2026-08-02", "2026-08-02"),
        ("true", '"true"'),
        ("12", '"12"'),
        ("~", '"~"'),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("a:b #c", '"a:b #c"'),
        ('["DE", "FR"]', """'["DE", "FR"]'"""),
        ("it's", "it's"),
        ("'s", '''"'s"'''),
        ("-x", "-x"),
        ("- x", '"- x"'),
    ],
)
def test_quotes_stand_where_they_are_needed(text: str, wanted: str) -> None:
    assert scalar(text, flow=False) == wanted


def test_a_comma_needs_quotes_within_brackets_only() -> None:
    assert is_plain("a, b", flow=False)
    assert not is_plain("a, b", flow=True)


def test_a_sentence_is_never_broken_within_a_hole() -> None:
    lines = folded("words and words {track.contributors.map(c, c.role)} and more words", 30)
    assert lines == ["words and words", "{track.contributors.map(c, c.role)}", "and more words"]
