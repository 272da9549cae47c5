"""`matches`: regular expressions with RE2's meaning, compiled once.

RE2 decides what a pattern means. Python's `re` answers several times faster per call, so patterns
of a small language are translated to it: one in which both engines accept the same texts, and
Python's backtracking stays short. All others, and long texts, go to RE2 itself.

Only "is there a match" is asked, so greediness and the order of alternatives play no part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import re2

from policy.engines.rows.poison import EvaluationError

Search: TypeAlias = Callable[[str], object]
"""None when the pattern matches no part of the text."""

LONG = 256
"""Longest text that Python's engine is given when a pattern can backtrack."""
_CHOICES = 4
"""Most places at which a translated pattern may backtrack; one of them without an upper bound."""

_CLASSES = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": r"\t\n\f\r ",
}
_LITERAL_ESCAPES = frozenset(r"\.+*?()|[]{}^$-/")
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")
# What RE2 and Unicode's simple folding hold equal to an ASCII letter, beyond its other case.
_FOLDS = {"k": "\u212a", "s": "\u017f"}


@lru_cache(maxsize=1024)
def search(pattern: str) -> Search:
    """The search for a pattern. Raises EvaluationError when RE2 refuses the pattern."""
    slow = _re2(pattern)
    try:
        translation = _Translation(pattern)
    except _Unsure:
        return slow
    found = re.compile(translation.text).search
    if not translation.choices:
        return found
    return lambda text: found(text) if len(text) <= LONG else slow(text)


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern matches some part of the text."""
    return search(pattern)(text) is not None


def _re2(pattern: str) -> Search:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: Any = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        raise EvaluationError(f"invalid regular expression {pattern!r}: {shown}") from None
    found: Search = compiled.search
    return found


class _Unsure(Exception):
    """The pattern is outside the language in which both engines surely agree."""


class _Translation:
    """A pattern of the shared language, rewritten for `re`.

    literals, `.`, `\\d \\w \\s`, classes of ASCII characters and ranges, `^`, `$`, groups with
    alternatives, `\\b`, a leading `(?i)`; `? * + {n} {n,} {n,m}` after a single character or class.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._fold = pattern.startswith("(?i)")
        self._at = 4 if self._fold else 0
        self._unbounded = 0
        self.choices = 0
        self.text = self._alternatives(0)
        if self._at < len(pattern) or self._unbounded > 1 or self.choices > _CHOICES:
            raise _Unsure

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._peek()
        if not taken:
            raise _Unsure
        self._at += 1
        return taken

    def _alternatives(self, depth: int) -> str:
        if depth > 8:
            raise _Unsure
        branches = [self._sequence(depth)]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence(depth))
        self.choices += depth > 0 and len(branches) > 1
        return "|".join(branches)

    def _sequence(self, depth: int) -> str:
        parts: list[str] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._item(depth))
        return "".join(parts)

    def _item(self, depth: int) -> str:
        char = self._take()
        match char:
            case "^":
                return r"\A"
            case "$":
                return r"\Z"
            case "(":
                return self._group(depth)
            case "\\" if self._peek() == "b":
                self._at += 1
                return r"(?a:\b)"
            case ".":
                return self._repeated(".")
            case "[":
                return self._repeated(self._class())
            case "\\":
                return self._repeated(self._escape())
            case _ if char in _SPECIAL:
                raise _Unsure
            case _:
                return self._repeated(self._literal(char))

    def _group(self, depth: int) -> str:
        if self._pattern.startswith("?:", self._at):
            self._at += 2
        inner = self._alternatives(depth + 1)
        if self._take() != ")":
            raise _Unsure
        if self._peek() in ("*", "+", "{"):
            raise _Unsure
        optional = ""
        if self._peek() == "?":
            self._at += 1
            optional = "?"
            self.choices += 1
            self._no_more_repeats()
        return f"(?:{inner}){optional}"

    def _literal(self, char: str) -> str:
        if self._fold:
            return self._folded(char)
        return re.escape(char)

    def _folded(self, char: str) -> str:
        if not char.isascii():
            raise _Unsure
        if not char.isalpha():
            return re.escape(char)
        return f"[{char.lower()}{char.upper()}{_FOLDS.get(char.lower(), '')}]"

    def _escape(self) -> str:
        char = self._take()
        if char in _CLASSES:
            if self._fold and char == "w":
                raise _Unsure
            return f"[{_CLASSES[char]}]"
        if char.lower() in _CLASSES and not self._fold:
            return f"[^{_CLASSES[char.lower()]}]"
        if char in _LITERAL_ESCAPES:
            return re.escape(char)
        raise _Unsure

    def _class(self) -> str:
        negated = self._peek() == "^"
        self._at += negated
        parts: list[str] = []
        while self._peek() != "]":
            parts.append(self._class_item())
        self._at += 1
        if not parts or (self._fold and negated):
            raise _Unsure
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _class_item(self) -> str:
        first = self._class_char()
        if len(first) > 1:
            return first
        if self._peek() != "-" or self._pattern[self._at + 1 : self._at + 2] == "]":
            return self._class_single(first)
        self._at += 1
        last = self._class_char()
        if len(last) > 1 or not (first.isalnum() and last.isalnum() and first <= last):
            raise _Unsure
        if self._fold:
            raise _Unsure
        return f"{first}-{last}"

    def _class_single(self, char: str) -> str:
        if self._fold and char.isalpha():
            return f"{char.lower()}{char.upper()}{_FOLDS.get(char.lower(), '')}"
        return re.escape(char)

    def _class_char(self) -> str:
        """One ASCII character, or the longer text of a named class."""
        char = self._take()
        if not char.isascii() or char in "[-^&~|":
            raise _Unsure
        if char != "\\":
            return char
        escaped = self._take()
        if escaped in _CLASSES and not self._fold:
            return _CLASSES[escaped]
        if escaped in _LITERAL_ESCAPES:
            return escaped
        raise _Unsure

    def _repeated(self, atom: str) -> str:
        char = self._peek()
        if char in ("*", "+", "?"):
            self._at += 1
            self._no_more_repeats()
            self.choices += 1
            self._unbounded += char != "?"
            return atom + char
        if char == "{":
            return atom + self._counted()
        return atom

    def _counted(self) -> str:
        found = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}", re.ASCII).match(
            self._pattern, self._at
        )
        if found is None:
            raise _Unsure
        self._at = found.end()
        self._no_more_repeats()
        self.choices += bool(found[2])
        self._unbounded += bool(found[2]) and (not found[3] or int(found[3]) > int(found[1]) + 3)
        return found[0]

    def _no_more_repeats(self) -> None:
        """A `?` here would make it lazy, which is harmless but rare; anything else is an error."""
        if self._peek() in ("?", "*", "+", "{"):
            raise _Unsure
