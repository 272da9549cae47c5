"""YAML read strictly: guards, the view of plain texts, and the place of every code point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policy.lang import loader
from policy.lang.loader import decode, load, read_source
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode
from policy.lang.source import Source, Span

BOTH_PARSERS = pytest.mark.parametrize("parser", [yaml.CSafeLoader, yaml.SafeLoader])


def read(text: str) -> YamlNode:
    root, found = load(Source("x.yaml", text))
    assert found == ()
    assert root is not None
    return root


def value(text: str) -> TextNode:
    root = read(text)
    assert isinstance(root, MapNode)
    node = root.entries[0].value
    assert isinstance(node, TextNode)
    return node


def said(text: str) -> list[tuple[str, int, int]]:
    _, found = load(Source("x.yaml", text))
    return [(each.code, each.span.line, each.span.column) for each in found if each.span]


def texts(node: YamlNode) -> Iterator[TextNode]:
    match node:
        case TextNode():
            yield node
        case ListNode(items=items):
            for item in items:
                yield from texts(item)
        case MapNode(entries=entries):
            for entry in entries:
                yield entry.key
                yield from texts(entry.value)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("no", "string"),
        ("NO", "string"),
        ("on", "string"),
        ("yes", "string"),
        ("012", "string"),
        ("1_000", "string"),
        ("12:30:45", "string"),
        ("2026-08-02", "string"),
        ("0x1F", "string"),
        (".inf", "string"),
        ("+1", "string"),
        ("'12'", "string"),
        ('"true"', "string"),
        ("True", "string"),
        ("true", "bool"),
        ("12", "int"),
        ("-12", "int"),
        ("12.50", "double"),
        ("1e3", "double"),
        ("~", "null"),
        ("null", "null"),
        ("", "null"),
    ],
)
def test_a_plain_text_means_what_it_looks_like(written: str, kind: str) -> None:
    node = value(f"key: {written}")
    assert node.kind == kind
    assert node.text == written.strip("'\"")  # the exact text is kept


@BOTH_PARSERS
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: *x\n", [("alias", 2, 4)]),
        ("a: &x 1\n", [("anchor", 1, 4)]),
        ("a: !!int 1\n", [("tag", 1, 4)]),
        ("a: !python/object:os.system x\n", [("tag", 1, 4)]),
        ("a:\n  <<: {b: 1}\n", [("merge-key", 2, 3)]),
        ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3, 1)]),
        ("? [a]\n: 1\n", [("no-key", 1, 3)]),
        ("a: 1\n---\nb: 1\n", [("several-documents", 2, 1)]),
        ("%YAML 1.1\n---\na: 1\n", [("directive", 1, 1)]),
        ("a:\tb\n", [("tab", 1, 3)]),
        ("a: x\x07\n", [("control-character", 1, 5)]),
        ("a: \u202e\n", [("control-character", 1, 4)]),
        ("a: b\rc\n", [("control-character", 1, 5)]),
        ('a: "x\\0"\n', [("control-character", 1, 6)]),
        ("[" * 41 + "]" * 41, [("too-deep", 1, 41)]),
        ("[" * 100_000, [("too-deep", 1, 41)]),
        ("{" * 100_000, [("too-deep", 1, 41)]),
        ("- " * 50 + "a", [("too-deep", 1, 81)]),
        ("a: 'b\n", [("invalid-yaml", 1, 4)]),
        ("a: [b\n", [("invalid-yaml", 1, 6)]),
        ("a: b: c\n", [("invalid-yaml", 1, 5)]),
        ("a: @b\n", [("invalid-yaml", 1, 4)]),
        ("key: - a\n", [("invalid-yaml", 1, 6)]),
    ],
)
def test_it_refuses_what_rules_have_no_use_for(
    text: str, expected: list[tuple[str, int, int]], parser: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "PARSER", parser)
    assert said(text) == expected


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert read("'<<': 1") is not None


def test_forty_levels_are_read() -> None:
    assert read("[" * 40 + "]" * 40) is not None


def test_a_condition_that_yaml_takes_for_a_tag_is_shown_the_way_out() -> None:
    _, (found,) = load(Source("x.yaml", "when: !has(track.isrc)\n"))
    assert (found.code, found.span) == ("tag", Span(1, 7, 1, 23))
    assert "stands in quotes, or behind `|`" in found.help


def test_a_duplicate_key_names_both_places() -> None:
    _, (found,) = load(Source("x.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n"))
    assert found.span == Span(4, 3, 4, 4)
    assert [other.span for other in found.related] == [Span(3, 3, 3, 4)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xff\xfea\0", "wrong-encoding"),
        (b"\xfe\xff\0a", "wrong-encoding"),
        (b"\xef\xbb\xbfa: 1", "wrong-encoding"),
        (b"a: \xe9", "wrong-encoding"),
        (b"a" * 1_000_001, "file-too-large"),
    ],
)
def test_it_refuses_bytes_that_are_no_text(raw: bytes, code: str) -> None:
    _, found = decode(raw, "x.yaml")
    assert [each.code for each in found] == [code]


def test_a_wrong_byte_has_a_place() -> None:
    _, (found,) = decode("a: 1\nb: größe ".encode() + b"\xe9", "x.yaml")
    assert found.span == Span(2, 10, 2, 11)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    _, (found,) = read_source(tmp_path / "x.yaml", shown_as="x.yaml")
    assert (found.code, found.place) == ("unreadable-file", "x.yaml")
    assert found.message == "cannot read the file: no such file or directory"
    _, (found,) = read_source(tmp_path, shown_as="x.yaml")
    assert found.message == "cannot read the file: is a directory"


def test_windows_line_breaks_are_read() -> None:
    node = value("key: |\r\n  a &&\r\n  b\r\n")
    assert node.text == "a &&\nb\n"
    assert node.place(5) == (3, 3)


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("k: one two", "two", (1, 8)),
        ("k: 'it''s two'", "two", (1, 11)),
        ('k: "a\\u00e9\\t two"', "two", (1, 15)),
        ('k: "one \\\n   two"', "two", (2, 4)),
        ("k: one\n  more\n  two", "two", (3, 3)),
        ("k: |\n  one &&\n    two\n", "two", (3, 5)),
        ("k: |2-\n    one\n   two\n", "two", (3, 4)),
        ("k: |+\n\n  one\n\n  two\n\n\nz: 1", "two", (5, 3)),
        ("k: >\n  one\n  &&\n\n    more\n  two\n", "two", (6, 3)),
        ("k: >-\n  日本\n  語 two\n", "two", (3, 5)),
        ("k: | # comment 9\n    two\n", "two", (2, 5)),
    ],
)
def test_every_part_of_a_text_has_its_place(text: str, word: str, place: tuple[int, int]) -> None:
    node = value(text)
    assert node.place(node.text.index(word)) == place
    line, column = place
    assert node.source.line(line)[column - 1 :].startswith(word)


def test_the_end_of_a_block_is_behind_its_last_word() -> None:
    node = value("k: |\n  a &&\n\n")
    assert node.place(len(node.text)) == (2, 7)
    assert node.place(99) == (2, 7)
    assert node.span == Span(1, 4, 2, 7)


WORDS = st.sampled_from(
    [
        "foo",
        "日本",
        "a  b",
        " ",
        "\n",
        "\n\n",
        "x: y",
        '"',
        "'",
        "\\",
        "é",
        "  lead",
        "#c",
        ": ",
        "{",
    ]
)


@BOTH_PARSERS
@given(data=st.data())
def test_places_agree_with_the_text_in_every_style(parser: type, data: st.DataObject) -> None:
    said = "".join(data.draw(st.lists(WORDS, max_size=12)))
    style = data.draw(st.sampled_from(["'", '"', "|", ">", None]))
    width = data.draw(st.sampled_from([10, 20, 80]))
    dumped = yaml.dump({"k": [said]}, default_style=style, allow_unicode=True, width=width)
    if data.draw(st.booleans()):
        dumped = dumped.replace("\n", "\r\n")
    for node in texts(_parsed(parser, dumped)):
        for offset, char in enumerate(node.text):
            line, column = node.place(offset)
            there = node.source.line(line)[column - 1 : column]
            assert there == char or char in " \n" or there == "\\"


def _parsed(parser: type, text: str) -> YamlNode:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "PARSER", parser)
        return read(text)


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    root, found = load(Source("x.yaml", text))
    assert root is not None or found


@given(
    st.text(alphabet="ab:-[]{}&*!|>'\"%@#,? \n0", max_size=60).map(lambda text: f"a: {text}\nb: 1")
)
def test_no_yaml_makes_it_raise(text: str) -> None:
    root, found = load(Source("x.yaml", text))
    assert root is not None or found
    for each in found:
        assert re.fullmatch(r"[a-z-]+", each.code)


@given(st.binary(max_size=100))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    source, found = decode(raw, "x.yaml")
    if not found:
        load(source)
