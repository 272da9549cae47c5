"""Puts the YAML parser's complaints into words that help.

The C and the Python parser of PyYAML word the same mistake differently: fragments choose the text.
"""

from __future__ import annotations

from typing import NamedTuple

import yaml

from policy.lang.diagnostics import Diagnostic, Related, error, quoted
from policy.lang.source import Source, Span


class _Words(NamedTuple):
    """What to say when one of the fragments is in the parser's complaint."""

    fragments: tuple[str, ...]
    message: str
    help: str
    opening: str = ""  # what the parser's second place is
    at_opening: bool = False  # whether that is the better first place


_TABLE = (
    _Words(
        ("mapping values are not allowed",),
        "a `:` stands where no key can be",
        "put a text that contains `: ` in quotes, or check the indentation",
    ),
    _Words(
        ("unexpected end of stream",),
        "this quote is never closed",
        "close it, or put a text that contains a quote in quotes of the other kind",
        at_opening=True,
    ),
    _Words(
        ("expected ',' or ']'",),
        "expected `,` or `]`",
        "close the list, or put a text that contains brackets in quotes",
        "the list starts here",
    ),
    _Words(
        ("expected ',' or '}'",),
        "expected `,` or `}`",
        "close the mapping, or put a text that contains braces in quotes",
        "the mapping starts here",
    ),
    _Words(
        ("cannot start any token",),
        "a text cannot start with {char}",
        "put the text in quotes",
    ),
    _Words(
        ("escape character", "escape code", "hexadecimal number", "hexdecimal number"),
        "unknown escape in a double-quoted text",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    _Words(
        ("sequence entries are not allowed",),
        "a list item cannot stand on the line of its key",
        "start the list on the next line",
    ),
    _Words(
        ("did not find expected key", "'-' indicator", "expected <block end>"),
        "this line does not fit the lines above it",
        "start all lines of one mapping or list in the same column, and put texts in quotes",
        "the mapping or list starts here",
    ),
    _Words(
        ("expected <document start>", "expected '<document start>'"),
        "the file goes on after its end",
        "a file is one mapping: give each part a key",
    ),
    _Words(
        ("could not find expected ':'",),
        "a `:` is missing after a key",
        "write `key: value`",
    ),
)


def explain(reason: yaml.YAMLError, source: Source) -> Diagnostic:
    """A diagnostic for what the YAML parser could not read."""
    problem = getattr(reason, "problem", None) or ""
    mark = getattr(reason, "problem_mark", None)
    if mark is None:
        return error("invalid-yaml", "the file is not YAML", source.path)
    opening = _point(getattr(reason, "context_mark", None) or mark, source)
    span = _point(mark, source)
    for words in _TABLE:
        if any(fragment in problem for fragment in words.fragments):
            span = opening if words.at_opening else span
            message = words.message.replace("{char}", quoted(source.cut(span)))
            related = [Related(words.opening, source.path, opening)] if words.opening else []
            return error(
                "invalid-yaml",
                message,
                source.path,
                span,
                help=words.help,
                related=[other for other in related if opening != span],
            )
    return error("invalid-yaml", f"the file is not YAML: {problem}", source.path, span)


def _point(mark: yaml.Mark, source: Source) -> Span:
    """The place of a mark; past the end of the text, the place after its last word."""
    line, column = mark.line + 1, mark.column + 1
    if not source.text[mark.index :].strip():
        text = source.text.rstrip()
        line = text.count("\n") + 1
        column = len(text) - text.rfind("\n")
    return Span(line, column, line, column + 1)
