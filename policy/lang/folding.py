"""Where each code point of a YAML text stands in the file.

YAML folds lines, drops indentation and reads escapes, so the third character of a condition is
rarely the third of its line. Here that reading is redone with positions, and the result is proved
against what the YAML parser read: a place is never wrong, at worst it is the start of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ESCAPES = dict(
    zip('0abt\tnvfre "/\\N_LP', '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True)
)
_WIDTHS = {"x": 2, "u": 4, "U": 8}
_BLANKS = re.compile(r"[ \t\r\n]+")
_CONTINUED = re.compile(r"\\\r?\n([ \t\r\n]*)")


def offsets(raw: str, style: str, text: str, start: int) -> list[int]:
    """For each code point of `text` its offset in the file, where `raw` begins at `start`.

    `style` is that of a TextNode. Where the reading cannot be redone, all offsets are `start`.
    """
    for pairs in _readings(raw, style):
        if "".join(char for char, _ in pairs) == text:
            return [start + position for _, position in pairs]
    return [start] * len(text)


def _readings(raw: str, style: str) -> Iterator[list[tuple[str, int]]]:
    if style in ("literal", "folded"):
        for indent in _indents(raw):
            yield list(_block(raw, indent, folded=style == "folded"))
    elif style == "plain":
        yield list(_flow(raw, 0, len(raw), quote=""))
    else:
        yield list(_flow(raw, 1, len(raw) - 1, quote=raw[:1]))


def _flow(raw: str, index: int, stop: int, *, quote: str) -> Iterator[tuple[str, int]]:
    """Plain and quoted texts: a line break is a space, each further one a line break."""
    while index < stop:
        blanks = _BLANKS.match(raw, index, stop)
        if blanks:
            yield from _fold(blanks.group(), index)
            index = blanks.end()
        elif quote == '"' and raw[index] == "\\":
            continued = _CONTINUED.match(raw, index, stop)
            if continued:
                further = range(continued.start(1), continued.end())
                yield from (("\n", at) for at in further if raw[at] == "\n")
                index = continued.end()
            else:
                char, length = _escape(raw, index)
                yield char, index
                index += length
        else:
            yield raw[index], index
            index += 2 if quote == "'" and raw[index] == "'" else 1


def _fold(blanks: str, index: int) -> Iterator[tuple[str, int]]:
    breaks = [index + at for at, char in enumerate(blanks) if char == "\n"]
    if not breaks:
        yield from ((char, index + at) for at, char in enumerate(blanks))
    elif len(breaks) == 1:
        yield " ", index
    else:
        yield from (("\n", position) for position in breaks[1:])


def _escape(raw: str, index: int) -> tuple[str, int]:
    letter = raw[index + 1]
    width = _WIDTHS.get(letter, 0)
    if width:
        return chr(int(raw[index + 2 : index + 2 + width], 16)), 2 + width
    return _ESCAPES.get(letter, ""), 2


def _indents(raw: str) -> Iterator[int]:
    """The indentation of a block: that of its first line, or less when its header says so."""
    header, _, body = raw.partition("\n")
    first = next((line for line in body.split("\n") if line.strip(" \r")), "")
    found = len(first) - len(first.lstrip(" "))
    yield found
    if any(char.isdigit() for char in header.partition("#")[0]):
        yield from range(found - 1, 0, -1)


def _block(raw: str, indent: int, *, folded: bool) -> Iterator[tuple[str, int]]:
    """Block texts. Breaks wait until the next line shows whether they are kept or folded."""
    header, _, body = raw.partition("\n")
    chomp = header.partition("#")[0]
    position = len(header) + 1
    held: list[
        tuple[str, int]
    ] = []  # the break of the last line and those of the blank lines after
    after_text = after_indented = False
    for line in body.splitlines(keepends=True):
        content = line[indent:].rstrip("\r\n")
        if content:
            indented = content[0] in " \t"
            joins = folded and after_text and not after_indented and not indented
            yield from _joined(held) if joins else held
            yield from ((char, position + indent + at) for at, char in enumerate(content))
            held, after_text, after_indented = [], True, indented
        if line.endswith("\n"):
            held.append(("\n", position + len(line.rstrip("\r\n"))))
        position += len(line)
    if "+" in chomp:
        yield from held
    elif "-" not in chomp and after_text:
        yield from held[:1]


def _joined(held: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Breaks between two folded lines: one is a space, of more the first is dropped."""
    return [(" ", held[0][1])] if len(held) == 1 else held[1:]
