"""What Google's parser and checker complain about, in the words of a rule's author."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from policy.lang.diagnostics import Diagnostic, error, quoted
from policy.lang.extents import Tokens
from policy.lang.mismatches import mismatch, plain
from policy.lang.names import Advice, Names, unknown_field, unknown_function, unknown_name
from policy.lang.places import Place, Text, between
from policy.lang.slips import slip
from policy.lang.vocabulary import CALLS, MACROS

LARGEST = 100_000
"""Code points; cel-cpp reads no more."""

DEEPEST = 32
"""Levels of nesting; cel-cpp reads no more. A chain of `&&` or of `||` counts as one level."""

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_ERROR = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$", re.MULTILINE)
_STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One error of CEL, at a token; the number is that past the last one at the end of the text."""

    message: str
    at: int


def unreadable(text: str, path: str, place: Place) -> Diagnostic | None:
    """An error for a text that must not be given to the parser at all."""
    if not text.strip():
        return error("syntax", "the expression is empty", path, between(place, 0, 0))
    if len(text) > LARGEST:
        message = f"the expression is longer than {LARGEST:,} code points"
        help = "move long lists into parameters"
        span = between(place, 0, 1)
        return error("expression-too-large", message, path, span, help=help)
    bad = _UNREADABLE.search(text)
    if bad is None:
        return None
    message = f"the character U+{ord(bad[0]):04X} is not allowed in an expression"
    span = between(place, bad.start(), bad.end())
    return error("control-character", message, path, span, help="remove it")


def complaints(reason: str, text: Text, names: Names) -> tuple[Diagnostic, ...]:
    """The diagnostics for the text of the error that CEL's `compile` raised; at least one."""
    if "recursion" in reason:
        return (_too_deep(text),)
    found = list(_parsed(reason, text))
    broken = [complaint for complaint in found if complaint.message.startswith("Syntax error")]
    if broken:  # the parser's further errors are echoes of the first
        place, advice = slip(broken[0].message, broken[0].at, text)
        return (_diagnostic(advice, text, *place),)
    told = tuple(_told(complaint, text, names) for complaint in _first_causes(found, text))
    return told or (error("syntax", _bare(reason), text.path, text.all),)


def _too_deep(text: Text) -> Diagnostic:
    message = f"the expression is nested more than {DEEPEST} levels deep"
    help = "name parts of it in `variables`; a chain of `+` is nested, one of `&&` or `||` is not"
    return error("expression-too-deep", message, text.path, text.all, help=help)


def _parsed(reason: str, text: Text) -> Iterator[_Complaint]:
    starts = [0, *(match.end() for match in re.finditer("\n", text.text))]
    tokens = [token.start for token in text.tokens.tokens]
    for line, column, message in _ERROR.findall(_STATUS.sub("", reason)):
        if int(line) > 0:
            offset = starts[int(line) - 1] + int(column) - 1
            yield _Complaint(message, bisect_left(tokens, offset))


def _first_causes(found: list[_Complaint], text: Text) -> Iterator[_Complaint]:
    """Without the errors that only follow from another one.

    An unknown quantifier leaves its local unknown, and a function of something unknown is unknown.
    """
    found = [complaint for complaint in found if "*error*" not in complaint.message]
    tokens = text.tokens
    unknown = {complaint.at for complaint in found if _undeclared(complaint)}
    silent: set[int] = set()
    for at in sorted(unknown):
        if tokens.is_sign(at, "(") and tokens.tokens[at - 1].text in MACROS:
            silent.update(range(at + 1, tokens.partner.get(at, at)))
        elif tokens.is_sign(at, "(") and tokens.is_sign(at + 2, ","):
            silent.update(_uses(tokens.tokens[at + 1].text, at, tokens))
        if tokens.is_sign(at, "(") and tokens.is_sign(at - 2, ".") and at - 3 in unknown:
            silent.add(at)
    return (complaint for complaint in found if complaint.at not in silent)


def _uses(local: str, opener: int, tokens: Tokens) -> Iterator[int]:
    """Where a name, or a path that begins with it, is complained about within parentheses."""
    for at in range(opener + 1, tokens.partner.get(opener, opener)):
        if tokens.tokens[at].text == local:
            yield from (at, *range(at + 1, at + 9, 2)) if tokens.is_sign(at + 1, ".") else (at,)


def _undeclared(complaint: _Complaint) -> bool:
    return complaint.message.startswith("undeclared reference")


