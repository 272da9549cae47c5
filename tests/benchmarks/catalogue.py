"""The benchmark's ruleset in its two spellings, and larger ones made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from policy.engines import rows
from policy.lang.compiler import compile_tree
from policy.lang.expressions import Environment, Placed
from policy.lang.plan import Plan, RulePlan
from policy.lang.schema import FactSchema
from policy.lang.tree import Literal, Node

_ROOT = Path(__file__).parent / "rulesets"
DAY = date(2026, 9, 1)
NOW = rows.instant(datetime(2026, 9, 1, 12, tzinfo=UTC))

PLAIN = {
    "artist-named-like-generator": (
        '(track.display_artist.startsWith("AI ") || track.display_artist.startsWith("Suno ")'
        ' || track.display_artist.startsWith("Udio ")) && track.ai.declared != "all"'
    ),
    "isrc-malformed": "has(track.isrc) && size(track.isrc) != 12",
    "sped-up-copy": (
        '(track.title_key.contains("sped up") || track.title_key.contains("slowed")'
        ' || track.title_key.contains("nightcore"))'
        " && (track.same_title_artist > 0 || track.account_age_days < 365)"
    ),
    "p-line-malformed": '!track.p_line.startsWith("(P) ")',
}
"""The four conditions with a regular expression, said without."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A compiled ruleset with the values of its parameters."""

    schema: FactSchema
    plan: Plan
    parameters: dict[str, Any]

    def program(self) -> rows.Program:
        """Ready to run."""
        return rows.load([self.plan], self.schema, "track")


def catalogue(*, regexes: bool) -> Catalogue:
    """The forty rules, compiled from their files."""
    tree = compile_tree(_ROOT)
    if tree.schema is None:
        raise ValueError(tree.diagnostics)
    ruleset = tree.rulesets[0]
    plan = ruleset.plans["draft"]
    if not regexes:
        types = {each.name: each.type for each in ruleset.parameters}
        plan = _plain(plan, Environment(tree.schema, "track", types, {}))
    return Catalogue(tree.schema, plan, dict(rows.in_force(ruleset.parameters, DAY)))


def _plain(plan: Plan, environment: Environment) -> Plan:
    def spelled(rule: RulePlan) -> RulePlan:
        if rule.id not in PLAIN:
            return rule
        tree, found = environment.compile(Placed.alone(PLAIN[rule.id]))
        if tree is None:
            raise ValueError(found)
        return msgspec.structs.replace(rule, when=tree)

    return msgspec.structs.replace(plan, rules=tuple(map(spelled, plan.rules)))


def enlarged(plan: Plan, count: int) -> Plan:
    """As many rules, each a copy of one of the plan's with its numbers a little higher."""
    rules = []
    for index in range(count):
        copy, rule = divmod(index, len(plan.rules))
        old = plan.rules[rule]
        when = _shifted(old.when, copy)
        rules.append(msgspec.structs.replace(old, id=f"{old.id}-{copy}", when=when))
    return msgspec.structs.replace(plan, rules=tuple(rules))


def _shifted(node: Node, by: int) -> Node:
    """The tree with its numbers shifted."""
    if isinstance(node, Literal):
        if node.type == "int" and isinstance(node.value, int):
            return msgspec.structs.replace(node, value=node.value + by)
        if node.type == "double" and isinstance(node.value, float):
            return msgspec.structs.replace(node, value=node.value + by / 1000)
        return node
    changed = {
        name: _shifted_part(getattr(node, name), by)
        for name in node.__struct_fields__
        if name not in ("type", "span")
    }
    return msgspec.structs.replace(node, **changed)


def _shifted_part(part: Any, by: int) -> Any:
    if isinstance(part, tuple):
        return tuple(_shifted_part(each, by) for each in part)
    return _shifted(part, by) if hasattr(part, "__struct_fields__") else part
