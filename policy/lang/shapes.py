"""Reads typed values out of YAML nodes and goes on after a mistake.

Every method returns something usable (an empty value, None) after noting what is wrong, so that one
run finds all mistakes of a file. `what` is how messages name the thing: "a rule", "`effect`".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from policy.lang.diagnostics import (
    Diagnostic,
    Related,
    closest,
    did_you_mean,
    error,
    quoted,
    warning,
)
from policy.lang.grammar.forms import Keys
from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode, is_empty, shape
from policy.lang.source import Source, Span

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?s")
Scalar: TypeAlias = bool | int | float | str

LARGEST_INT = 2**63 - 1


class Shapes:
    """A reader of one file, with the mistakes found so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path
        self.found: list[Diagnostic] = []

    def error(
        self, code: str, message: str, span: Span, help: str = "", related: Iterable[Related] = ()
    ) -> None:
        """Note a mistake."""
        self.found.append(error(code, message, self.path, span, help=help, related=related))

    def warn(self, code: str, message: str, span: Span, help: str = "") -> None:
        """Note a doubt."""
        self.found.append(warning(code, message, self.path, span, help=help))

    def note(self, message: str, span: Span) -> Related:
        """A further place in the same file."""
        return Related(message, self.path, span)

    def entries(self, node: YamlNode | None, what: str) -> tuple[Entry, ...]:
        """The entries of a mapping with free keys; none when it is left out."""
        if node is None:
            return ()
        if isinstance(node, MapNode):
            return node.entries
        self._wrong(node, what, "a mapping")
        return ()

    def mapping(
        self, node: YamlNode, what: str, *, required: Sequence[str], optional: Sequence[str] = ()
    ) -> Mapping[str, YamlNode]:
        """The values of a mapping with known keys, by key; keys that are not known are left out."""
        known = (*required, *optional)
        values: dict[str, YamlNode] = {}
        for entry in self.entries(node, what):
            if entry.key.text in known:
                values[entry.key.text] = entry.value
            else:
                self._unknown(entry, what, known)
        if isinstance(node, MapNode):
            meant = {
                closest(entry.key.text, known) for entry in node if entry.key.text not in known
            }
            for key in required:
                if key not in values and key not in meant:
                    self.error("missing-key", f"{what} has no {quoted(key)}", head(node))
        return values

    def keys(self, node: YamlNode, keys: Keys, what: str = "") -> Mapping[str, YamlNode]:
        """The same for keys of the grammar; `what` where messages should say more of it."""
        return self.mapping(node, what or keys.what, required=keys.required, optional=keys.optional)

    def items(
        self, node: YamlNode | None, what: str, *, empty: bool = True
    ) -> tuple[YamlNode, ...]:
        """The items of a list; none when it is left out. `empty` tells whether it may have none."""
        if node is None:
            return ()
        if isinstance(node, ListNode):
            if not node.items and not empty:
                self.error("empty-value", f"{what} is empty", node.span)
            return node.items
        self._wrong(node, what, "a list", 'write "- " before each item')
        return ()

    def text(self, node: YamlNode | None, what: str, wanted: str = "a text") -> TextNode | None:
        """A text that says something; None when it does not, or is left out."""
        if node is None:
            return None
        if not isinstance(node, TextNode):
            self._wrong(node, what, wanted)
            return None
        if is_empty(node) or not node.text.strip():
            self.error("empty-value", f"{what} is empty", node.span)
            return None
        return node

    def string(self, node: YamlNode | None, what: str, *, longest: int = 2000) -> str:
        """The same as a bare string, without white space around it; empty when there is none."""
        found = self.text(node, what)
        if found and len(found.text) > longest:
            message = f"{what} has {len(found.text)} characters"
            self.error("too-long", message, found.span, f"use at most {longest}")
        return found.text.strip() if found else ""

    def word(self, node: YamlNode | None, what: str, known: Iterable[str]) -> str:
        """One of the known words; empty when it is another or is left out."""
        found = self.text(node, what)
        if found is None:
            return ""
        words = list(known)
        if found.text in words:
            return found.text
        message = f"{what} cannot be {quoted(found.text)}"
        self.error("unknown-word", message, found.span, did_you_mean(found.text, words))
        return ""

    def name(self, node: YamlNode | None, what: str, pattern: str, form: str) -> TextNode | None:
        """A text of a certain form, such as a rule id; `form` says which in words."""
        found = self.text(node, what)
        if found is None or re.fullmatch(pattern, found.text):
            return found
        self.error("bad-name", f"{what} cannot be {quoted(found.text)}", found.span, f"use {form}")
        return None

    def boolean(self, node: YamlNode | None, what: str) -> bool | None:
        """`true` or `false`."""
        found = self.text(node, what, "`true` or `false`")
        if found is None:
            return None
        if found.kind == "bool":
            return found.text == "true"
        self._not(found, what, "`true` or `false`", "write `true` or `false`, without quotes")
        return None

    def integer(self, node: YamlNode | None, what: str) -> int | None:
        """A whole number of 64 bits."""
        found = self.text(node, what, "a whole number")
        if found is None:
            return None
        # No 64-bit number has more signs; int() of a longer text would be slow.
        value = (
            int(found.text) if found.kind == "int" and len(found.text) <= 20 else LARGEST_INT + 1
        )
        if -LARGEST_INT - 1 <= value <= LARGEST_INT:
            return value
        self._not(found, what, "a whole number", "write digits only, such as `1000`")
        return None

    def double(self, node: YamlNode | None, what: str) -> float | None:
        """A number; infinities and not-a-number are none."""
        found = self.text(node, what, "a number")
        if found is None:
            return None
        value = float(found.text) if found.kind in ("int", "double") else float("inf")
        if abs(value) != float("inf"):
            return value
        self._not(found, what, "a number", "write it such as `0.85`")
        return None

    def day(self, node: YamlNode | None, what: str) -> date | None:
        """A calendar date, `2026-08-02`."""
        found = self.text(node, what, "a date")
        if found is None:
            return None
        parsed = parse_day(found.text)
        if parsed is None:
            self._not(found, what, "a date", "write it as `2026-08-02`")
        return parsed

    def timestamp(self, node: YamlNode | None, what: str) -> str:
        """An instant as RFC 3339 text; a date is its first instant in UTC. Empty for neither."""
        found = self.text(node, what, "an instant")
        if found is None:
            return ""
        if parse_day(found.text):
            return f"{found.text}T00:00:00Z"
        if is_timestamp(found.text):
            return found.text
        self._not(found, what, "an instant", "write it as `2026-08-02T00:00:00Z`")
        return ""

    def duration(self, node: YamlNode | None, what: str) -> str:
        """A length of time in seconds, `86400s`; empty when it is none."""
        found = self.text(node, what, "a length of time")
        if found is None or _DURATION.fullmatch(found.text):
            return found.text if found else ""
        self._not(found, what, "a length of time", "write it in seconds, such as `86400s`")
        return ""

    def scalar(self, node: YamlNode | None, what: str, type_name: str) -> Scalar | None:
        """A value of one of the types of facts and parameters that are no lists or records."""
        match type_name:
            case "bool":
                return self.boolean(node, what)
            case "int":
                return self.integer(node, what)
            case "double":
                return self.double(node, what)
            case "timestamp":
                return self.timestamp(node, what) or None
            case "duration":
                return self.duration(node, what) or None
        found = self.text(node, what)
        return found.text if found else None

    def _unknown(self, entry: Entry, what: str, known: Sequence[str]) -> None:
        help = did_you_mean(entry.key.text, known)
        if " " in entry.key.text and is_empty(entry.value):
            help = "put a text with a comma in quotes: within `{...}` a comma ends the text"
        message = f"{what} has no key {quoted(entry.key.text)}"
        self.error("unknown-key", message, entry.key.span, help)

    def _wrong(self, node: YamlNode, what: str, wanted: str, help: str = "") -> None:
        message = f"{what} must be {wanted}, this is {shape(node)}"
        self.error("wrong-shape", message, head(node), help)

    def _not(self, node: TextNode, what: str, wanted: str, help: str) -> None:
        message = f"{what} must be {wanted}, this is {quoted(node.text)}"
        self.error("wrong-value", message, node.span, help)


def head(node: YamlNode) -> Span:
    """The place to point at when a whole node is meant: a mapping's first key, else the node."""
    if isinstance(node, MapNode) and node.entries and node.span.end_line > node.span.line:
        return node.entries[0].key.span
    return node.span


def is_timestamp(text: str) -> bool:
    """Whether a text is an RFC 3339 instant with seconds and an offset."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_day(text: str) -> date | None:
    """A date in the one form that files use; None for anything else."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
