"""Reads YAML files as people write rules: strictly, with places, and without trusting them.

A file that is too large, wrongly encoded, nested without end or full of references is refused
before anything is built from it. Nothing here raises for what a file says: mistakes come back as
diagnostics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import yaml

from policy.lang.diagnostics import Diagnostic, Related, error, quoted
from policy.lang.nodes import Entry, ListNode, MapNode, Style, TextNode, YamlNode
from policy.lang.source import Source, Span
from policy.lang.syntax import explain

LARGEST = 1_000_000
"""Bytes of a file. The largest ruleset that is reviewed by people is a tenth of that."""

DEEPEST = 40
"""Collections within collections; the language itself needs six."""

PARSER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML has it: the same marks, some fifteen times as fast."""

_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|\r(?!\n)"
)
_WORD = re.compile(r"[^\s,\[\]{}]*")
_ESCAPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}


def read_source(
    path: Path, *, shown_as: str | None = None
) -> tuple[Source, tuple[Diagnostic, ...]]:
    """Read a file. With an error, the source holds what can be shown of the file."""
    shown = shown_as or path.as_posix()
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as reason:
        said = (reason.strerror or "it cannot be read").lower()
        return Source(shown, ""), (
            error("unreadable-file", f"cannot read the file: {said}", shown),
        )
    return decode(raw, shown)


def decode(raw: bytes, path: str) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The text of a file's bytes, which must be UTF-8 without a byte order mark."""
    if len(raw) > LARGEST:
        return Source(path, ""), (_too_large(path),)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:3] == b"\xef\xbb\xbf":
        found = error(
            "wrong-encoding", "the file starts with a byte order mark", path, help=_ENCODE
        )
        return Source(path, ""), (found,)
    try:
        return Source(path, raw.decode()), ()
    except UnicodeDecodeError as reason:
        source = Source(path, raw.decode(errors="replace"))
        span = _span_at(source.text, len(raw[: reason.start].decode()))
        found = error("wrong-encoding", "the file is not UTF-8 text", path, span, help=_ENCODE)
        return source, (found,)


_ENCODE = "save it as UTF-8 without a byte order mark"


def load(source: Source) -> tuple[YamlNode | None, tuple[Diagnostic, ...]]:
    """Parse one YAML document. The node is None when nothing can be made of the text."""
    refused = tuple(_refused_text(source))
    if refused:
        return None, refused
    builder = _Builder(source)
    try:
        for event in yaml.parse(source.text, Loader=PARSER):
            builder.take(event)
    except _Stop:
        return None, tuple(builder.found)
    except yaml.YAMLError as reason:
        return None, (*builder.found, explain(reason, source))
    if any(found.code == "alias" for found in builder.found):
        return None, tuple(builder.found)  # what they stand for would be missed in every check
    if builder.root is None:
        builder.found.append(error("empty-file", "the file says nothing", source.path))
    return builder.root, tuple(builder.found)


def _refused_text(source: Source) -> Iterator[Diagnostic]:
    text, path = source.text, source.path
    if len(text.encode(errors="replace")) > LARGEST:
        yield _too_large(path)
        return
    control = _FORBIDDEN.search(text)
    if control:
        yield _control(control.group()[0], path, _span_at(text, control.start()))
    count = text.count("\t")
    if count:
        message = "a tab is not allowed" if count == 1 else f"{count} tabs are not allowed"
        help = 'indent with spaces; a tab within a text is written "\\t"'
        yield error("tab", message, path, _span_at(text, text.index("\t")), help=help)


def _too_large(path: str) -> Diagnostic:
    help = "split the ruleset, or move long lists into parameters"
    return error("file-too-large", f"the file is larger than {LARGEST:,} bytes", path, help=help)


def _control(char: str, path: str, span: Span) -> Diagnostic:
    code = f"{ord(char):04X}"
    escapable = unicodedata.category(char) in ("Cf", "Zl", "Zp")
    help = f'write it as "\\u{code}" in a double-quoted text' if escapable else "remove it"
    message = f"the character U+{code} is not allowed in a rule file"
    return error("control-character", message, path, span, help=help)


def _span_at(text: str, offset: int) -> Span:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Span(line, column, line, column + 1)


class _Stop(Exception):
    """The file is refused; going on would be unsafe or pointless."""


class _Open:
    """A collection that is still being read; of a mapping, `parts` are keys and values in turn."""

    __slots__ = ("flow", "is_map", "parts", "span")

    def __init__(self, event: yaml.CollectionStartEvent, span: Span) -> None:
        self.is_map = isinstance(event, yaml.MappingStartEvent)
        self.flow = bool(event.flow_style)
        self.parts: list[YamlNode] = []
        self.span = span


