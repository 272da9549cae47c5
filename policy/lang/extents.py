"""Where each part of a CEL text begins and ends.

CEL's checker gives one position per node: that of its operator, its opening bracket or its first
word. A small tokenizer over the same text finds the rest. All offsets count code points, as CEL
does; extents are pairs of token numbers, both inclusive, and leave redundant parentheses out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from policy.lang.exprs import Call, Checked, Constant, Expr, Ident, Macro, Select, parts

Extent: TypeAlias = tuple[int, int]

_TOKEN = re.compile(
    r"""
    (?P<skip>[ \t\r\n\f]+|//[^\n]*)
    |(?P<string>[bB]?(?:
        [rR](?:\"{3}[\s\S]*?(?:\"{3}|\Z)|'{3}[\s\S]*?(?:'{3}|\Z)|"[^"\r\n]*"?|'[^'\r\n]*'?)
        |\"{3}(?:\\[\s\S]|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\[\s\S]|[^\\])*?(?:'{3}|\Z)
        |"(?:\\.|[^"\\\r\n])*"?|'(?:\\.|[^'\\\r\n])*'?))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+\.)?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+
        (?:[eE][+-]?[0-9]+)?|[0-9]+[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*|`[^`\r\n]*`)
    |(?P<sign>&&|\|\||[=!<>]=|[\s\S])
    """,
    re.VERBOSE,
)
_NAMED = re.compile(r"\.?\w+(\.@?\w+)*")
"""Functions that are written as words; all others are operators."""
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, literal, operator or bracket: `kind` is string, number, name or sign."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class Tokens:
    """The tokens of a text, found by offset, and which brackets belong together."""

    tokens: list[Token]
    at: dict[int, int] = field(default_factory=dict)
    partner: dict[int, int] = field(default_factory=dict)
    unclosed: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Tokens:
        """Never fails: what is no token of CEL becomes a sign of one code point."""
        found = cls(
            [
                Token(str(match.lastgroup), match.group(), match.start())
                for match in _TOKEN.finditer(text)
                if match.lastgroup != "skip"
            ]
        )
        found.at = {token.start: number for number, token in enumerate(found.tokens)}
        found._pair()
        return found

    def _pair(self) -> None:
        for number, token in enumerate(self.tokens):
            if token.text in _PAIRS and token.kind == "sign":
                self.unclosed.append(number)
            elif token.kind == "sign" and self.unclosed:
                opener = self.unclosed[-1]
                if _PAIRS[self.tokens[opener].text] == token.text:
                    self.partner[opener] = number
                    self.unclosed.pop()

    def is_sign(self, number: int, text: str) -> bool:
        """Whether the token of that number is this operator or bracket."""
        inside = 0 <= number < len(self.tokens)
        return inside and self.tokens[number].kind == "sign" and self.tokens[number].text == text

    def is_prefix(self, number: int) -> bool:
        """Whether the token is a `!` or `-` that stands before its operand."""
        if self.is_sign(number, "!"):
            return True
        if not self.is_sign(number, "-"):
            return False
        before = self.tokens[number - 1] if number else None
        return before is None or (
            (before.kind == "sign" and before.text not in ")]}") or before.text == "in"
        )


def extents(checked: Checked, tokens: Tokens) -> dict[int, Extent]:
    """The extent of every node that the author wrote, by node id.

    A node of a `has(...)` maps to the whole call. Raises KeyError when positions and text do not
    belong together.
    """
    finder = _Finder(checked.positions, tokens)
    finder.find(checked.expr)
    return finder.found


def target_of_has(has: Select, found: dict[int, Extent], tokens: Tokens) -> Extent:
    """The extent of `x.y` in `has(x.y)`."""
    first, last = _bracketed(tokens, found[has.operand.id], found[has.id][1])
    return first, last + 2  # the dot and the field


@dataclass(slots=True)
class _Finder:
    positions: dict[int, int]
    tokens: Tokens
    found: dict[int, Extent] = field(default_factory=dict)

    def find(self, expr: Expr) -> Extent:
        for part in parts(expr):
            self.find(part)
        extent = self._extent(expr, self.tokens.at[self.positions[expr.id]])
        self.found[expr.id] = extent
        return extent

    def _extent(self, expr: Expr, at: int) -> Extent:
        match expr:
            case Constant():
                return at, at + 1 if self.tokens.is_sign(at, "-") else at
            case Ident():
                return self._name(at)
            case Select(test=True):
                return at - 1, self.tokens.partner[at]
            case Select(operand=operand):
                return self._target(operand, at), at + 1
            case Call(member=True, arguments=(target, *_)) | Macro(range=target):
                return self._target(target, at - 2), self.tokens.partner[at]
            case Call():
                return self._call(expr, at)
            case _:
                return at, self.tokens.partner[self._opening(at)]

    def _name(self, at: int) -> Extent:
        """A name, whose position is that of its last dot when it has dots; a dot may lead it.

        The text tells how many: a name that was found in a container has more than were written.
        """
        first = last = at + 1 if self.tokens.is_sign(at, ".") else at
        while self.tokens.is_sign(first - 1, ".") and self._is_name(first - 2):
            first -= 2
        return first - self.tokens.is_sign(first - 1, "."), last

    def _is_name(self, number: int) -> bool:
        token = self.tokens.tokens[number] if number >= 0 else None
        return token is not None and token.kind == "name" and token.text != "in"

    def _call(self, call: Call, at: int) -> Extent:
        if _NAMED.fullmatch(call.function):
            dots = call.function.count(".")  # each with a word, but one that leads has none
            words = 1 + 2 * dots - call.function.startswith(".")
            return at - words, self.tokens.partner[at]
        if call.function == "_[_]":
            return self._target(call.arguments[0], at), self.tokens.partner[at]
        last = self._right(call.arguments[-1], at)
        if call.function in ("!_", "-_"):
            return at, last
        return self._left(call.arguments[0], at), last

    def _opening(self, at: int) -> int:
        """The bracket of a literal; a message's name stands before it."""
        while at not in self.tokens.partner:
            at += 1
        return at

    def _target(self, expr: Expr, operator: int) -> int:
        return _bracketed(self.tokens, self.found[expr.id], operator)[0]

    def _left(self, expr: Expr, operator: int) -> int:
        return _widened(self.tokens, self.found[expr.id], 0, operator)[0]

    def _right(self, expr: Expr, operator: int) -> int:
        return _widened(self.tokens, self.found[expr.id], operator + 1, len(self.tokens.tokens))[1]


def _widened(tokens: Tokens, extent: Extent, floor: int, ceiling: int) -> Extent:
    """Take in redundant parentheses, and the `!!` and `--` that CEL drops, between two tokens."""
    first, last = extent
    while first > floor:
        if last + 1 < ceiling and tokens.partner.get(first - 1) == last + 1:
            first, last = first - 1, last + 1
        elif tokens.is_prefix(first - 1):
            first -= 1
        else:
            break
    return first, last


def _bracketed(tokens: Tokens, extent: Extent, ceiling: int) -> Extent:
    """The same for what stands before a dot or `[`: a bare `!` or `-` there belongs further out."""
    found = extent
    first, last = extent
    while first > 0:
        if last + 1 < ceiling and tokens.partner.get(first - 1) == last + 1:
            found = first, last = first - 1, last + 1
        elif tokens.is_prefix(first - 1):
            first -= 1
        else:
            break
    return found
