"""What is mutated: a version of a ruleset with its numbers, its text, and who reads what in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.plan import Parameter, Plan, RulePlan, rule_trees
from policy.lang.schema import FactSchema
from policy.lang.source import Source
from policy.lang.tree import Node, Param, Variable, walk


@dataclass(frozen=True, slots=True)
class Original:
    """The version that tests are about, as it stands. `numbers` is None without parameters."""

    plan: Plan
    schema: FactSchema
    parameters: tuple[Parameter, ...]
    source: Source
    numbers: Source | None

    @classmethod
    def of(cls, ruleset: CompiledRuleset, tree: CompiledTree) -> Original | None:
        """What a compiled ruleset has; None without a plan, or without its text."""
        plan = ruleset.plans.get(ruleset.current)
        files = {path.rpartition("/")[2]: path for path in tree.sources if _is_of(path, ruleset)}
        path = files.get(f"{ruleset.current}.yaml")
        if plan is None or tree.schema is None or path is None:
            return None
        numbers = files.get("parameters.yaml")
        return cls(
            plan,
            tree.schema,
            ruleset.parameters,
            tree.sources[path],
            tree.sources[numbers] if numbers else None,
        )


def _is_of(path: str, ruleset: CompiledRuleset) -> bool:
    return path.split("/")[-2:-1] == [ruleset.key]


def trees_of_variables(plan: Plan) -> dict[str, Node]:
    """The trees of a plan's variables by name."""
    return {variable.name: variable.tree for variable in plan.variables}


def readers_of_variable(plan: Plan, name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The variables and the rules that a variable's value can reach, itself among the first."""
    return _reached(plan, {name}, set())


def readers_of_parameter(plan: Plan, name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The variables and the rules that read a parameter, directly or through variables."""
    reading = {each.name for each in plan.variables if reads(each.tree, set(), {name})}
    return _reached(plan, reading, {name})


def _reached(
    plan: Plan, variables: set[str], parameters: set[str]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """A plan's variables stand behind those that they name, so that one pass finds all."""
    for each in plan.variables:
        if reads(each.tree, variables, parameters):
            variables = variables | {each.name}
    rules = [
        rule.id
        for rule in plan.rules
        if any(reads(tree, variables, parameters) for tree in rule_trees(rule))
    ]
    return frozenset(variables), tuple(rules)


def decides(plan: Plan, rules: Iterable[str], variables: frozenset[str], parameter: str) -> bool:
    """Whether any of the rules asks for the parameter in its condition or its territories."""
    wanted = set(rules)
    asking = (_deciding(rule, plan) for rule in plan.rules if rule.id in wanted)
    return any(reads(tree, variables, {parameter}) for tree in chain.from_iterable(asking))


def _deciding(rule: RulePlan, plan: Plan) -> Iterator[Node]:
    yield rule.when
    if rule.territories is not None and has_places(rule, plan):
        yield rule.territories


def has_places(rule: RulePlan, plan: Plan) -> bool:
    """Whether an outcome depends on where the rule speaks: `allow` is what holds there anyway."""
    return rule.effect != "allow" or plan.combine == "first_match"


def reads(tree: Node, variables: Iterable[str], parameters: Iterable[str]) -> bool:
    """Whether a tree names one of the variables or of the parameters itself."""
    return any(
        (isinstance(node, Variable) and node.name in variables)
        or (isinstance(node, Param) and node.name in parameters)
        for node in walk(tree)
    )
