"""Texts that people wrote, and places in them.

Every later stage keeps a Span, so that each message and each trace can point at the author's
own words. Lines and columns are 1-based and count code points, as editors show them.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Span(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A half-open range of text: the end column is the column after the last code point."""

    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The smallest span that starts where this one starts and ends where `other` ends."""
        return Span(self.line, self.column, other.end_line, other.end_column)


class Source(msgspec.Struct, frozen=True):
    """One file as it was read: the path is what messages print, relative where possible."""

    path: str
    text: str

    @classmethod
    def read(cls, path: Path, *, shown_as: str | None = None) -> Source:
        """Read a UTF-8 file. Raises OSError and UnicodeDecodeError: the loader explains both."""
        return cls(path=shown_as or path.as_posix(), text=path.read_text(encoding="utf-8"))

    def line(self, number: int) -> str:
        """The text of a 1-based line without its line break; empty past the end."""
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    def cut(self, span: Span) -> str:
        """The author's text under a span."""
        lines = [self.line(number) for number in range(span.line, span.end_line + 1)]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)
