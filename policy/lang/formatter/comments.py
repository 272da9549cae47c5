"""Comments of a file, and what each of them stands at.

YAML's nodes know nothing of comments. Between the scalars of a file there are only colons, commas,
dashes, brackets and comments, so that whatever begins with `#` there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from policy.lang.formatter.outline import Collection, Element, Outline, inside, key_of
from policy.lang.nodes import YamlNode
from policy.lang.source import Source

_COMMENT = re.compile(r"#[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. `alone`: it has its line for itself, but for the dash of an item."""

    text: str
    start: int
    column: int  # 1-based
    alone: bool
    spaced: bool  # the line above it is blank


@dataclass(slots=True)
class Comments:
    """Comments by what they stand at, which is known by `outline.key_of`.

    `head` opens the file, `above` stands above an element, `beside` ends its line, `behind` follows
    the last part of a collection. `spaced` are the elements with a blank line right above them.
    """

    head: list[Comment] = field(default_factory=list)
    above: dict[int, list[Comment]] = field(default_factory=dict)
    beside: dict[int, list[Comment]] = field(default_factory=dict)
    behind: dict[int, list[Comment]] = field(default_factory=dict)
    spaced: set[int] = field(default_factory=set)
    head_apart: bool = False  # a blank line follows the head

    def within(self, node: YamlNode) -> bool:
        """Whether a comment stands inside a collection."""
        places = (self.above, self.beside, self.behind)
        own = key_of(node) in self.behind
        return own or any(key in place for key in inside(node) for place in places)

    def raise_to(self, item: int, part: int) -> None:
        """Let what stands above the first part of an item stand above the item: it is one line."""
        first, *rest = self.above.pop(part, [None])
        if first:
            raised = [replace(first, spaced=item in self.spaced), *rest]
            self.above.setdefault(item, []).extend(raised)
            self.spaced.discard(item)


def find_comments(source: Source, outline: Outline) -> Iterator[Comment]:
    """All comments of a file, in order."""
    at = 0
    for start, end in (*outline.scalars, (len(source.text),) * 2):
        yield from _between(source.text, at, start, outline)
        if source.text[start : start + 1] in ("|", ">"):
            line_end = source.text.find("\n", start, end)
            yield from _between(source.text, start, line_end if line_end >= 0 else end, outline)
        at = end


def _between(text: str, start: int, end: int, outline: Outline) -> Iterator[Comment]:
    for found in _COMMENT.finditer(text, start, end):
        line = text.rfind("\n", 0, found.start()) + 1
        yield Comment(
            text=found.group().rstrip(),
            start=found.start(),
            column=found.start() - line + 1,
            alone=not text[line : found.start()].strip(" -"),
            spaced=outline.blank_above(found.start()),
        )


def attach(source: Source, outline: Outline) -> Comments:
    """Give each comment of a file to what it stands at."""
    found = Comments(spaced={element.key for element in outline.elements if element.spaced})
    found.head_apart = bool(outline.elements) and outline.elements[0].spaced
    for comment in find_comments(source, outline):
        _place(comment, outline, found).append(comment)
    _keep_one_beside(found)
    return found


def _keep_one_beside(found: Comments) -> None:
    """A line has room for one comment: earlier ones of an element stand above it."""
    for key, (*earlier, last) in found.beside.items():
        if earlier:
            found.above.setdefault(key, []).extend(replace(each, spaced=False) for each in earlier)
            found.beside[key] = [last]


def _place(comment: Comment, outline: Outline, found: Comments) -> list[Comment]:
    if comment.alone:
        return _place_of_line(comment, outline, found)
    element = outline.ending_before(comment.start)
    return found.head if element is None else found.beside.setdefault(element, [])


def _place_of_line(comment: Comment, outline: Outline, found: Comments) -> list[Comment]:
    last, following = outline.last_before(comment.start), outline.next_after(comment.start)
    if last is None:
        return found.head
    if comment.start < last.value:  # between a key and its text
        return found.above.setdefault(last.key, [])
    ended = _ended_by(comment, following, outline)
    if ended is not None:
        return found.behind.setdefault(ended.key, [])
    if following is None:
        return found.behind.setdefault(outline.root, [])
    return found.above.setdefault(following.key, [])


def _ended_by(comment: Comment, following: Element | None, outline: Outline) -> Collection | None:
    """The collection that a comment closes: by its brackets, or by how far it is indented."""
    around = outline.flow_around(comment.start)
    if around:
        return None if following and following.start < around.end else around
    if following and comment.column <= following.column:
        return None
    over = outline.ended_before(comment.start)
    return next((each for each in over if each.column <= comment.column), None)