def _told(complaint: _Complaint, text: Text, names: Names) -> Diagnostic:
    message, at, tokens = complaint.message, complaint.at, text.tokens
    words = re.findall(r"'([^']*)'", message)
    if _undeclared(complaint) and tokens.is_sign(at, "("):
        return _at(unknown_function(words[0].lstrip("."), names), text, at - 1)
    if _undeclared(complaint):
        name = words[0].lstrip(".")
        advice = unknown_name(name, tokens, names)
        first = at - 2 * name.count(".") + 1 if "." in name else at
        last = first + 2 if advice.code == "unknown-parameter" and "." in name else first
        return _at(advice, text, first, last)
    if message.startswith("undefined field"):
        number = _field(words[0], at, text)
        advice = unknown_field(_path_up_to(number, tokens), plain(words[1]), names)
        return _at(advice, text, number)
    if message.startswith("found no matching overload"):
        return _overload(words[0], words[1], text, at)
    if "operand of a select operation" in message:
        return _at(_no_fields(plain(words[0])), text, min(at + 1, len(tokens.tokens) - 1))
    if "range of a comprehension" in message:
        said = f"only a list has items to look through, not {quoted(plain(words[0]))}"
        return _at(Advice("type-mismatch", said), text, at)
    return _at(_other(message), text, min(at, len(tokens.tokens) - 1))


def _overload(function: str, applied: str, text: Text, at: int) -> Diagnostic:
    message, help = mismatch(function.lstrip("."), applied)
    number = at - 1 if text.tokens.is_sign(at, "(") else at
    return _at(Advice("type-mismatch", message, help), text, number)


def _no_fields(kind: str) -> Advice:
    if kind.startswith("list("):
        help = "look at its items with `exists(...)` or `all(...)`, or at one with `[0]`"
        return Advice("type-mismatch", "a list has no fields, its items have", help)
    return Advice("type-mismatch", f"{quoted(kind)} has no fields")


def _other(message: str) -> Advice:
    """The complaints about one literal or macro."""
    if message.startswith("reserved identifier: "):
        word = message.rpartition(" ")[2]
        help = "for a choice write `condition ? a : b`" if word in ("if", "else") else ""
        return Advice("syntax", f"{quoted(word)} is a word that CEL keeps for itself", help)
    if message.startswith("invalid int literal"):
        return Advice("syntax", "a whole number lies between -2^63 and 2^63 - 1")
    if "variable name must be a simple identifier" in message:
        macro = message.partition("(")[0]
        said = f"the first part of {quoted(f'{macro}(...)')} is a name for the item"
        return Advice("syntax", said, f"write {quoted(CALLS.get(macro, macro))}")
    if message.startswith("has() argument"):
        return Advice("syntax", "`has(...)` asks for one field", f"write {quoted(CALLS['has'])}")
    if message.startswith("unsupported syntax"):
        sign = message.partition("'")[2].rstrip("'")
        said = f"{quoted(sign)} is no part of the language of rules"
        return Advice("not-supported", said, "ask with `has(...)` whether a fact is there")
    return Advice("syntax", _bare(message))


def _field(name: str, at: int, text: Text) -> int:
    """The token of an unknown field: behind its dot, or last in a `has(...)`."""
    tokens = text.tokens
    if not tokens.is_sign(at, "("):
        return at + 1
    inside = range(at, tokens.partner.get(at, at))
    return max((number for number in inside if tokens.tokens[number].text == name), default=at)


def _path_up_to(number: int, tokens: Tokens) -> str:
    """The words and dots up to a field: `c.ai`, or `.ai` alone behind a bracket."""
    first = number
    while tokens.is_sign(first - 1, ".") and tokens.tokens[first - 2].kind == "name":
        first -= 2
    return "".join(token.text for token in tokens.tokens[first : number + 1])


def _at(advice: Advice, text: Text, first: int, last: int | None = None) -> Diagnostic:
    tokens = text.tokens.tokens
    end = tokens[first if last is None else last].end
    return _diagnostic(advice, text, tokens[first].start, end)


def _diagnostic(advice: Advice, text: Text, start: int, end: int) -> Diagnostic:
    span = between(text.place, start, end)
    return error(advice.code, advice.message, text.path, span, help=advice.help)


def _bare(reason: str) -> str:
    """CEL's own words, where there are none of ours, in the shape of a message."""
    line = _STATUS.sub("", reason).strip().partition("\n")[0].rstrip(".") or "it cannot be read"
    return line[:1].lower() + line[1:]
