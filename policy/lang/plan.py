"""The compiled form of a ruleset: plain frozen data that is stored, digested and executed.

Nothing here refers back to YAML or CEL; a worker needs a Plan, the parameters and the fact schema,
and no parser. `encode` is canonical: equal plans have equal bytes and equal digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec

from policy.lang.source import Span
from policy.lang.tree import Node

Effect: TypeAlias = OneOf["allow", "limit", "review", "withhold", "block"]
OnError: TypeAlias = OneOf["review", "block", "skip"]
Combine: TypeAlias = OneOf["most_restrictive", "first_match"]
ParameterReader: TypeAlias = OneOf["rules", "accounting"]

EFFECTS: tuple[Effect, ...] = ("allow", "limit", "review", "withhold", "block")
"""From mild to strict; the position is the severity."""


class VariablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A named expression that rules of the same ruleset share; computed at most once a subject."""

    name: str
    tree: Node
    span: Span


class ReasonPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence with typed holes: text and trees in turn, `texts` one longer than `holes`."""

    texts: tuple[str, ...]
    holes: tuple[Node, ...]
    span: Span


class ObligationPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A duty that a matched rule creates.

    `within` is an ISO 8601 duration in whole days or hours (`P14D`, `PT48H`), empty for none;
    `details` are the further keys of the obligation, as text, sorted by name.
    """

    do: str
    of: str
    within: str = ""
    details: tuple[tuple[str, str], ...] = ()
    span: Span


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a rule or a number comes from."""

    title: str
    url: str = ""


class DsaPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the rule's finding is told to the EU DSA Transparency Database."""

    ground: str = ""
    category: str = ""
    visibility: str = ""


class RulePlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule: when `when` holds it argues for `effect`, in `territories` (None = everywhere)."""

    id: str
    title: str
    when: Node
    effect: Effect
    reason: ReasonPlan
    on_error: OnError = "review"
    territories: Node | None = None
    obligations: tuple[ObligationPlan, ...] = ()
    references: tuple[Reference, ...] = ()
    dsa: DsaPlan | None = None
    span: Span
    when_span: Span


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of one ruleset, compiled.

    `version` is `MAJOR.MINOR.PATCH` or `draft`; the rules hold for subjects whose `as_of` date is
    at or after `effective_from` and before `effective_until` (None = open).
    """

    language: int
    ruleset: str
    version: str
    subject: str
    combine: Combine = "most_restrictive"
    effective_from: date | None = None
    effective_until: date | None = None
    variables: tuple[VariablePlan, ...] = ()
    rules: tuple[RulePlan, ...] = ()
    source_digest: str = ""

    def in_force(self, day: date) -> bool:
        """Whether the rules apply to a subject of that day."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_until is None or day < self.effective_until)


class ParameterValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that holds from a day on until the next dated line."""

    valid_from: date
    value: bool | int | float | str | tuple[str, ...]
    reference: Reference | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named number of a ruleset.

    `type` is `bool int double string timestamp duration list(string)`. Timestamps are RFC 3339 text
    and durations CEL text (`86400s`) in `values`, sorted by `valid_from`.
    """

    name: str
    type: str
    doc: str
    read_by: ParameterReader = "rules"
    values: tuple[ParameterValue, ...]

    def at(self, day: date) -> ParameterValue | None:
        """The value in force on a day; None before the first."""
        held = [value for value in self.values if value.valid_from <= day]
        return held[-1] if held else None


def trees(plan: Plan) -> Iterator[Node]:
    """Every tree of a plan: variables, conditions, territories, holes of reasons."""
    for variable in plan.variables:
        yield variable.tree
    for rule in plan.rules:
        yield from rule_trees(rule)


def rule_trees(rule: RulePlan) -> Iterator[Node]:
    """The trees of one rule, its condition first."""
    yield rule.when
    if rule.territories is not None:
        yield rule.territories
    yield from rule.reason.holes


def encode(value: msgspec.Struct) -> bytes:
    """Canonical JSON of a plan or a part of one."""
    return msgspec.json.encode(value, order="deterministic")


def decode_plan(raw: bytes) -> Plan:
    """The inverse of `encode`. Raises msgspec.ValidationError when the bytes are no plan."""
    return msgspec.json.decode(raw, type=Plan)


def digest(raw: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()
