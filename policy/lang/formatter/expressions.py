"""The layout of CEL: one line, or a line for each part of what `&&`, `||` and `? :` join.

    track.ai.declared == "none" && has(track.ai.detector_score)
      && track.ai.detector_score >= params.detector_high

Operators lead their line. A `has(...)` shares the line of what stands before it, as it only guards
what comes next. Tokens are never changed, only the blanks between them.
"""

from __future__ import annotations

from collections.abc import Sequence

from policy.lang.extents import Tokens
from policy.lang.formatter.tokens import Choice, Group, Joined, Part, Run, Word, parsed

STEP = 2
"""Columns by which what belongs to a line is indented below it."""


def laid_out(text: str, width: int) -> list[str]:
    """The lines of an expression in at most `width` columns, where it has a place to break.

    A text with comments (`//`) or with texts of several lines keeps the author's lines, since
    their ends mean something.
    """
    tokens = Tokens.of(text)
    if any("\n" in token.text for token in tokens.tokens):
        return text.strip().split("\n")
    if comments_in(text, tokens) or tokens.unclosed or not tokens.tokens:
        return _dedented(text)
    return _lines(parsed(tokens), width, 0, 0)


def comments_in(text: str, tokens: Tokens) -> list[str]:
    """The comments of an expression, without the blanks at their end."""
    ends = [0, *(token.end for token in tokens.tokens)]
    starts = [*(token.start for token in tokens.tokens), len(text)]
    between = (text[end:start] for end, start in zip(ends, starts, strict=True))
    return [line.strip() for gap in between for line in gap.split("\n") if line.strip()]


def _dedented(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.strip("\n").rstrip().split("\n")]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return [lines[0].lstrip(" "), *(line[indent:] for line in lines[1:])]


def _lines(part: Part, width: int, head: int, tail: int) -> list[str]:
    """Lines of a part. `head` columns stand before the first already, `tail` follow the last."""
    flat = _flat(part)
    if head + len(flat) + tail <= width:
        return [flat]
    match part:
        case Joined():
            return _joined(part, width, head, tail)
        case Choice(condition, then, otherwise):
            return [
                *_lines(condition, width, head, 0),
                *_led("? ", then, width, 0),
                *_led(": ", otherwise, width, tail),
            ]
        case Run():
            return _run(part, width, head, tail)


def _led(operator: str, part: Part, width: int, tail: int) -> list[str]:
    """The lines of a part behind an operator, indented."""
    first, *rest = _lines(part, width - STEP, len(operator), tail)
    return [" " * STEP + line for line in (operator + first, *rest)]


def _joined(part: Joined, width: int, head: int, tail: int) -> list[str]:
    first, *rest = _with_guards(part, width)
    lines = _lines(first, width, head, tail if not rest else 0)
    for at, other in enumerate(rest, start=1):
        lines += _led(f"{part.operator} ", other, width, tail if at == len(rest) else 0)
    return lines


def _with_guards(part: Joined, width: int) -> list[Part]:
    """The parts, with guards on the line of what stands before them, where there is room."""
    lines: list[list[Part]] = []
    for each in part.parts:
        joins = bool(lines) and (_is_guard(each) or all(map(_is_guard, lines[-1])))
        if part.operator == "&&" and joins and _fits((*lines[-1], each), part.operator, width):
            lines[-1].append(each)
        else:
            lines.append([each])
    if len(lines) == 1:  # it is too long only with what stands around it
        return list(part.parts)
    return [line[0] if len(line) == 1 else Joined(part.operator, tuple(line)) for line in lines]


def _fits(parts: Sequence[Part], operator: str, width: int) -> bool:
    return STEP + len(operator) + 1 + len(_flat(Joined(operator, tuple(parts)))) <= width


def _is_guard(part: Part) -> bool:
    match part:
        case Run((Word(text="has"), Group())):
            return True
        case _:
            return False


def _run(run: Run, width: int, head: int, tail: int) -> list[str]:
    """A run that is too long is broken within its widest brackets."""
    texts = _texts(run)
    groups = [(len(texts[at]), at) for at, piece in enumerate(run.pieces) if _breaks(piece)]
    if not groups:
        return [_flat(run)]
    _, at = max(groups)
    group = run.pieces[at]
    assert isinstance(group, Group)
    gap = texts[at][: len(texts[at]) - len(texts[at].lstrip())]
    before = "".join(texts[:at]) + gap + group.opener
    after = group.closer + "".join(texts[at + 1 :])
    return _broken(group, before, after, width, head, tail)


def _breaks(piece: Word | Group) -> bool:
    return isinstance(piece, Group) and bool(piece.parts)


def _broken(group: Group, before: str, after: str, width: int, head: int, tail: int) -> list[str]:
    """Brackets over several lines, between what stands before and after them."""
    *firsts, last = group.parts
    if group.opener != "(" and firsts:
        lines = filled(list(map(_flat, group.parts)), width, head + len(before))
        lines[0] = before + lines[0]
    elif firsts:
        body = _lines(last, width - STEP, 0, len(after) + tail)
        opening = before + ", ".join(map(_flat, firsts)) + ","
        lines = [opening, *(" " * STEP + line for line in body)]
    else:
        lines = _lines(last, width, head + len(before), len(after) + tail)
        lines[0] = before + lines[0]
    return [*lines[:-1], lines[-1] + after]


def filled(items: list[str], width: int, head: int) -> list[str]:
    """Items with commas, as many on each line as there is room for; all lines but the first are
    indented, `head` columns stand before the first.
    """
    lines = [""]
    for number, item in enumerate(items):
        word = item + ("," if number < len(items) - 1 else "")
        room = width - (head if len(lines) == 1 else 0)
        if lines[-1].strip() and len(lines[-1]) + 1 + len(word) > room:
            lines.append(" " * STEP + word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _flat(part: Part) -> str:
    match part:
        case Joined(operator, parts):
            return f" {operator} ".join(map(_flat, parts))
        case Choice(condition, then, otherwise):
            return f"{_flat(condition)} ? {_flat(then)} : {_flat(otherwise)}"
        case Run():
            return "".join(_texts(part))


def _texts(run: Run) -> list[str]:
    """The text of each piece of a run, with the blank before it."""
    before = (None, *run.pieces)
    return [
        _gap(left, piece) + (_flat_group(piece) if isinstance(piece, Group) else piece.text)
        for left, piece in zip(before, run.pieces, strict=False)
    ]


def _flat_group(group: Group) -> str:
    inner = ", ".join(map(_flat, group.parts))
    return group.opener + inner.rstrip() + group.closer


def _gap(left: Word | Group | None, right: Word | Group) -> str:
    """The blank between two pieces."""
    if left is None or (isinstance(left, Word) and (left.prefix or left.text == ".")):
        return ""
    operand = isinstance(left, Group) or left.operand
    if isinstance(right, Group):
        return "" if operand else " "
    if right.kind == "sign" and right.text in (".", ":"):
        return "" if operand else " "
    return " "
