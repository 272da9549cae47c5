"""What one careful evaluation looks at, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.values import kind_of, read


class Frame:
    """What one evaluation looks at. `variables` fills up with the ones that were computed."""

    __slots__ = ("document", "locals", "now", "parameters", "variables")

    def __init__(self, document: Any, parameters: Mapping[str, Any], now: int) -> None:
        self.document = document
        self.parameters = parameters
        self.now = now
        self.locals: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}


Closure: TypeAlias = Callable[[Frame], Any]
"""Gives the value of a tree. Raises EvaluationError when it has none."""


def truth(value: Any) -> bool:
    """A bool. Raises EvaluationError for a value of another type."""
    if value is True or value is False:
        return bool(value)
    found = kind_of(read(value))
    raise EvaluationError(f"no such overload: a {found} where a bool is needed")
