"""How a text is written, by its role in the grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy.lang.formatter.expressions import laid_out
from policy.lang.formatter.scalars import fits_block, folded, in_quotes, scalar
from policy.lang.grammar.forms import Role
from policy.lang.nodes import TextNode, is_empty

WIDTH = 100
"""Columns of a line, but for sentences and rows."""

PROSE = 120
"""Columns of a sentence."""

_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A value: what stands on the line of its key or dash, and the lines below that line.

    `closed`: the lines belong to one pair of brackets, so that a comment stands behind the last.
    """

    inline: str
    below: tuple[str, ...] = ()
    closed: bool = False


def one_line(node: TextNode, role: Role, *, flow: bool) -> str:
    """A text on the line of its key. `flow`: within brackets or braces."""
    if is_empty(node):
        return "~"
    match role:
        case "sentence" | "prose":
            return scalar(node.text.strip(), flow=flow)
        case "expression" | "condition":
            return scalar(" ".join(laid_out(node.text, WIDTH)), flow=flow)
        case "url":
            return in_quotes(node.text)
    return node.text if node.kind != "string" else scalar(node.text, flow=flow)


def write_text(node: TextNode, role: Role, lead: int, column: int) -> Written:
    """A text as the value of a key. It begins in column `lead`; lines below it in `column`."""
    if is_empty(node):
        return Written("~")
    match role:
        case "sentence" | "prose":
            return _sentence(node.text.strip(), role, lead, column)
        case "expression" | "condition":
            return _expression(node.text, role, lead, column)
    return Written(one_line(node, role, flow=False))


def _sentence(text: str, role: Role, lead: int, column: int) -> Written:
    bare = scalar(text, flow=False)
    if role == "sentence" and "\n" not in text and lead + len(bare) <= PROSE:
        return Written(bare)
    lines = folded(text, PROSE - column)
    if lines:
        return Written(">-", tuple(lines))
    return Written("|-", tuple(text.split("\n"))) if fits_block(text) else Written(bare)


def _expression(text: str, role: Role, lead: int, column: int) -> Written:
    lines = laid_out(text, WIDTH - column)
    if len(lines) == 1 and (role == "expression" or _NAME.fullmatch(lines[0])):
        bare = scalar(lines[0], flow=False)
        if lead + len(bare) <= WIDTH:
            return Written(bare)
    block = "\n".join(lines)
    return Written("|", tuple(lines)) if fits_block(block) else Written(scalar(text, flow=False))
