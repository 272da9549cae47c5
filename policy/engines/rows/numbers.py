"""Arithmetic and conversions of CEL's numbers: 64 bits wide, errors instead of wrapping."""

from __future__ import annotations

import math
import re
from typing import Any

from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.times import SECOND, format_duration, format_timestamp
from policy.engines.rows.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Duration,
    Timestamp,
    TypeName,
    Uint,
)


def checked(value: int) -> int:
    """A 64-bit signed number. Raises EvaluationError beyond."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise EvaluationError("integer overflow")


def checked_uint(value: int) -> Uint:
    """A 64-bit unsigned number. Raises EvaluationError beyond."""
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise EvaluationError("unsigned integer overflow")


def int_divide(left: int, right: int) -> int:
    """Division that truncates toward zero. Raises EvaluationError for zero and overflow."""
    if right == 0:
        raise EvaluationError("divide by zero")
    quotient = abs(left) // abs(right)
    return checked(quotient if (left < 0) == (right < 0) else -quotient)


def uint_divide(left: int, right: int) -> Uint:
    """Division of unsigned numbers. Raises EvaluationError for zero."""
    if right == 0:
        raise EvaluationError("divide by zero")
    return Uint(left // right)


def int_modulo(left: int, right: int) -> int:
    """The remainder with the sign of the left side. Raises EvaluationError for zero."""
    if right == 0:
        raise EvaluationError("modulus by zero")
    if left == INT_MIN and right == -1:
        raise EvaluationError("integer overflow")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def double_divide(left: float, right: float) -> float:
    """IEEE 754 division: infinities and NaN instead of errors."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


_INTEGER = re.compile(r"\s*([+-]?\d+)\s*", re.ASCII)
_DOUBLE = re.compile(
    r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)\s*", re.ASCII | re.I
)
_HEX_DOUBLE = re.compile(r"\s*[+-]?0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*(?:[pP][+-]?\d+)?\s*", re.ASCII)


def int_of_text(text: str) -> int:
    """`int("12")`."""
    found = _INTEGER.fullmatch(text)
    if found is None or len(found[1]) > 4000 or not INT_MIN <= int(found[1]) <= INT_MAX:
        raise EvaluationError(f"cannot convert {text!r} to int")
    return int(found[1])


def uint_of_text(text: str) -> Uint:
    """`uint("12")`."""
    found = _INTEGER.fullmatch(text)
    if found is None or found[1][0] == "-" or len(found[1]) > 4000 or int(found[1]) > UINT_MAX:
        raise EvaluationError(f"cannot convert {text!r} to uint")
    return Uint(found[1])


def double_of_text(text: str) -> float:
    """`double("1.5")`, with infinities, NaN and hexadecimal notation."""
    if _DOUBLE.fullmatch(text):
        return float(text)
    if _HEX_DOUBLE.fullmatch(text):
        try:
            return float.fromhex(text.strip())
        except (ValueError, OverflowError):
            pass
    raise EvaluationError(f"cannot convert {text!r} to double")


_TRUE, _FALSE = {"1", "t", "true", "TRUE", "True"}, {"0", "f", "false", "FALSE", "False"}


def bool_of_text(text: str) -> bool:
    """`bool("true")`."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise EvaluationError(f"cannot convert {text!r} to bool")


def int_of_double(value: float) -> int:
    """Truncated toward zero. Raises EvaluationError at and beyond the ends of the range."""
    if -(2.0**63) < value < 2.0**63:
        return int(value)
    raise EvaluationError("double out of int range")


def uint_of_double(value: float) -> Uint:
    """Truncated. Raises EvaluationError for negative numbers and beyond 64 bits."""
    if 0 <= value < 2.0**64:
        return Uint(value)
    raise EvaluationError("double out of uint range")


def int_of_timestamp(value: int) -> int:
    """Whole seconds since 1970, toward the past."""
    return value // SECOND


def text_of_double(value: float) -> str:
    """Shortest digits that read back the same; an exponent below 1e-4 and from 1e6 on."""
    if math.isnan(value) or math.isinf(value):
        return f"{value:g}"
    digits = repr(value).partition("e")[0].lstrip("-").replace(".", "").strip("0")
    count = len(digits) or 1
    exponent = int(f"{value:.17e}".partition("e")[2])
    if -4 <= exponent < 6:
        return f"{value:.{max(0, count - 1 - exponent)}f}"
    return f"{value:.{count - 1}e}"


def text_of_bytes(value: bytes) -> str:
    """Raises EvaluationError when the bytes are no UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise EvaluationError("malformed UTF-8 bytes") from None


def text(value: Any) -> str:
    """`string(x)` for any scalar."""
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case float():
            return text_of_double(value)
        case bytes():
            return text_of_bytes(value)
        case _:
            return str(int(value))


def type_name(value_kind: str) -> TypeName:
    """The type of a runtime value of that kind."""
    return TypeName(_TYPE_NAMES.get(value_kind, value_kind))


_TYPE_NAMES = {
    "null": "null_type",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
}
