"""Reading a text by lines: mistakes and doubts with line and column, all at once."""

from __future__ import annotations

import re
from typing import NoReturn

from policy.ingest import limits
from policy.ingest.consents.statements import FileWarning
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused, Refusal, too_large
from policy.lang.diagnostics import quoted
from policy.lang.source import Source

MAX_WARNINGS = 200
"""Warnings that are kept; one more says how many were left out."""

TERMS = 500
"""Longest terms that are kept, in code points."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Warnings:
    """What was doubted in one file, so far."""

    def __init__(self) -> None:
        self._found: list[FileWarning] = []
        self._left_out = 0

    def add(self, code: str, message: str, place: tuple[int, int] = (0, 0)) -> None:
        """Note a doubt at a line and column."""
        if self.full:
            self._left_out += 1
        else:
            self._found.append(FileWarning(code, message, *place))

    @property
    def full(self) -> bool:
        """Whether no more are kept, so that nobody need think of a hint."""
        return len(self._found) >= MAX_WARNINGS

    def all(self) -> tuple[FileWarning, ...]:
        """All of them, by place."""
        found = sorted(self._found, key=lambda one: (one.line, one.column, one.code))
        if self._left_out:
            found.append(FileWarning("more-warnings", f"{self._left_out:,} more are left out"))
        return tuple(found)


class TextReading:
    """A text in UTF-8 and what was noted about it so far; making one of other bytes raises
    MessageRefused."""

    def __init__(self, raw: bytes, path: str) -> None:
        self.path = path
        self.doubts = Warnings()
        self._problems: list[Refusal] = []
        if len(raw) > limits.MESSAGE_BYTES:
            raise too_large(path, "split the file")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            text, line = raw.decode("utf-8", errors="replace"), raw.count(b"\n", 0, wrong.start) + 1
            self._source = Source(path, text)
            self._stop("encoding", "the text is not UTF-8", line, "send UTF-8")
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._source = Source(path, self.text)
        self._lines: list[str] = []

    def line(self, number: int) -> str:
        """The text of a 1-based line."""
        self._lines = self._lines or self.text.split("\n")
        return self._lines[number - 1]

    def refuse(
        self, line: int, column: int, code: str, message: str, help: str = "", *, width: int = 1
    ) -> None:
        """Note a mistake. Gives up at too many."""
        self._problems.append(
            Refusal(code, message, self.path, line, column, max(width, 1), help=help)
        )
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def clean(self, text: str, line: int, column: int, limit: int = TERMS) -> str:
        """A text that is to be kept: white space folded, without control characters, not too
        long. What is wrong with it is noted."""
        found = " ".join(text.split())
        if _CONTROL.search(found):
            message = f"{quoted(found)} has a character that text may not have"
            self.refuse(line, column, "wrong-character", message, width=len(text))
            return ""
        if len(found) > limit:
            message = f"the text has {len(found)} characters, more than {limit}"
            self.refuse(line, column, "too-long", message, width=len(text))
        return found[:limit]

    def finish(self) -> None:
        """Raise MessageRefused when there were mistakes."""
        if self._problems:
            raise MessageRefused(self._problems, self._source)

    def _stop(self, code: str, message: str, line: int, help: str) -> NoReturn:
        raise MessageRefused([Refusal(code, message, self.path, line, 1, help=help)], self._source)
