"""What stands where a value is missing: objects that refuse every operation.

An optional field that a document leaves out holds an Absent, a fact that could not be learnt an
Unknown. Code that reads a value needs no test for either: the first operation on one raises
EvaluationError, which names the fact.
"""

from __future__ import annotations

from typing import Any, NoReturn


class EvaluationError(Exception):
    """CEL's error value: the expression has no result. The text is for people."""


class Poison:
    """A value that cannot be used. `path` is the fact as authors write it."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    @property
    def message(self) -> str:
        """Why there is no value."""
        raise NotImplementedError

    def error(self) -> EvaluationError:
        """The error that using the value is."""
        return EvaluationError(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"

    def __reduce__(self) -> tuple[type[Poison], tuple[str]]:
        return type(self), (self.path,)


class Absent(Poison):
    """An optional field that the document does not have; `has()` is false."""

    __slots__ = ()

    @property
    def message(self) -> str:
        """Why there is no value."""
        return f"`{self.path}` is absent"


class Unknown(Poison):
    """A fact that a provider failed to give; even `has()` has no answer."""

    __slots__ = ()

    @property
    def message(self) -> str:
        """Why there is no value."""
        return f"fact `{self.path}` is unknown"


class Unset(Unknown):
    """A parameter that has no value on the day in question."""

    __slots__ = ()

    @property
    def message(self) -> str:
        """Why there is no value."""
        return f"parameter `{self.path}` has no value on that day"


def _refuse(self: Poison, *_: Any) -> NoReturn:
    raise self.error()


_OPERATIONS = (
    *("bool", "len", "iter", "getitem", "contains", "call", "getattr"),
    *("hash", "str", "format", "int", "float", "index", "neg", "abs"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
    *("add", "sub", "mul", "truediv", "floordiv", "mod"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod"),
)

for _name in _OPERATIONS:
    setattr(Poison, f"__{_name}__", _refuse)