class _Builder:
    """Builds nodes from parser events, without recursion, refusing what rules have no use for."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.root: YamlNode | None = None
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Use one event. Raises _Stop when the file is refused."""
        match event:
            case yaml.ScalarEvent():
                self._refuse_tricks(event)
                self._add(self._text(event))
            case yaml.CollectionStartEvent():
                self._refuse_tricks(event)
                self._begin(event)
            case yaml.CollectionEndEvent():
                self._add(self._close(event))
            case yaml.AliasEvent():
                self._refuse("alias", "the reference {}", event, _REPEAT)
                self._add(TextNode("", "plain", _span(event), self.source, 0, 0))
            case yaml.DocumentStartEvent():
                self._document(event)

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        self._open.append(_Open(event, _span(event)))
        if len(self._open) > DEEPEST:
            message = f"more than {DEEPEST} levels of nesting"
            self.found.append(error("too-deep", message, self.source.path, _span(event)))
            raise _Stop

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            help = "put the second document into a file of its own"
            self._refuse("several-documents", "the second document after {}", event, help)
            raise _Stop
        if event.version or event.tags:
            self._refuse("directive", "the directive {}", event, "remove the line")

    def _refuse_tricks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse("anchor", "the anchor {}", event, _REPEAT)
        elif event.tag is not None:
            self._refuse("tag", "the tag {}", event, _NEGATE)

    def _refuse(self, code: str, what: str, event: yaml.Event, help: str) -> None:
        """Refuse a trick; `{}` in `what` is the author's word."""
        start, _ = _marks(event)
        line = self.source.line(start.line + 1)
        word = _WORD.match(line, start.column)
        first = _span(event)
        text = word.group() if word else ""
        span = Span(first.line, first.column, first.line, first.column + len(text))
        self._error(code, f"{what.format(quoted(text))} is not allowed", span, help)

    def _add(self, node: YamlNode) -> None:
        if self._open:
            self._open[-1].parts.append(node)
        else:
            self.root = node

    def _text(self, event: yaml.ScalarEvent) -> TextNode:
        start, end = (mark.index for mark in _marks(event))
        style = _STYLES.get(event.style, "plain")
        span = _span(event)
        if style in ("literal", "folded"):  # the parser's end is where the next token starts
            last = start + len(self.source.text[start:end].rstrip()) - 1
            span = span.to(_span_at(self.source.text, last))
        node = TextNode(event.value, style, span, self.source, start, end)
        control = _ESCAPED.search(node.text) if style == "double" else None
        if control:
            at = node.cut(control.start(), control.end())
            self.found.append(_control(control.group(), self.source.path, at))
        return node

    def _close(self, event: yaml.CollectionEndEvent) -> YamlNode:
        done = self._open.pop()
        if done.flow or not done.parts:
            span = done.span.to(_span(event))
        else:
            span = done.span.to(done.parts[-1].span)
        if not done.is_map:
            return ListNode(tuple(done.parts), span)
        return MapNode(tuple(self._entries(done.parts)), span)

    def _entries(self, parts: list[YamlNode]) -> Iterator[Entry]:
        seen: dict[str, TextNode] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key, TextNode) or key.kind == "null":
                self._error("no-key", "a key must be a text", key.span)
            elif key.style == "plain" and key.text == "<<":
                self._error("merge-key", "the merge key `<<` is not allowed", key.span, _REPEAT)
            elif key.text in seen:
                first = Related("first used here", self.source.path, seen[key.text].span)
                message = f"the key {quoted(key.text)} is used twice"
                found = error("duplicate-key", message, self.source.path, key.span, related=[first])
                self.found.append(found)
            else:
                seen[key.text] = key
                yield Entry(key, value)

    def _error(self, code: str, message: str, span: Span, help: str = "") -> None:
        self.found.append(error(code, message, self.source.path, span, help=help))


_NEGATE = "remove it; a condition that begins with `!` stands in quotes, or behind `|`"
_REPEAT = "write the values out, or move them into `variables` or parameters"


class _Mark(Protocol):
    """A place of the parser, 0-based."""

    index: int
    line: int
    column: int


def _marks(event: yaml.Event) -> tuple[_Mark, _Mark]:
    # A parser always sets them; only events that somebody builds lack them.
    return cast(_Mark, event.start_mark), cast(_Mark, event.end_mark)


def _span(event: yaml.Event) -> Span:
    start, end = _marks(event)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
