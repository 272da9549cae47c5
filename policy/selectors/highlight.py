"""Colours for the text of a ruleset: which column of a line is what, for YAML and the CEL in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.lang.source import Span

_YAML = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$)
      | (?P<key>(?:(?<=^)|(?<=[\s{,-]))[A-Za-z_][\w-]*(?=:(?:\s|$)))
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')
      | (?P<mark>(?:^\s*-\s)|[{}\[\],|>:](?=[\s\-}\],]|$)|[\[{])
      | (?P<number>(?<![\w.-])\d[\d.T:Z-]*(?![\w]))
      | (?P<word>(?<![\w.-])(?:true|false|null)(?![\w-]))""",
    re.VERBOSE,
)
_CEL = re.compile(
    r"""(?P<comment>//.*$)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>(?<![\w.])\d+(?:\.\d+)?)
      | (?P<word>\b(?:true|false|null|in|has)\b)
      | (?P<call>\b[A-Za-z_]\w*(?=\())
      | (?P<fact>\b(?:track|params|now)\b(?:\.\w+\b(?!\())*)
      | (?P<mark>&&|\|\||[!=<>]=|[-+*/%<>!?:(),.\[\]])""",
    re.VERBOSE,
)


def kinds(lines: Sequence[str], first: int, conditions: Sequence[Span]) -> list[list[str]]:
    """For each line its kind per column: `key string number word comment mark call fact` or empty.

    `first` is the 1-based number of the first line; text inside the spans `conditions` is CEL.
    """
    found = []
    for number, text in enumerate(lines, start=first):
        row = _columns(_YAML, text)
        for span in conditions:
            start, end = columns(span, number, text)
            if start < end:
                row[start:end] = _columns(_CEL, text[start:end])
        found.append(row)
    return found


def columns(span: Span, number: int, text: str) -> tuple[int, int]:
    """The part of line `number` that a span covers, as 0-based half-open columns; empty if none.

    White space at the start of a further line of the span is not part of it.
    """
    if not span.line <= number <= span.end_line:
        return 0, 0
    indent = len(text) - len(text.lstrip())
    start = span.column - 1 if number == span.line else indent
    end = span.end_column - 1 if number == span.end_line else len(text)
    return min(start, len(text)), min(end, len(text))


def _columns(grammar: re.Pattern[str], text: str) -> list[str]:
    row = [""] * len(text)
    for token in grammar.finditer(text):
        row[token.start() : token.end()] = [token.lastgroup or ""] * (token.end() - token.start())
    return row
