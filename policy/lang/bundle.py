"""A bundle: one version of every ruleset, their parameters and the fact schema, under one digest.

It is all that a worker needs. Equal bundles have equal bytes: the digest names what a decision was
made with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from policy.lang.plan import Parameter, ParameterValue, Plan, digest, encode
from policy.lang.schema import FactSchema


class RulesetPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A ruleset in a bundle."""

    plan: Plan
    parameters: tuple[Parameter, ...]

    def parameters_at(self, day: date) -> dict[str, ParameterValue]:
        """The values in force on a day; parameters that have not begun are left out."""
        held = {parameter.name: parameter.at(day) for parameter in self.parameters}
        return {name: value for name, value in held.items() if value}


class BundlePlan(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a bundle; the rulesets are sorted by key. Made by `bundle`."""

    schema: FactSchema
    rulesets: tuple[RulesetPlan, ...]

    def encode(self) -> bytes:
        """Canonical JSON."""
        return encode(self)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return digest(self.encode())

    def in_force(self, subject: str, day: date) -> tuple[RulesetPlan, ...]:
        """The rulesets that apply to a subject of a day."""
        return tuple(
            each
            for each in self.rulesets
            if each.plan.subject == subject and each.plan.in_force(day)
        )

    def parameters_at(self, day: date) -> dict[str, dict[str, ParameterValue]]:
        """By ruleset and name, the parameter values in force on a day."""
        return {each.plan.ruleset: each.parameters_at(day) for each in self.rulesets}


def bundle(schema: FactSchema, rulesets: Iterable[tuple[Plan, Iterable[Parameter]]]) -> BundlePlan:
    """Put a bundle together. Raises ValueError when two plans are of one ruleset.

    Places of facts.yaml are left out, so that moving a line there makes no other bundle.
    """
    made = [
        RulesetPlan(plan=plan, parameters=tuple(sorted(parameters, key=lambda each: each.name)))
        for plan, parameters in rulesets
    ]
    made.sort(key=lambda each: each.plan.ruleset)
    keys = [each.plan.ruleset for each in made]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"a bundle has one version of a ruleset, not two of `{twice[0]}`")
    return BundlePlan(schema=_without_places(schema), rulesets=tuple(made))


def decode_bundle(raw: bytes) -> BundlePlan:
    """The inverse of `BundlePlan.encode`. Raises msgspec.DecodeError when the bytes are none."""
    return msgspec.json.decode(raw, type=BundlePlan)


def _without_places(schema: FactSchema) -> FactSchema:
    replace = msgspec.structs.replace
    records = tuple(
        replace(
            record,
            span=None,
            fields=tuple(replace(field, span=None) for field in record.fields),
        )
        for record in schema.records
    )
    return replace(schema, records=records)
