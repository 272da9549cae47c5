"""What a YAML file says, with the place of every key and value.

Only three shapes remain of YAML: texts, lists and mappings. A text keeps the author's exact
characters: `no`, `012`, `12:30:45` and `2026-08-02` are what they look like. `kind` is what a plain
text means, which is YAML 1.2's view without its second spellings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.folding import offsets
from policy.lang.source import Source, Span

Style: TypeAlias = OneOf["plain", "single", "double", "literal", "folded"]
Kind: TypeAlias = OneOf["null", "bool", "int", "double", "string"]

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|false")
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DOUBLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def plain_kind(text: str) -> Kind:
    """What a text means when it stands without quotes."""
    if _NULL.fullmatch(text):
        return "null"
    if _BOOL.fullmatch(text):
        return "bool"
    if _INT.fullmatch(text):
        return "int"
    return "double" if _DOUBLE.fullmatch(text) else "string"


@dataclass(frozen=True, eq=False)
class TextNode:
    """A scalar. `start` and `end` are offsets into the source, quotes and block header included.

    Not slotted: the table of offsets is built when an expression is first read from the text.
    """

    text: str
    style: Style
    span: Span
    source: Source
    start: int
    end: int

    @property
    def kind(self) -> Kind:
        """What a plain text means; a quoted or block text is always a string."""
        return plain_kind(self.text) if self.style == "plain" else "string"

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the code point at `offset` of the text.

        Exact in every style. An offset past the end is the place just after the last word.
        """
        text = self.source.text
        position = self._position(offset)
        line = self.span.line + text.count("\n", self.start, position)
        return line, position - text.rfind("\n", 0, position)

    def cut(self, start: int, stop: int) -> Span:
        """The span of a part of the text."""
        first, last = self.place(start), self.place(max(start, stop - 1))
        return Span(*first, last[0], last[1] + 1)

    def placer(self, shift: int) -> Callable[[int], tuple[int, int]]:
        """`place` for a part of the text that begins at `shift`."""
        return lambda offset: self.place(shift + offset)

    def _position(self, offset: int) -> int:
        if not self._offsets:
            return self.start
        if offset < len(self._offsets):
            return self._offsets[max(0, offset)]
        return self._offsets[max(0, len(self.text.rstrip()) - 1)] + 1

    @cached_property
    def _offsets(self) -> list[int]:
        return offsets(self.source.text[self.start : self.end], self.style, self.text, self.start)


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """A sequence."""

    items: tuple[YamlNode, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One key of a mapping with its value."""

    key: TextNode
    value: YamlNode

    @property
    def span(self) -> Span:
        """From the key to the end of the value."""
        return self.key.span.to(self.value.span)


@dataclass(frozen=True, slots=True, eq=False)
class MapNode:
    """A mapping in the author's order; no two keys are equal."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> YamlNode | None:
        """The value under a key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


YamlNode: TypeAlias = TextNode | ListNode | MapNode


def is_empty(node: YamlNode) -> bool:
    """Whether nothing was written: `key:` without a value, `~` or `null`."""
    return isinstance(node, TextNode) and node.kind == "null"


def shape(node: YamlNode) -> str:
    """What a node is, in the words of messages."""
    match node:
        case MapNode():
            return "a mapping"
        case ListNode():
            return "a list"
        case TextNode(kind="null"):
            return "nothing"
        case TextNode(kind="bool"):
            return "a truth value"
        case TextNode(kind="int" | "double"):
            return "a number"
    return "a text"
