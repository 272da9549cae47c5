"""Reading a table of comma-separated values: rows with their lines, cells with their columns.

The first line names the columns. Commas, semicolons or tabs separate, whichever the first line has
most of. A place is looked up only when a cell is complained about.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from policy.ingest.consents.lines import TERMS, TextReading
from policy.ingest.values import Kind
from policy.lang.diagnostics import did_you_mean, listed, quoted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first line, and the cells by name of their column, trimmed."""

    reading: TextReading
    line: int
    cells: Mapping[str, str]
    names: tuple[str, ...]

    def text(self, name: str, limit: int = TERMS) -> str:
        """A cell's text, folded; empty when blank or when the table has no such column."""
        raw = self.cells.get(name, "")
        if raw.isascii() and raw.isprintable() and len(raw) <= limit and "  " not in raw:
            return raw  # the rest is slow, and a table has a million cells
        return self.reading.clean(raw, self.line, self.column(name), limit)

    def choice(self, name: str, allowed: Iterable[T], default: T) -> T:
        """One of a closed set of words; the default when blank."""
        text = self.cells.get(name, "")
        words = {str(word): word for word in allowed}
        if text and text not in words:
            self.wrong_word(name, text, words)
        return words.get(text, default)

    def choices(self, name: str, allowed: Iterable[T]) -> tuple[T, ...]:
        """Several of a closed set of words, with spaces between."""
        words = {str(word): word for word in allowed}
        given = dict.fromkeys(self.cells.get(name, "").split())
        for text in given:
            if text not in words:
                self.wrong_word(name, text, words)
        return tuple(words[text] for text in given if text in words)

    def typed(self, name: str, kind: Kind[T]) -> T | None:
        """A cell of a kind, such as a date; None when blank."""
        text = self.cells.get(name, "")
        try:
            return kind.read(text) if text else None
        except ValueError:
            message = f"{quoted(text)} is not {kind.name}"
            self.refuse(name, "wrong-value", message, f"write `{kind.example}`")
            return None

    def wrong_word(self, name: str, text: str, words: Iterable[str]) -> None:
        """Refuse a word that is not in a closed set."""
        known = list(words)
        help = did_you_mean(text, known) or f"use {listed(known)}"
        self.refuse(name, "value-not-allowed", f"{quoted(text)} is not a value of `{name}`", help)

    def refuse(self, name: str, code: str, message: str, help: str = "") -> None:
        """Note a mistake at a cell."""
        width = len(self.cells.get(name, ""))
        self.reading.refuse(self.line, self.column(name), code, message, help, width=width)

    def column(self, name: str) -> int:
        """Where a cell begins in its line, 1-based; 1 when it is not in the row's first line."""
        if name not in self.names:
            return 1
        line = self.reading.line(self.line)
        separator = _separator(self.reading.text)
        cells = re.finditer(rf'(?:^|{separator})(\s*(?:"(?:[^"]|"")*"|[^{separator}]*))', line)
        starts = [match.start(1) + 1 for match in cells]
        index = self.names.index(name)
        return starts[index] if index < len(starts) else 1


def read_rows(
    reading: TextReading,
    *,
    required: Iterable[str],
    known: Iterable[str] | None,
    also: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """The rows that are not blank. `known` None lets the table have any further columns; `also`
    gives other names for columns."""
    names: tuple[str, ...] = ()
    for line, cells in _records(reading):
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = tuple((also or {}).get(name.strip(), name.strip()) for name in cells)
            _check_names(reading, names, line, required, known)
            continue
        if len(cells) != len(names):
            message = f"the row has {len(cells)} cells, the first line {len(names)}"
            help = "put a cell that has a separator in it in quotation marks"
            reading.refuse(line, 1, "wrong-row", message, help)
            continue
        yield Row(reading, line, dict(zip(names, map(str.strip, cells), strict=True)), names)
    if not names:
        reading.refuse(1, 1, "empty", "the table is empty", f"begin with {listed(required)}")


def _check_names(
    reading: TextReading,
    names: tuple[str, ...],
    line: int,
    required: Iterable[str],
    known: Iterable[str] | None,
) -> None:
    """Without its columns nothing of a table can be read: stop at once."""
    words = None if known is None else list(known)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"the column {quoted(name)} is there twice"
            reading.refuse(line, 1, "duplicate-column", message)
        if words is not None and name not in words:
            help = did_you_mean(name, words) or f"use {listed(words)}"
            reading.refuse(line, 1, "unknown-column", f"there is no column {quoted(name)}", help)
    for name in required:
        if name not in names:
            message = f"the column `{name}` is missing"
            reading.refuse(line, 1, "missing-column", message, f"add `{name}` to the first line")
    reading.finish()


def _records(reading: TextReading) -> Iterator[tuple[int, list[str]]]:
    """Each record with its first line."""
    lines = reading.text.splitlines(keepends=True)
    found = csv.reader(iter(lines), delimiter=_separator(reading.text), strict=True)
    line = 1
    try:
        for record in found:
            yield line, record
            line = found.line_num + 1
    except csv.Error as wrong:
        message = f"not a table: {wrong}"
        reading.refuse(line, 1, "csv-syntax", message, "close what begins with a quotation mark")


def _separator(text: str) -> str:
    first = text.lstrip("\n").partition("\n")[0]
    return max(",;\t", key=first.count)
