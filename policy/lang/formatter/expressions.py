"""The layout of CEL: one line, or a line for each part of what `&&`, `||` and `? :` join.

    track.ai.declared == "none" && has(track.ai.detector_score)
      && track.ai.detector_score >= params.detector_high

Operators lead their line. What `&&` joins shares lines as far as there is room, what `||` joins has
lines of its own. Tokens are never changed, only the blanks between them.
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
                *_above(condition, width, head),
                *_led("? ", then, width, 0),
                *_led(": ", otherwise, width, tail),
            ]
        case Run():
            return _run(part, width, head, tail)


def _led(operator: str, part: Part, width: int, tail: int) -> list[str]:
    """The lines of a part behind an operator, indented."""
    first, *rest = _lines(part, width - STEP, len(operator), tail)
    return [" " * STEP + line for line in (operator + first, *rest)]


def _above(part: Part, width: int, head: int) -> list[str]:
    """The lines of a part above operators, deeper than these where there are more of them."""
    first, *rest = _lines(part, width - STEP, head - STEP, 0)
    return [first, *(" " * STEP + line for line in rest)]


def _joined(part: Joined, width: int, head: int, tail: int) -> list[str]:
    first, *rest = _shared(part, width, head, tail)
    lines = _above(first, width, head) if rest else _lines(first, width, head, tail)
    for at, other in enumerate(rest, start=1):
        lines += _led(f"{part.operator} ", other, width, tail if at == len(rest) else 0)
    return lines


def _shared(part: Joined, width: int, head: int, tail: int) -> list[Part]:
    """The part of each line: what `&&` joins shares lines as far as there is room."""
    if part.operator == "||":
        return list(part.parts)
    lines: list[Joined] = []
    for number, each in enumerate(part.parts, start=1):
        longer = Joined("&&", (*lines[-1].parts, each)) if lines else None
        room = width - (head if len(lines) == 1 else STEP + len("&& "))
        room -= tail if number == len(part.parts) else 0
        if longer and len(_flat(longer)) <= room:
            lines[-1] = longer
        else:
            lines.append(Joined("&&", (each,)))
    return [line.parts[0] if len(line.parts) == 1 else line for line in lines]


def _run(run: Run, width: int, head: int, tail: int) -> list[str]:
    """A run that is too long has lines for what it compares or adds up, or for its calls, or is
    broken within its widest brackets.
    """
    for cuts in (_operators(run, _COMPARING), _operators(run, _ADDING)):
        if cuts and _all_fit(_cut(run, cuts), width, head, tail):
            return _below(_cut(run, cuts), width, head, tail)
    calls = _calls(run)
    if len(calls) > 1 or (calls and isinstance(run.pieces[0], Group)):
        return _below(_cut(run, calls), width, head, tail)
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


_COMPARING = ("==", "!=", "<", "<=", ">", ">=", "in")
_ADDING = ("+", "-")


def _operators(run: Run, known: Sequence[str]) -> list[int]:
    """Where operators stand between two values of a run."""
    return [
        at
        for at, piece in enumerate(run.pieces)
        if at and isinstance(piece, Word) and piece.text in known and not piece.prefix
    ]


def _calls(run: Run) -> list[int]:
    """Where methods are called on what stands before; none where operators stand between them."""
    pieces = run.pieces
    calls = [
        at
        for at in range(1, len(pieces) - 2)
        if isinstance(pieces[at + 2], Group) and _is_word(pieces[at], ".")
    ]
    between = Run(pieces[: calls[-1]]) if calls else run
    return [] if _operators(between, (*_COMPARING, *_ADDING, "*", "/", "%")) else calls


def _is_word(piece: Word | Group, text: str) -> bool:
    return isinstance(piece, Word) and piece.text == text


def _cut(run: Run, cuts: Sequence[int]) -> list[Run]:
    edges = zip((0, *cuts), (*cuts, len(run.pieces)), strict=True)
    return [Run(run.pieces[start:stop]) for start, stop in edges]


def _all_fit(runs: Sequence[Run], width: int, head: int, tail: int) -> bool:
    first, *rest = (len(_flat(run)) for run in runs)
    *inner, last = rest
    return head + first <= width and max((*inner, last + tail)) <= width - STEP


def _below(runs: Sequence[Run], width: int, head: int, tail: int) -> list[str]:
    """The lines of runs, all but the first indented."""
    first, *rest = runs
    lines = _lines(first, width, head, 0)
    for at, run in enumerate(rest, start=1):
        inner = _lines(run, width - STEP, 0, tail if at == len(rest) else 0)
        lines += [" " * STEP + line for line in inner]
    return lines


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
