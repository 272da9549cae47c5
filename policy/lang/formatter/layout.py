"""Writes nodes in the canonical layout, line by line, with their comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.lang.formatter.comments import Comment, Comments
from policy.lang.formatter.expressions import STEP, filled
from policy.lang.formatter.forms import Resolved, form_of, in_order, is_simple, resolved
from policy.lang.formatter.outline import key_of
from policy.lang.formatter.scalars import scalar
from policy.lang.formatter.texts import PROSE, WIDTH, Written, one_line, write_text
from policy.lang.grammar.forms import Form, Items, Keys, Named, Style, Text
from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode


class Writer:
    """Writes one file. Lines are made without the indentation of what they stand in; `column` is
    where they will begin, from 0.
    """

    def __init__(self, comments: Comments) -> None:
        self._comments = comments

    def document(self, root: YamlNode, form: Form) -> str:
        """The whole text."""
        head = [*_comment_lines(self._comments.head)]
        if head and self._comments.head_apart:
            head.append("")
        if isinstance(root, MapNode) and root.entries:
            body = self._map(root, resolved(form, root), 0, top=True)
        else:
            written = self._value(root, form, 0, 0)
            body = [*filter(None, [written.inline]), *written.below]
        return "\n".join((*head, *body)).strip("\n") + "\n"

    def _value(self, node: YamlNode, form: Form, lead: int, column: int) -> Written:
        """A value that begins in column `lead`, or in lines below in `column`."""
        found = resolved(form, node)
        if isinstance(node, TextNode):
            role = found.role if isinstance(found, Text) else "text"
            return write_text(node, role, lead, column)
        commented = self._comments.within(node)
        if not commented and (written := self._bracketed(node, found, lead, column)):
            return written
        if isinstance(node, MapNode):
            return Written("", tuple(self._map(node, found, column)))
        return Written("", tuple(self._list(node, found, column)))

    # Within brackets

    def _bracketed(
        self, node: ListNode | MapNode, form: Resolved, lead: int, column: int
    ) -> Written | None:
        """A collection in brackets, where its form and its length let it stand so."""
        parts = node.items if isinstance(node, ListNode) else node.entries
        style = "block" if isinstance(form, Text) else form.style
        if style == "block" and parts:
            return None
        flat = _flat(node, form)
        if style == "row" or not parts or lead + len(flat) <= _room(node, form, style):
            return Written(flat)
        if isinstance(node, ListNode) and all(isinstance(item, TextNode) for item in node.items):
            return _filled_list([_flat(item, Text()) for item in node.items], lead, column)
        return None

    # Line by line

    def _map(self, node: MapNode, form: Resolved, column: int, *, top: bool = False) -> list[str]:
        lines: list[str] = []
        for entry in in_order(form, node):
            key = scalar(entry.key.text, flow=False)
            lead = column + len(key) + 2
            written = self._value(entry.value, form_of(form, entry), lead, column + STEP)
            block = top and not written.inline
            blank = bool(lines) and (block or self._stands_apart(entry, form))
            lines += ["", *self._above(entry)] if blank else self._above(entry)
            lines += self._put(f"{key}:", written, key_of(entry))
        return [*lines, *self._behind(node)]

    def _list(self, node: ListNode, form: Resolved, column: int) -> list[str]:
        lines: list[str] = []
        of: Form = form.of if isinstance(form, Items) else Text()
        for item in node.items:
            self._raise_comments(item, of)
            written = self._value(item, of, column + STEP, column + STEP)
            above = self._above(item)
            lines += ["", *above] if lines and self._stands_apart(item, form) else above
            lines += self._put_item(written, key_of(item))
        return [*lines, *self._behind(node)]

    def _raise_comments(self, item: YamlNode, form: Form) -> None:
        """An item and its first part begin on one line, so that comments stand above both."""
        found = resolved(form, item)
        if isinstance(item, MapNode) and item.entries:
            self._comments.raise_to(key_of(item), key_of(in_order(found, item)[0]))
        elif isinstance(item, ListNode) and item.items and isinstance(found, Items):
            self._raise_comments(item.items[0], found.of)
            self._comments.raise_to(key_of(item), key_of(item.items[0]))

    def _put(self, start: str, written: Written, key: int) -> list[str]:
        """The lines of an entry or of an item with an inline value, the comment beside it kept."""
        lines = [f"{start} {written.inline}".rstrip(), *_indented(written.below)]
        for comment in self._comments.beside.get(key, []):
            lines[-1 if written.closed else 0] += f"  {comment.text}"
        return lines

    def _put_item(self, written: Written, key: int) -> list[str]:
        if written.inline:
            return self._put("-", written, key)
        beside = [comment.text for comment in self._comments.beside.get(key, [])]
        first, *rest = written.below
        return [*beside, f"- {first}", *_indented(rest)]

    def _stands_apart(self, part: Entry | YamlNode, form: Resolved) -> bool:
        """Whether a blank line stands above a part: always, never, or as the author has it."""
        match form:
            case Items(apart=True) | Named(apart=True):
                return True
            case Named():
                above = self._comments.above.get(key_of(part))
                return above[0].spaced if above else key_of(part) in self._comments.spaced
        return False

    def _above(self, part: Entry | YamlNode) -> list[str]:
        found = self._comments.above.get(key_of(part), [])
        blank = [""] if found and key_of(part) in self._comments.spaced else []
        return [*_comment_lines(found), *blank]

    def _behind(self, node: YamlNode) -> list[str]:
        found = self._comments.behind.get(key_of(node), [])
        blank = [""] if found and found[0].spaced else []
        return [*blank, *_comment_lines(found)]


def _room(node: ListNode | MapNode, form: Resolved, style: Style) -> int:
    """The last column of a collection that is to stand on one line; 0 where it is never to."""
    many = isinstance(node, MapNode) and len(node.entries) > 1
    if style != "wide" and (not is_simple(node) or (style == "lone" and many)):
        return 0
    return PROSE if style == "wide" or (isinstance(form, Keys) and form.wordy) else WIDTH


def _filled_list(items: list[str], lead: int, column: int) -> Written:
    """A list of texts that is too long for one line; one item alone is as long as it is."""
    *before, last = items
    first, *rest = filled([*before, f"{last}]"], WIDTH - column, lead - column + 1)
    return Written(f"[{first}", tuple(line.strip() for line in rest), closed=True)


def _comment_lines(comments: Sequence[Comment]) -> Iterator[str]:
    """Comments on lines of their own, with the author's blank lines between them."""
    for number, comment in enumerate(comments):
        if number and comment.spaced:
            yield ""
        yield comment.text


def _indented(lines: Sequence[str]) -> list[str]:
    return [" " * STEP + line if line else line for line in lines]


def _flat(node: YamlNode, form: Form) -> str:
    """Any value on one line."""
    found = resolved(form, node)
    match node:
        case TextNode():
            return one_line(node, found.role if isinstance(found, Text) else "text", flow=True)
        case ListNode(items=items):
            of: Form = found.of if isinstance(found, Items) else Text()
            return "[" + ", ".join(_flat(item, of) for item in items) + "]"
    entries = in_order(found, node)
    return "{" + ", ".join(_flat_entry(entry, form_of(found, entry)) for entry in entries) + "}"


def _flat_entry(entry: Entry, form: Form) -> str:
    return f"{scalar(entry.key.text, flow=True)}: {_flat(entry.value, form)}"
