"""What a function is for one combination of kinds of arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Overload:
    """One function for one combination of argument kinds.

    `inline` is the Python expression that generated code uses instead of the call, with `{0}`,
    `{1}` for the arguments. It may leave a Timestamp, Duration or Uint as a plain int: where
    generated code runs, static types say what a value is.
    """

    call: Callable[..., Any]
    inline: str = ""


Overloads: TypeAlias = Iterator[tuple[tuple[str, ...], Overload]]
"""Function and kinds of arguments, each with its overload."""
