"""Where the parts of a file begin and end: what comments are told apart by.

An element is an entry of a mapping or an item of a list. Elements and collections are known by the
identity of their nodes, `key_of`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode
from policy.lang.source import Source


@dataclass(frozen=True, slots=True)
class Element:
    """An entry or item. `value` is where its value begins when that is a text, else -1."""

    key: int
    start: int
    column: int
    value: int
    spaced: bool  # the line above it is blank


@dataclass(frozen=True, slots=True)
class Collection:
    """A mapping or list; `column` is that of its first part."""

    key: int
    start: int
    end: int
    column: int
    flow: bool


def key_of(part: Entry | YamlNode) -> int:
    """What a part of a file is known by, as long as its nodes are held."""
    return id(part)


class Outline:
    """The elements and collections of one file, in order."""

    def __init__(self, source: Source, root: YamlNode) -> None:
        self.root = key_of(root)
        self.elements: list[Element] = []
        self.scalars: list[tuple[int, int]] = []
        self._text = source.text
        self._lines = _line_starts(source.text)
        self._collections: list[Collection] = []
        self._ends: list[tuple[int, int]] = []  # an offset, and the element that ends a line there
        self._value(root, None)
        self._ends.sort(key=lambda end: end[0])
        self._starts = [element.start for element in self.elements]

    def next_after(self, offset: int) -> Element | None:
        """The first element that begins after an offset."""
        at = bisect_right(self._starts, offset)
        return self.elements[at] if at < len(self.elements) else None

    def last_before(self, offset: int) -> Element | None:
        """The last element that begins before an offset."""
        at = bisect_left(self._starts, offset)
        return self.elements[at - 1] if at else None

    def ending_before(self, offset: int) -> int | None:
        """The element of which the last piece before an offset is a part."""
        at = bisect_right(self._ends, offset, key=lambda end: end[0])
        return self._ends[at - 1][1] if at else None

    def flow_around(self, offset: int) -> Collection | None:
        """The innermost collection in brackets around an offset."""
        around = [
            each for each in self._collections if each.flow and each.start < offset < each.end
        ]
        return around[-1] if around else None

    def ended_before(self, offset: int) -> Iterator[Collection]:
        """Block collections that have their last element before an offset, innermost first."""
        last = self.last_before(offset)
        if last is None:
            return
        following = self.next_after(offset)
        for each in reversed(self._collections):
            holds_next = following is not None and each.start <= following.start < each.end
            if not each.flow and each.start <= last.start <= each.end and not holds_next:
                yield each

    def _offset(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column - 1

    def _value(self, node: YamlNode, owner: int | None) -> None:
        if isinstance(node, TextNode):
            self._scalar(node, owner)
            return
        start = self._offset(node.span.line, node.span.column)
        end = self._offset(node.span.end_line, node.span.end_column)
        flow = self._text[start : start + 1] in ("[", "{")
        self._collections.append(Collection(key_of(node), start, end, node.span.column, flow))
        if flow and owner is not None:
            self._ends += [(start + 1, owner), (end, owner)]
        if isinstance(node, MapNode):
            for entry in node:
                self._entry(entry)
        else:
            self._items(node)

    def _scalar(self, node: TextNode, owner: int | None) -> None:
        self.scalars.append((node.start, node.end))
        if owner is not None:
            block = node.style in ("literal", "folded")
            self._ends.append((node.start if block else node.end, owner))

    def _entry(self, entry: Entry) -> None:
        self.scalars.append((entry.key.start, entry.key.end))
        self._ends.append((entry.key.end, key_of(entry)))
        self._element(key_of(entry), entry.key.start, entry.key.span.column, entry.value)
        self._value(entry.value, key_of(entry))

    def _items(self, node: ListNode) -> None:
        for item in node.items:
            start = self._offset(item.span.line, item.span.column)
            self._element(key_of(item), start, node.span.column, item)
            self._value(item, key_of(item))

    def _element(self, key: int, start: int, column: int, value: YamlNode) -> None:
        text = value.start if isinstance(value, TextNode) else -1
        self.elements.append(Element(key, start, column, text, self.blank_above(start)))

    def blank_above(self, offset: int) -> bool:
        """Whether the line above that of an offset is blank."""
        line = bisect_right(self._lines, offset) - 1
        return line > 0 and not self._text[self._lines[line - 1] : self._lines[line]].strip()


def inside(node: YamlNode) -> Iterator[int]:
    """The keys of all that is in a collection; of a text none."""
    if isinstance(node, TextNode):
        return
    for part in node if isinstance(node, MapNode) else node.items:
        yield key_of(part)
        yield from inside(part.value if isinstance(part, Entry) else part)


def _line_starts(text: str) -> list[int]:
    return [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
