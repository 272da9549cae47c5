"""Texts as YAML: plain where they can be, else in quotes, or as blocks.

Every function gives a text that reads back as it was; which of them is used is a matter of layout.
"""

from __future__ import annotations

import re
import unicodedata

from policy.lang.nodes import plain_kind

_PLAIN = re.compile(
    r"""
    (?! [\s] | [-?:](?:\s|$) | [,\[\]{}\#&*!|>'"%@`] | ---(?:\s|$) | \.\.\.(?:\s|$) | <<$ )
    (?: [^\n:\#] | :(?!\s|$) | (?<!\s)\# )+ (?<!\s)
    """,
    re.VERBOSE,
)
_OF_FLOW = re.compile(r"[,\[\]{}]|:$|^[-?:]|:[\"',\[\]{}]")
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def scalar(text: str, *, flow: bool) -> str:
    """A text on one line: plain, else in double quotes, else, if it has such itself, in single."""
    return text if is_plain(text, flow=flow) else in_quotes(text)


def in_quotes(text: str) -> str:
    """A text in double quotes, or in single ones where it has such itself."""
    if any(unicodedata.category(char) in _INVISIBLE for char in text):
        return _escaped(text)
    if '"' in text or "\\" in text:
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    return f'"{text}"'


def is_plain(text: str, *, flow: bool) -> bool:
    """Whether a text can stand without quotes and is still a text then, no number or the like."""
    if not _PLAIN.fullmatch(text) or (flow and _OF_FLOW.search(text)):
        return False
    if any(unicodedata.category(char) in _INVISIBLE for char in text):
        return False
    return plain_kind(text) == "string"


def _escaped(text: str) -> str:
    return '"' + "".join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def fits_block(text: str) -> bool:
    """Whether a text of lines can stand behind `|`: all signs visible, no blanks that mislead."""
    lines = text.split("\n")
    if not lines[0] or lines[0][0] == " " or not lines[-1]:
        return False
    return all(line == line.rstrip() for line in lines) and not any(
        unicodedata.category(char) in _INVISIBLE for char in text if char != "\n"
    )


def folded(text: str, width: int) -> list[str] | None:
    """The lines of a `>-` block for a sentence; None when it could not be read back as it was."""
    if "\n" in text or not fits_block(text):
        return None
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _words(text: str) -> list[str]:
    """What blanks part, but for those within the braces of a hole and those that stand together."""
    words: list[str] = []
    for word in re.split(r"(?<=\S) (?=\S)", text):
        if words and words[-1].count("{") > words[-1].count("}"):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words
