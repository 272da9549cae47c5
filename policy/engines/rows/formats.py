"""`format`: values written into a text, in the words of CEL's strings extension."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from policy.engines.rows import numbers
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import keys, kind_of
from policy.lang.clauses import Clause, pieces

_ENDLESS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def formatted(text: str, values: list[Any]) -> str:
    """The text with a value in each of its holes; more values than holes are no mistake.

    Raises EvaluationError for a hole that is none, that has no value, or does not take it.
    """
    try:
        parts = pieces(text)
    except ValueError as reason:
        raise EvaluationError(f"error during formatting: {reason}") from None
    made: list[str] = []
    used = 0
    for part in parts:
        if isinstance(part, Clause):
            made.append(_written(part, values, used))
            used += 1
        else:
            made.append(part)
    return "".join(made)


def _written(clause: Clause, values: list[Any], index: int) -> str:
    if index >= len(values):
        raise EvaluationError(f"index {index} out of range")
    return _VERBS[clause.verb](values[index], clause)


def _text(value: Any, clause: Clause) -> str:
    """`%s`: any value. Maps are in the order of their keys' texts."""
    match kind_of(value):
        case "list":
            return f"[{', '.join(_text(item, clause) for item in value)}]"
        case "map":
            texts = [(_text(key, clause), item) for key, item in _entries(value)]
            inner = sorted((key, _text(item, clause)) for key, item in texts)
            return "{" + ", ".join(f"{key}: {item}" for key, item in inner) + "}"
        case "double":
            return _endless(value) or f"{value:g}"
        case "null":
            return "null"
        case "timestamp":
            return _shortest(numbers.text(value))
        case "record":
            raise _refused("string clause cannot be used on records", value)
        case _:
            return numbers.text(value)


def _shortest(instant: str) -> str:
    """An instant without the zeros that fill up its fraction of a second."""
    whole, point, fraction = instant.rstrip("Z").partition(".")
    return f"{whole}{point}{fraction.rstrip('0')}Z"


def _entries(value: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return list(zip(keys(value), value.values(), strict=True))


def _decimal(value: Any, _: Clause) -> str:
    match kind_of(value):
        case "int" | "uint":
            return str(int(value))
        case "double":
            return _endless(value) or f"{value:f}"
    raise _refused("decimal clause can only be used on integers", value)


def _fixed(value: Any, clause: Clause) -> str:
    number = _double(value, "fixed-point clause can only be used on doubles")
    return _endless(number) or f"{number:.{clause.digits}f}"


def _exponent(value: Any, clause: Clause) -> str:
    number = _double(value, "scientific clause can only be used on doubles")
    return _endless(number) or f"{number:.{clause.digits}e}"


def _double(value: Any, rule: str) -> float:
    match kind_of(value):
        case "int" | "uint" | "double":
            return float(value)
        case "string" if value in _ENDLESS:
            return _ENDLESS[value]
    raise _refused(rule, value)


def _endless(number: float) -> str:
    """The word for a number that has no digits; empty for one that has."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return ""


def _binary(value: Any, _: Clause) -> str:
    if kind_of(value) in ("int", "uint", "bool"):
        return f"{int(value):b}"
    raise _refused("only integers and bools can be formatted as binary", value)


def _octal(value: Any, _: Clause) -> str:
    if kind_of(value) in ("int", "uint"):
        return f"{int(value):o}"
    raise _refused("octal clause can only be used on integers", value)


def _hexadecimal(value: Any, clause: Clause) -> str:
    match kind_of(value):
        case "int" | "uint":
            text = f"{int(value):x}"
        case "string":
            text = value.encode().hex()
        case "bytes":
            text = value.hex()
        case _:
            rule = "only integers, byte buffers, and strings can be formatted as hex"
            raise _refused(rule, value)
    return text.upper() if clause.verb == "X" else text


def _refused(rule: str, value: Any) -> EvaluationError:
    name = numbers.type_name(kind_of(value))
    return EvaluationError(f"error during formatting: {rule}, was given {name}")


_VERBS: dict[str, Callable[[Any, Clause], str]] = {
    "s": _text,
    "d": _decimal,
    "f": _fixed,
    "e": _exponent,
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": _hexadecimal,
}
