"""Syntax errors in words: what the parser stumbled over, and what the author most likely meant."""

from __future__ import annotations

import re

from policy.lang.diagnostics import quoted
from policy.lang.extents import Token
from policy.lang.names import Advice
from policy.lang.places import Text

_AND, _OR, _NOT = "write `&&`", "write `||`", "write `!`, such as in `!(a || b)`"
_CHOICE = "for a choice write `condition ? a : b`"
_QUOTES = "use straight quotes"
_WORDS = {
    "and": _AND,
    "or": _OR,
    "not": _NOT,
    "&": _AND,
    "|": _OR,
    "=": "compare with `==`",
    "===": "compare with `==`",
    "is": "compare with `==`",
    "<>": "write `!=`",
    "if": _CHOICE,
    "then": _CHOICE,
    "else": _CHOICE,
    "between": "write `a <= x && x <= b`",
    "like": 'write `text.contains("part")` or `text.matches("...")`',
    "#": "a comment begins with `//`",
    ";": "an expression is one value; leave the `;` out",
    "\u201c": _QUOTES,
    "\u201d": _QUOTES,
    "\u2018": _QUOTES,
    "\u2019": _QUOTES,
    "\u00ab": _QUOTES,
    "\u2264": "write `<=`",
    "\u2265": "write `>=`",
    "\u2260": "write `!=`",
    "\u00d7": "write `*`",
    "\u2212": "write `-`",
    "\u00a0": "write a plain space",
}
_WANTED = re.compile(r"expecting '(.)'")
_ESCAPE = re.compile(
    r"\\(?:[abfnrtv\\?\"'`]|x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|(.?))"
)


def slip(message: str, number: int, text: Text) -> tuple[tuple[int, int], Advice]:
    """The place, as offsets, and the advice for the parser's message about a token."""
    tokens = text.tokens.tokens
    if number >= len(tokens):
        return _end(message, text)
    token = tokens[number]
    place = (token.start, token.end)
    if token.kind == "string":
        told = _broken_text(token)
        if told is not None:
            return place, told
    for before in (number, number - 1):
        word = tokens[before].text if before >= 0 else ""
        pair = word + (tokens[before + 1].text if before + 1 < len(tokens) else "")
        help = _WORDS.get(pair) or _WORDS.get(word.lower())
        if help:
            at = tokens[before]
            shown = pair if pair in _WORDS else word
            return (at.start, at.start + len(shown)), _syntax(f"unexpected {quoted(shown)}", help)
    return place, _unexpected(number, text)


def _end(message: str, text: Text) -> tuple[tuple[int, int], Advice]:
    tokens = text.tokens.tokens
    if not tokens:  # nothing but a comment
        return (0, len(text.text)), _syntax("the expression is empty", "")
    if text.tokens.unclosed:
        opener = tokens[text.tokens.unclosed[-1]]
        advice = _syntax(f"{quoted(opener.text)} is never closed", "")
        return (opener.start, opener.end), advice
    last, wanted = tokens[-1], _WANTED.search(message)
    what = quoted(wanted[1]) if wanted else "a value"
    advice = _syntax(f"{what} is missing behind {quoted(last.text)}", "")
    return (last.start, last.end), advice


def _unexpected(number: int, text: Text) -> Advice:
    token = text.tokens.tokens[number]
    message = f"unexpected {quoted(token.text)}"
    if token.text in (")", "]", "}") and number not in text.tokens.partner.values():
        return _syntax(f"{quoted(token.text)} closes nothing", "")
    if token.text == "?":
        return _syntax(message, "put a choice within a choice in brackets: `a ? (b ? c : d) : e`")
    before = text.tokens.tokens[number - 1] if number else None
    if before and _is_value(before) and token.kind != "sign":
        help = f"an operator is missing between {quoted(before.text)} and {quoted(token.text)}"
        return _syntax(message, help)
    if before and not _is_value(before) and token.kind == "sign":
        return _syntax(message, f"a value is missing behind {quoted(before.text)}")
    return _syntax(message, "")


def _is_value(token: Token) -> bool:
    return token.kind != "sign" or token.text in (")", "]", "}")


def _broken_text(token: Token) -> Advice | None:
    """What is wrong with a text that the parser does not know for one."""
    body = token.text.lstrip("bBrR")
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    if len(body) < 2 * len(quote) or not body.endswith(quote):
        return _syntax("a text is never closed", f"put {quoted(quote)} at its end")
    wrong = next((found for found in _ESCAPE.finditer(body) if found[1] is not None), None)
    if wrong is None:
        return None
    help = f"write `\\{wrong[0]}`, or put an `r` before the text, such as in `r{quote}...{quote}`"
    return _syntax(f"{quoted(wrong[0])} is no escape in a text", help)


def _syntax(message: str, help: str) -> Advice:
    return Advice("syntax", message, help)
