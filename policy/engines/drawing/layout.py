"""Puts labels under the lines of a text, each below the place that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policy.lang.diagnostics import visible_line, width
from policy.lang.source import Source, Span

LINK = "|"
"""Leads from a place to a label that found no room right below it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a place in a file; both 1-based, in code points."""

    line: int
    column: int
    text: str


def drawn(source: Source, span: Span, labels: Iterable[Label]) -> Iterator[str]:
    """The lines of a span with line numbers, and under each its labels.

    What all lines are indented by is left out.
    """
    found = list(labels)
    numbers = range(span.line, span.end_line + 1)
    lines = {number: visible_line(source.line(number)) for number in numbers}
    indent = min((_indent(line) for line in lines.values() if line), default=0)
    gutter = len(str(span.end_line))
    for number, line in lines.items():
        yield f"{number:>{gutter}} | {line[indent:]}".rstrip()
        here = [
            (width(line[indent : each.column - 1]), each.text)
            for each in found
            if each.line == number
        ]
        yield from (f"{'':>{gutter}} | {row}" for row in rows(here))


def rows(labels: Sequence[tuple[int, str]]) -> list[str]:
    """Labels, given by column from 0 and text, in as few rows as links allow.

    From right to left each takes the first row in which it fits before what stands there.
    """
    placed: list[list[tuple[int, str]]] = []
    for column, text in sorted(labels, reverse=True):
        row = 0
        while row < len(placed) and column + width(text) >= placed[row][-1][0]:
            placed[row].append((column, LINK))
            row += 1
        if row == len(placed):
            placed.append([])
        placed[row].append((column, text))
    return [_row(reversed(row)) for row in placed]


def _row(labels: Iterable[tuple[int, str]]) -> str:
    text = ""
    for column, label in labels:
        text += " " * (column - width(text)) + label
    return text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
