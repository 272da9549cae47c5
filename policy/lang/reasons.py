"""Reasons: a sentence for people with `{expression}` holes.

`{{` and `}}` are literal braces. A hole ends at its own `}`: braces and quotes inside the
expression are followed.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.lang.nodes import TextNode
from policy.lang.shapes import Shapes


@dataclass(frozen=True, slots=True)
class HoleSyntax:
    """An expression in a reason: `text`, and `start`, its offset in the reason's text."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class ReasonSyntax:
    """A sentence in parts: `texts` is one longer than `holes`."""

    node: TextNode
    texts: tuple[str, ...]
    holes: tuple[HoleSyntax, ...]


def read_reason(node: TextNode, shapes: Shapes) -> ReasonSyntax:
    """Split a reason; mistakes are noted in `shapes`, and the rest of it is still read."""
    text = node.text.strip()
    shift = len(node.text) - len(node.text.lstrip())
    texts: list[str] = []
    holes: list[HoleSyntax] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        pair, char = text[at : at + 2], text[at]
        if pair in ("{{", "}}"):
            literal.append(char)
            at += 2
        elif char == "{":
            end = _end_of_hole(text, at)
            if end is None:
                span = node.cut(shift + at, shift + at + 1)
                help = "close it with `}`, or write `{{` for a brace in the text"
                shapes.error("bad-reason", "a hole in the reason is never closed", span, help)
                break
            inner = text[at + 1 : end]
            if inner.strip():
                texts.append("".join(literal))
                holes.append(HoleSyntax(inner, shift + at + 1))
                literal = []
            else:
                span = node.cut(shift + at, shift + end + 1)
                shapes.error(
                    "bad-reason", "a hole in the reason is empty", span, "name a fact in it"
                )
            at = end + 1
        elif char == "}":
            span = node.cut(shift + at, shift + at + 1)
            shapes.error(
                "bad-reason", "a `}` without a `{`", span, "write `}}` for a brace in the text"
            )
            at += 1
        else:
            literal.append(char)
            at += 1
    return ReasonSyntax(node, (*texts, "".join(literal)), tuple(holes))


def _end_of_hole(text: str, start: int) -> int | None:
    """The offset of the brace that closes the one at `start`."""
    depth = 0
    quote = ""
    at = start
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return None
