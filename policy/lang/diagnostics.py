"""What the language says about a mistake: where it is, what is wrong, and the way out.

House style, held by a test: a message starts in lower case, has no final period and no line break,
uses the author's words (never Python's), and puts the author's own text in backticks. Codes are
kebab-case words, each with a heading in `rulesets/REFERENCE.md`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec

from policy.lang.source import Source, Span

Severity: TypeAlias = OneOf["error", "warning"]

TAB = "    "
WIDEST = 160
"""Columns of a source line that are shown; a longer one is cut around its caret."""

FEW = 13
"""Words that a message lists when none is near what was written: as many as labels, and uses."""

LONGEST_WORD = 60
"""Code points of an author's word that a message repeats; a longer word is cut."""

_DIRECTION_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Related(msgspec.Struct, frozen=True):
    """A further place that belongs to a mistake, such as the first of two equal rule ids."""

    message: str
    path: str
    span: Span


class Diagnostic(msgspec.Struct, frozen=True):
    """One mistake (`error`: nothing is compiled) or one doubt (`warning`).

    `span` is None when the whole file is meant (it is missing or cannot be read). `help` is the way
    out, a sentence without a final period; several lines are several helps.
    """

    code: str
    severity: Severity
    message: str
    path: str
    span: Span | None = None
    help: str = ""
    related: tuple[Related, ...] = ()

    @property
    def place(self) -> str:
        """`path:line:column`, as editors and terminals make it clickable."""
        if self.span is None:
            return self.path
        return f"{self.path}:{self.span.line}:{self.span.column}"


def error(
    code: str,
    message: str,
    path: str,
    span: Span | None = None,
    *,
    help: str = "",
    related: Iterable[Related] = (),
) -> Diagnostic:
    """A mistake that keeps the file from being compiled."""
    return Diagnostic(code, "error", message, path, span, help, tuple(related))


def warning(
    code: str,
    message: str,
    path: str,
    span: Span | None = None,
    *,
    help: str = "",
    related: Iterable[Related] = (),
) -> Diagnostic:
    """A doubt: the file compiles, but hardly means what it says."""
    return Diagnostic(code, "warning", message, path, span, help, tuple(related))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them keeps a plan from being made."""
    return any(found.severity == "error" for found in diagnostics)


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By path and place, each once."""

    def by_place(found: Diagnostic) -> tuple[str, Span, str, str, str]:
        span = found.span or Span(0, 0, 0, 0)
        return (found.path, span, found.severity, found.code, found.message)

    return tuple(sorted(dict.fromkeys(diagnostics), key=by_place))


def quoted(text: str) -> str:
    """An author's word in backticks, cut when long, with control characters made visible."""
    shown = text if len(text) <= LONGEST_WORD else text[: LONGEST_WORD - 1] + "…"
    return f"`{_visible(shown)}`"


def listed(words: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    shown = [quoted(word) for word in words]
    return " or ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that an author most likely meant; None when nothing is near."""
    if len(word) > LONGEST_WORD:
        return None
    plain: dict[str, list[str]] = {}
    for candidate in known:
        plain.setdefault(_plain(candidate), []).append(candidate)
    found = get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return get_close_matches(word, plain[found[0]], n=1, cutoff=0)[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Help for an unknown word: the nearest known one, else all when they are few, else nothing."""
    words = list(known)
    near = closest(word, words)
    if near is not None:
        return f"did you mean {quoted(near)}?"
    return f"use {listed(words)}" if 0 < len(words) <= FEW else ""


def render(found: Diagnostic, sources: Mapping[str, Source]) -> str:
    """The text that a terminal shows. `sources` gives the lines to quote, by path."""
    lines = [f"{found.place}: {found.severity}[{found.code}]: {found.message}"]
    lines += excerpt(found.path, found.span, sources)
    gutter = " " * _gutter(found.span)
    lines += [f"{gutter} = help: {text}" for text in found.help.splitlines()]
    for related in found.related:
        lines.append(f"{related.path}:{related.span.line}:{related.span.column}: {related.message}")
        lines += excerpt(related.path, related.span, sources)
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """All of them in order, a blank line between, ending in a line break; empty for none."""
    blocks = [render(found, sources) for found in ordered(diagnostics)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def as_json(diagnostics: Iterable[Diagnostic]) -> bytes:
    """The same as a JSON list, for editors and other programs; places are 1-based code points."""
    return msgspec.json.format(
        msgspec.json.encode([_json(found) for found in ordered(diagnostics)])
    )


def _json(found: Diagnostic) -> dict[str, object]:
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "path": found.path,
        **_json_span(found.span),
        "help": found.help,
        "related": [
            {"message": other.message, "path": other.path, **_json_span(other.span)}
            for other in found.related
        ],
    }


def _json_span(span: Span | None) -> dict[str, int | None]:
    values = msgspec.to_builtins(span) if span else (None,) * 4
    return dict(zip(("line", "column", "end_line", "end_column"), values, strict=True))


def excerpt(path: str, span: Span | None, sources: Mapping[str, Source]) -> list[str]:
    """The quoted line with carets under the span; no lines when the place has no text."""
    source = sources.get(path)
    if span is None or source is None:
        return []
    line = source.line(span.line)
    start = min(span.column - 1, len(line))
    stop = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    line, start, stop = _window(line, start, max(stop, start))
    blank = " " * _gutter(span)
    pad = " " * width(line[:start])
    carets = "^" * max(1, width(line[start:stop]))
    return [
        f"{blank} |",
        f"{span.line:>{_gutter(span)}} | {visible_line(line)}".rstrip(),
        f"{blank} | {pad}{carets}",
    ]


def _gutter(span: Span | None) -> int:
    return max(2, len(str(span.line))) if span else 2


def _window(line: str, start: int, stop: int) -> tuple[str, int, int]:
    """Cut a very long line to the part around its span, with an ellipsis at each cut."""
    if len(line) <= WIDEST:
        return line, start, stop
    left = max(0, start - WIDEST // 2)
    right = min(len(line), left + WIDEST)
    text = ("…" if left else "") + line[left:right] + ("…" if right < len(line) else "")
    moved = left - (1 if left else 0)
    return text, start - moved, min(stop, right) - moved


def width(text: str) -> int:
    """Columns that the text takes in a terminal: wide characters two, combining ones none."""
    return sum(_columns(char) for char in _visible(text))


def _columns(char: str) -> int:
    if char == "\t":
        return len(TAB)
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def visible_line(line: str) -> str:
    """A line of a file, safe for a terminal and without white space at its end."""
    return _visible(line).replace("\t", TAB).rstrip()


def _visible(text: str) -> str:
    """The text, safe for a terminal: controls and writing-direction marks become one sign each."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _unprintable(char) else char for char in text)


def _unprintable(char: str) -> bool:
    if char == "\t" or char.isprintable():
        return False
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _DIRECTION_MARKS


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
