"""Type errors in words: what an operator or a function takes, and what it was given."""

from __future__ import annotations

import re

from policy.lang.diagnostics import listed, quoted
from policy.lang.exprs import PACKAGE
from policy.lang.vocabulary import CALLS

_OPERATORS = {
    **{f"_{sign}_": sign for sign in ("==", "!=", "<", "<=", ">", ">=", "&&", "||")},
    **{f"_{sign}_": sign for sign in ("+", "-", "*", "/", "%")},
    "!_": "!",
    "-_": "-",
    "_?_:_": "? :",
    "@in": "in",
    "_[_]": "[...]",
}
_CELS = {
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
    "null_type": "null",
    PACKAGE: "",
}
_NUMBERS = {"int", "double"}
_QUOTES = "write a number without quotes and a text with quotes"
_PAIRS: dict[frozenset[str], str] = {
    frozenset(("int", "double")): "write the whole number with `.0`, or as `double(...)`",
    frozenset(("timestamp", "string")): 'write `timestamp("2026-08-02T00:00:00Z")`',
    frozenset(("duration", "string")): 'write `duration("36h")`',
    frozenset(("duration", "int")): 'write `duration("36h")`, or take the `getSeconds()` of it',
    frozenset(("timestamp", "int")): "take a part of it, such as `getFullYear()`",
    frozenset(("int", "string")): _QUOTES,
    frozenset(("double", "string")): _QUOTES,
    frozenset(("bool", "string")): "write `true` and `false` without quotes",
    frozenset(("int", "uint")): "leave the `u` of the number out",
}


def plain(kinds: str) -> str:
    """CEL's names of types as the fact schema writes them."""
    for name, ours in _CELS.items():
        kinds = kinds.replace(name, ours)
    return kinds


def mismatch(function: str, applied: str) -> tuple[str, str]:
    """Message and help for `found no matching overload`; `applied` is CEL's `(int, string)`."""
    kinds = _split(plain(applied)[1:-1])
    sign = _OPERATORS.get(function)
    if sign is None:
        return _call(function, kinds)
    if sign in ("&&", "||", "!"):
        wrong = [kind for kind in kinds if kind != "bool"]
        verb = "turns a condition around" if sign == "!" else "joins conditions"
        return f"{quoted(sign)} {verb}, not {listed(wrong)}", _truth(wrong[0])
    if sign == "? :":
        return _choice(kinds)
    if sign == "in":
        return _membership(*kinds)
    if sign == "[...]":
        return _item(*kinds)
    if len(kinds) == 1:
        return f"{quoted(sign)} needs a number, not {quoted(kinds[0])}", ""
    return _pair(sign, *kinds)


def _pair(sign: str, left: str, right: str) -> tuple[str, str]:
    help = _PAIRS.get(frozenset((left, right)), "")
    if "null" in (left, right):
        help = "facts are never null; ask for them with `has(...)`"
    elif left.startswith("list(") != right.startswith("list("):
        help = "look into a list with `in`, `exists(...)` or `all(...)`"
    if left == right:
        return f"{quoted(sign)} does not work on {quoted(left)}", help
    if sign in ("+", "-", "*", "/", "%"):
        return f"{quoted(sign)} does not work on {quoted(left)} and {quoted(right)}", help
    return (
        f"{quoted(sign)} compares values of one type, not {quoted(left)} with {quoted(right)}",
        help,
    )


def _choice(kinds: list[str]) -> tuple[str, str]:
    condition, then, otherwise = kinds
    if condition != "bool":
        return f"what stands before `?` is a condition, not {quoted(condition)}", _truth(condition)
    message = f"both results of `? :` are of one type, not {quoted(then)} and {quoted(otherwise)}"
    return message, _PAIRS.get(frozenset((then, otherwise)), "")


def _membership(item: str, container: str) -> tuple[str, str]:
    if container.startswith("list("):
        wanted = container[5:-1]
        help = _PAIRS.get(frozenset((item, wanted)), "")
        return f"`in` looks for {quoted(wanted)} in this list, not {quoted(item)}", help
    help = "write `text.contains(part)`" if container == "string" else ""
    return f"`in` looks into a list, not into {quoted(container)}", help


def _item(container: str, key: str) -> tuple[str, str]:
    if container.startswith("list("):
        return f"an item of a list is found by a whole number, not {quoted(key)}", ""
    if container.startswith("map("):
        wanted = container[4:].partition(",")[0]
        return f"an entry of this map is found by {quoted(wanted)}, not {quoted(key)}", ""
    return f"{quoted(container)} has no items", ""


def _call(function: str, kinds: list[str]) -> tuple[str, str]:
    model = CALLS.get(function)
    given = ", ".join(kinds)
    help = f"write {quoted(model)}" if model else ""
    if function == "contains" and kinds and kinds[0].startswith("list("):
        help = "write `value in list`"
    return f"{quoted(function)} does not take {quoted(f'({given})')}", help


def _truth(kind: str) -> str:
    if kind in _NUMBERS:
        return "compare it, such as with `> 0`"
    if kind == "string":
        return 'compare it, such as with `!= ""`'
    return "compare it with `size(...) > 0`" if kind.startswith("list(") else ""


def _split(kinds: str) -> list[str]:
    """The types between commas that are in no parentheses."""
    depth, parts = 0, [""]
    for sign in re.findall(r"[(),]|[^(),]+", kinds):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
