"""Mutants of the conditions of rules and of variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.expressions import changes
from policy.engines.mutation.forms import Forms
from policy.engines.mutation.original import Original, readers_of_variable, trees_of_variables
from policy.engines.mutation.sites import Change, Site
from policy.lang.plan import Plan, RulePlan, VariablePlan
from policy.lang.tree import Node


def of_conditions(original: Original) -> Iterator[Draft]:
    """Every mutant of every rule's `when`."""
    made = _Maker.of(original)
    for at, rule in enumerate(original.plan.rules):
        for name, change in made.changes(rule.when):
            plan = _with_rule(original.plan, at, replace(rule, when=change.node))
            yield made.draft(rule.id, name, change, plan, (rule.id,), rule.when)


def of_variables(original: Original) -> Iterator[Draft]:
    """Every mutant of every variable that some rule reads."""
    made = _Maker.of(original)
    for at, variable in enumerate(original.plan.variables):
        reached, rules = readers_of_variable(original.plan, variable.name)
        for name, change in made.changes(variable.tree) if rules else ():
            plan = _with_variable(original.plan, at, replace(variable, tree=change.node))
            owner = f"variables.{variable.name}"
            yield made.draft(owner, name, change, plan, rules, variable.tree, reached)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes drafts of changed expressions."""

    original: Original
    variables: Mapping[str, Node]
    forms: Forms

    @classmethod
    def of(cls, original: Original) -> _Maker:
        variables = trees_of_variables(original.plan)
        return cls(original, variables, Forms.of(original.schema, variables))

    def changes(self, tree: Node) -> Iterator[tuple[str, Change]]:
        original = self.original
        return changes(Site.of(tree, original.source, original.schema, self.variables))

    def draft(
        self,
        owner: str,
        mutator: str,
        change: Change,
        plan: Plan,
        rules: tuple[str, ...],
        before: Node,
        variables: frozenset[str] = frozenset(),
    ) -> Draft:
        form = self.forms.key(change.node)
        return Draft(
            owner,
            mutator,
            self.original.source.path,
            change.span,
            change.words,
            plan,
            self.original.parameters,
            rules,
            variables,
            form,
            equal=form == self.forms.key(before),
        )


def _with_rule(plan: Plan, at: int, rule: RulePlan) -> Plan:
    return replace(plan, rules=(*plan.rules[:at], rule, *plan.rules[at + 1 :]))


def _with_variable(plan: Plan, at: int, variable: VariablePlan) -> Plan:
    variables = (*plan.variables[:at], variable, *plan.variables[at + 1 :])
    return replace(plan, variables=variables)
