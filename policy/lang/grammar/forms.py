"""The forms of which the grammar of rule files is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

Role: TypeAlias = OneOf[
    "text",  # kept to the letter
    "sentence",  # words for people: white space around it means nothing
    "prose",  # a sentence that is always a folded block
    "expression",  # CEL
    "condition",  # CEL that has a block of its own
    "url",
    "whole",  # a whole number
    "truth",
    "rule",  # the id of a rule of the version that a test is about
    "fact",  # the path of a fact
]
Style: TypeAlias = OneOf[
    "block",  # each part on a line of its own
    "flow",  # on one line within braces or brackets where that is short, else block
    "row",  # on one line however long, as in a table
    "wide",  # on one line where that is not too long, whatever is in it, else block
    "lone",  # on one line where it has one part and is short, else block
]


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `words` are its only values, `pattern` its form; each empty where there is none."""

    role: Role = "text"
    words: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list. `apart`: a blank line between its items."""

    of: Form
    style: Style = "flow"
    apart: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping whose keys are the author's, in the author's order."""

    of: Form
    pattern: str = ""
    style: Style = "block"
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the language knows. `doc` is Markdown, without a final period."""

    name: str
    form: Form
    doc: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping with known keys, in the order in which they are written."""

    what: str
    keys: tuple[Key, ...]
    style: Style = "block"
    wordy: bool = False  # on one line it may be as long as a sentence, as it may hold one

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the keys that must be there."""
        return tuple(key.name for key in self.keys if key.required)

    @property
    def optional(self) -> tuple[str, ...]:
        """Names of the keys that may be left out."""
        return tuple(key.name for key in self.keys if not key.required)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(key.name for key in self.keys)

    def get(self, name: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


@dataclass(frozen=True, slots=True)
class ByWord:
    """A mapping with known keys that depend on the word under one of them."""

    key: str
    forms: Mapping[str, Keys]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several forms, told apart by their shape: text, list or mapping."""

    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a fact or parameter: what it may be depends on a type declared elsewhere.

    `style` is that of a mapping; what lies within it, or in a list, is a row.
    """

    style: Style = "flow"


@dataclass(frozen=True, slots=True)
class Facts:
    """A mapping of facts by path or by record. `on`: what its key `on` may be; None for no such."""

    on: Form | None = None


Form: TypeAlias = Text | Items | Named | Keys | ByWord | Either | Value | Facts
