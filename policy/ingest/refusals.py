"""Why a message was not taken: every mistake with its place and a way out.

A refused message leaves nothing behind. What can be read but looks wrong is a DeliveryWarning
instead. Texts follow the house style of `policy.lang.diagnostics`, whose renderer quotes the line.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.ingest.limits import MESSAGE_BYTES
from policy.lang.diagnostics import Diagnostic, error, render_all
from policy.lang.source import Source, Span

MAX_PROBLEMS = 100
"""A reader gives up after this many mistakes: more would help nobody and cost time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One mistake.

    `line` and `column` are 1-based code points of the text as sent, None when the whole text is
    meant; `width` is how many of them are wrong. `element` is the path to it
    (`ResourceList/SoundRecording/ContainsAI`, `$.tracks[0].isrc`), empty for the whole text.
    """

    code: str
    message: str
    path: str
    line: int | None = None
    column: int | None = None
    width: int = 1
    element: str = ""
    help: str = ""


class MessageRefused(Exception):
    """The message has mistakes; `problems` are all of them, in order of their place.

    `str()` is the text for people, with the lines quoted when the text could be decoded.
    """

    def __init__(self, problems: list[Refusal], source: Source | None = None) -> None:
        self.problems = tuple(sorted(problems, key=_place))
        self.source = source
        super().__init__(problems)

    def __str__(self) -> str:
        sources = {self.source.path: self.source} if self.source else {}
        return render_all([_diagnostic(found) for found in self.problems], sources).rstrip("\n")

    @property
    def summary(self) -> str:
        """One line: how many mistakes, and the first one."""
        first, more = self.problems[0], len(self.problems) - 1
        return f"{first.message} (and {more} more)" if more else first.message


def too_large(path: str, help: str = "send fewer releases at once") -> MessageRefused:
    """What to raise for a text above the limit. Its size is not told: doors stop reading there."""
    most = MESSAGE_BYTES // 1_048_576
    message = f"the message has more than {most} MB"
    return MessageRefused([Refusal("too-large", message, path, help=help)])


def _place(found: Refusal) -> tuple[int, int, str, str]:
    return (found.line or 0, found.column or 0, found.element, found.code)


def _diagnostic(found: Refusal) -> Diagnostic:
    span = None
    if found.line is not None:
        column = found.column or 1
        span = Span(found.line, column, found.line, column + found.width)
    where = f"it is at {found.element}" if found.element else ""
    text = "\n".join(filter(None, (found.help, where)))
    return error(found.code, found.message, found.path, span, help=text)
