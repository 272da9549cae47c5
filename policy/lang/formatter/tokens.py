"""The tokens of a CEL text in the groups that a layout is made of: brackets, and what joins them.

Only what a layout needs is told apart: `? :`, `||` and `&&`, brackets, and runs of all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from policy.lang.extents import Tokens

_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Word:
    """A token; `prefix` for a `!` or `-` that belongs to what follows."""

    text: str
    kind: str
    prefix: bool = False

    @property
    def operand(self) -> bool:
        """Whether a bracket behind it is its own: a call or an index."""
        return self.kind != "sign" and self.text != "in"


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets with what commas part in them."""

    opener: str
    parts: tuple[Part, ...]

    @property
    def closer(self) -> str:
        return _CLOSERS[self.opener]


@dataclass(frozen=True, slots=True)
class Run:
    """Words and brackets in a row."""

    pieces: tuple[Word | Group, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by `&&` or by `||`."""

    operator: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? then : otherwise`."""

    condition: Part
    then: Part
    otherwise: Part


Part: TypeAlias = Run | Joined | Choice


def parsed(tokens: Tokens) -> Part:
    """The groups of a whole text."""
    return _part(tokens, 0, len(tokens.tokens))


def _part(tokens: Tokens, start: int, stop: int) -> Part:
    choice = _choice(tokens, start, stop)
    if choice:
        return choice
    for operator in ("||", "&&"):
        cuts = [at for at in _outer(tokens, start, stop) if tokens.is_sign(at, operator)]
        if cuts:
            edges = zip((start, *(cut + 1 for cut in cuts)), (*cuts, stop), strict=True)
            return Joined(operator, tuple(_part(tokens, *edge) for edge in edges))
    return Run(tuple(_pieces(tokens, start, stop)))


def _choice(tokens: Tokens, start: int, stop: int) -> Choice | None:
    signs = [at for at in _outer(tokens, start, stop) if tokens.tokens[at].text in ("?", ":")]
    signs = [at for at in signs if tokens.tokens[at].kind == "sign"]
    first = next((at for at in signs if tokens.tokens[at].text == "?"), None)
    depth = 0
    for at in signs:
        if first is None or at < first:
            continue
        depth += 1 if tokens.tokens[at].text == "?" else -1
        if depth == 0:
            return Choice(
                _part(tokens, start, first),
                _part(tokens, first + 1, at),
                _part(tokens, at + 1, stop),
            )
    return None


def _outer(tokens: Tokens, start: int, stop: int) -> Iterator[int]:
    """Numbers of the tokens outside of inner brackets, opening brackets included."""
    at = start
    while at < stop:
        yield at
        at = tokens.partner.get(at, at) + 1


def _pieces(tokens: Tokens, start: int, stop: int) -> Iterator[Word | Group]:
    for at in _outer(tokens, start, stop):
        token = tokens.tokens[at]
        if at in tokens.partner:
            yield Group(token.text, tuple(_arguments(tokens, at + 1, tokens.partner[at])))
        else:
            yield Word(token.text, token.kind, tokens.is_prefix(at))


def _arguments(tokens: Tokens, start: int, stop: int) -> Iterator[Part]:
    """What commas part, a last comma before the closing bracket included as an empty part."""
    for at in _outer(tokens, start, stop):
        if tokens.is_sign(at, ","):
            yield _part(tokens, start, at)
            start = at + 1
    if start < stop or tokens.is_sign(start - 1, ","):
        yield _part(tokens, start, stop)
