"""The places of an expression's parts in the file that holds it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from policy.lang.extents import Extent, Tokens
from policy.lang.source import Span

Place: TypeAlias = Callable[[int], tuple[int, int]]
"""From an offset in the expression to the 1-based line and column in its file."""


def straight(text: str) -> Place:
    """The places of a text that is a file of its own."""
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    return place


def between(place: Place, start: int, end: int) -> Span:
    """The place of the code points from `start` up to `end`, at least one.

    The end is asked for twice, since a folded line may break right behind the last one.
    """
    line, column = place(start)
    if end <= start:
        return Span(line, column, line, column + 1)
    last_line, last_column = place(end - 1)
    end_line, end_column = place(end)
    if end_line != last_line:
        end_line, end_column = last_line, last_column + 1
    return Span(line, column, end_line, end_column)


@dataclass(frozen=True, slots=True)
class Text:
    """An expression's text with its tokens and its places."""

    text: str
    tokens: Tokens
    path: str
    place: Place

    def span(self, extent: Extent) -> Span:
        """The place of the tokens of an extent."""
        tokens = self.tokens.tokens
        return between(self.place, tokens[extent[0]].start, tokens[extent[1]].end)

    @property
    def all(self) -> Span:
        """The place of the whole text, less the blanks around it."""
        start = len(self.text) - len(self.text.lstrip())
        return between(self.place, start, len(self.text.rstrip()))
