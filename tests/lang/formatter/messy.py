"""Writes the nodes of a file in a layout that nobody would choose: what a formatter must undo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from policy.lang.extents import Tokens
from policy.lang.formatter.forms import form_of, resolved
from policy.lang.formatter.scalars import fits_block, is_plain
from policy.lang.grammar.forms import Form, Items, Keys, Text
from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode, is_empty

T = TypeVar("T")


@dataclass(slots=True)
class Messy:
    """Draws layouts. With `comments`, comments and blank lines stand wherever they can."""

    draw: DrawFn
    comments: bool = False
    written: int = 0

    def document(self, node: YamlNode, form: Form) -> str:
        """The text of a file."""
        assert isinstance(node, MapNode)
        lines = self._map(node, form) + self._noise()
        return "\n".join(lines) + self._one(("", "\n", "\n\n"))

    def _one(self, options: Sequence[T]) -> T:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def _chance(self, of: int) -> bool:
        return self.draw(st.integers(1, of)) == 1

    def _noise(self) -> list[str]:
        """Comments and blank lines above a part."""
        if not self.comments or not self._chance(4):
            return []
        lines = ["", self._comment(), ""] if self._chance(2) else [self._comment()]
        return lines if self._chance(2) else ["", *lines]

    def _comment(self) -> str:
        self.written += 1
        words = self._one(("why", "a: b", "[x", "- y", "é"))
        return f"#{self._one(('', ' ', '# '))}{words} {self.written}"

    def _beside(self) -> str:
        return f"  {self._comment()}" if self.comments and self._chance(5) else ""

    def _map(self, node: MapNode, form: Form) -> list[str]:
        found = resolved(form, node)
        entries = list(node)
        if isinstance(found, Keys):
            entries = self.draw(st.permutations(entries))
        return [line for entry in entries for line in self._entry(entry, form_of(found, entry))]

    def _entry(self, entry: Entry, form: Form) -> list[str]:
        first, *rest = self._value(entry.value, form)
        key = entry.key.text if is_plain(entry.key.text, flow=True) else f'"{entry.key.text}"'
        return [*self._noise(), f"{key}: {first}".rstrip(), *rest]

    def _list(self, node: ListNode, form: Form) -> list[str]:
        found = resolved(form, node)
        of: Form = found.of if isinstance(found, Items) else Text()
        lines: list[str] = []
        for item in node.items:
            first, *rest = self._value(item, of, item=True)
            lines += [*self._noise(), f"-{self._one((' ', '   '))}{first}".rstrip(), *rest]
        return lines

    def _value(self, node: YamlNode, form: Form, *, item: bool = False) -> list[str]:
        """Lines of a value: the first stands beside its key or dash, all others are indented."""
        found = resolved(form, node)
        if isinstance(node, TextNode):
            return self._text(node, found.role if isinstance(found, Text) else "text")
        parts = node.entries if isinstance(node, MapNode) else node.items
        if not parts or self._chance(3):
            flat = self._flow(node, form)
            return [flat + self._beside()]
        lines = self._map(node, form) if isinstance(node, MapNode) else self._list(node, form)
        indent = " " * self._one((1, 2, 3, 4))
        beside = "" if item else self._beside()
        return [beside.strip(), *(indent + line if line else "" for line in lines)]

    def _text(self, node: TextNode, role: str) -> list[str]:
        if is_empty(node):
            return [self._one(("~", "null", "")) + self._beside()]
        text = self._spaced(node.text, role)
        wordy = role in ("sentence", "prose")
        if (wordy or role in ("expression", "condition")) and self._chance(2):
            loose = text.strip() if wordy else text.strip("\n")
            if fits_block(loose) and (not wordy or "\n" not in loose):
                return [f"{self._one(('|', '|-'))}{self._beside()}", *self._deep(loose)]
        if node.kind != "string":
            quoted = f'"{node.text}"' if wordy or role in ("expression", "condition") else node.text
            return [quoted + self._beside()]
        return [self._quoted(text, role, flow=False) + self._beside()]

    def _deep(self, text: str) -> list[str]:
        indent = " " * self._one((2, 5))
        return [indent + line if line else "" for line in text.split("\n")]

    def _spaced(self, text: str, role: str) -> str:
        """An expression with other blanks, where no line of it means anything."""
        if role not in ("expression", "condition") or "//" in text or '"""' in text:
            return text
        tokens = Tokens.of(text).tokens
        blanks = [self._one((" ", "  ", " \n  ", "")) for _ in tokens]
        pieces = []
        for blank, left, right in zip(blanks, tokens, [*tokens[1:], None], strict=True):
            needed = (
                right is not None
                and bool(re.match(r"\w", left.text[-1] + ""))
                and bool(re.match(r"[\w\"'.]", right.text))
            )
            glued = right is None or left.text + right.text in ("==", "!=", "<=", ">=", "&&", "||")
            pieces += [left.text, " " if (needed or glued) and not blank else blank]
        return "".join(pieces).strip()

    def _quoted(self, text: str, role: str, *, flow: bool) -> str:
        text = text.strip() if role in ("sentence", "prose") else text
        if is_plain(text, flow=flow) and self._chance(2):
            return text
        if "\n" not in text and self._chance(2):
            return "'" + text.replace("'", "''") + "'"
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'

    def _flow(self, node: YamlNode, form: Form) -> str:
        """A value within brackets, over several lines now and then."""
        found = resolved(form, node)
        if isinstance(node, TextNode):
            role = found.role if isinstance(found, Text) else "text"
            return self._flow_text(node, role)
        of: Form = found.of if isinstance(found, Items) else Text()
        if isinstance(node, ListNode):
            parts = [self._flow(item, of) for item in node.items]
            return "[" + f",{self._one((' ', ''))}".join(parts) + "]"
        pairs = [
            f"{self._key(entry)}: {self._flow(entry.value, form_of(found, entry))}"
            for entry in (
                self.draw(st.permutations(node.entries)) if isinstance(found, Keys) else node
            )
        ]
        return "{ " + ", ".join(pairs) + self._one((" }", "}", ",}" if pairs else "}"))

    def _key(self, entry: Entry) -> str:
        text = entry.key.text
        return text if is_plain(text, flow=True) else f'"{text}"'

    def _flow_text(self, node: TextNode, role: str) -> str:
        if is_empty(node):
            return "~"
        if node.kind != "string" and role not in ("sentence", "prose", "expression", "condition"):
            return node.text
        return self._quoted(self._spaced(node.text, role), role, flow=True)
