"""What is asked of the solver, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from policy.lang.plan import Parameter, Plan
from policy.lang.schema import FactSchema


@dataclass(frozen=True, slots=True)
class Setting:
    """What a goal is asked within: the variables of `plan` may be named, and its days count."""

    plan: Plan
    schema: FactSchema
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """A situation to begin from: a fact document and its instant (RFC 3339 text)."""

    document: Mapping[str, Any]
    as_of: str


@dataclass(frozen=True, slots=True)
class Found:
    """Facts for which the goal holds; the row engine has said so of this very document.

    `document` is shaped as that of a test case, `as_of` is RFC 3339 text.
    """

    document: Mapping[str, Any]
    as_of: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """Proved: no facts at all make the goal true."""

    because: str


@dataclass(frozen=True, slots=True)
class Unproved:
    """Neither found nor proved. Never to be shown as "equal" or "impossible"."""

    because: str


Answer: TypeAlias = Found | Impossible | Unproved
