"""A bundle cut down to some of its rules, so that only what these read must be known.

What a part says of a document is what the whole bundle says with all other rules left out. A
ruleset that combines by first match is taken whole or not at all: its rules hide each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec.structs import replace

from policy.lang.bundle import BundlePlan, RulesetPlan
from policy.lang.plan import Plan, RulePlan, rule_trees, trees
from policy.lang.tree import And, Fact, Has, If, Literal, Node, Not, Or, Variable, walk
from policy.services.programs import KEPT, SUBJECT, LoadedBundle, loaded

Select: TypeAlias = Callable[[str, RulePlan], bool]
"""Whether a rule, of the ruleset of that key, is wanted."""

USE = (SUBJECT, "use")
"""The fact that is there when a use of the track is asked about."""

MONEY_DUTIES = frozenset(
    {
        "accrue",
        "charge_penalty",
        "exclude_from_pool",
        "hold_payout",
        "release_payout",
        "remove_streams",
    }
)
"""Duties that move, hold or share out money."""


class BundlePart(LoadedBundle):
    """Some rules of a bundle, ready to be judged by.

    `reads` are the paths of all facts that they read, such as `track.use.kind`, and `fields` by
    record the names that they read of it, items of lists included: a document needs no more.
    `decides_by_title` tells whether the track's title is more than a word in a sentence.
    """

    def __init__(self, plan: BundlePlan) -> None:
        super().__init__(plan)
        self.reads = frozenset(
            ".".join(path) for each in plan.rulesets for path in _paths(trees(each.plan))
        )
        self.fields = self.program.fields
        self.decides_by_title = any(_decides_by_title(each.plan) for each in plan.rulesets)


def part_of(bundle: LoadedBundle, select: Select) -> BundlePart:
    """The rules of a bundle that are selected, with the variables that they name."""
    parts = (_part(each, select) for each in bundle.plan.rulesets)
    kept = tuple(part for part in parts if part.plan.rules)
    return BundlePart(replace(bundle.plan, rulesets=kept))


@lru_cache(maxsize=KEPT)
def use_part(digest: str) -> BundlePart:
    """What a bundle says of uses, less what is money only. Raises Bundle.DoesNotExist."""
    bundle = loaded(digest)
    about = about_uses(bundle)
    return part_of(bundle, lambda key, rule: about(key, rule) and not _money_only(rule))


@lru_cache(maxsize=KEPT)
def money_part(digest: str) -> BundlePart:
    """The rules with duties about money of the rulesets that set any aside for a use; what others
    hold back of a track stands with its own decision. Raises Bundle.DoesNotExist."""
    bundle = loaded(digest)
    paying = {each.plan.ruleset for each in bundle.plan.rulesets if _sets_aside(each.plan)}
    return part_of(bundle, lambda ruleset, rule: ruleset in paying and moves_money(rule))


PARTS: Mapping[str, Callable[[str], BundlePart]] = {"use": use_part, "money": money_part}
"""The parts that decisions on uses are made by; the snapshot of each says which."""


def about_uses(bundle: LoadedBundle) -> Select:
    """Selects the rules that read `track.use` and can match where it is there."""
    about = {each.plan.ruleset: frozenset(_about_uses(each.plan)) for each in bundle.plan.rulesets}
    return lambda ruleset, rule: rule.id in about[ruleset]


def moves_money(rule: RulePlan) -> bool:
    """Whether a rule has a duty about money."""
    return any(duty.do in MONEY_DUTIES for duty in rule.obligations)


def _sets_aside(plan: Plan) -> bool:
    return any(duty.do == "accrue" for rule in plan.rules for duty in rule.obligations)


def _money_only(rule: RulePlan) -> bool:
    return moves_money(rule) and rule.effect == "allow"


def _part(ruleset: RulesetPlan, select: Select) -> RulesetPlan:
    plan = ruleset.plan
    rules = tuple(rule for rule in plan.rules if select(plan.ruleset, rule))
    if rules and plan.combine == "first_match":
        return ruleset
    named = _named([tree for rule in rules for tree in rule_trees(rule)], _variables(plan))
    variables = tuple(each for each in plan.variables if each.name in named)
    return replace(ruleset, plan=replace(plan, rules=rules, variables=variables))


def _about_uses(plan: Plan) -> Iterable[str]:
    """Ids of the rules that read the use and are not silent where there is one."""
    variables = _variables(plan)
    for rule in plan.rules:
        own = list(rule_trees(rule))
        inner = (variables[name] for name in _named(own, variables))
        reads = any(path[: len(USE)] == USE for path in _paths([*own, *inner]))
        if reads and _settled(rule.when, variables) is not False:
            yield rule.id


def _decides_by_title(plan: Plan) -> bool:
    """Whether a condition, a variable or the extent of a rule reads the title."""
    roots = [each.tree for each in plan.variables]
    for rule in plan.rules:
        roots += [rule.when, *([] if rule.territories is None else [rule.territories])]
    return (SUBJECT, "title") in _paths(roots)


def _variables(plan: Plan) -> dict[str, Node]:
    return {each.name: each.tree for each in plan.variables}


def _named(roots: Iterable[Node], variables: Mapping[str, Node]) -> set[str]:
    """The variables that trees name, and those that these name in turn."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Variable) and node.name not in found:
                found.add(node.name)
                waiting.append(variables[node.name])
    return found


def _paths(roots: Iterable[Node]) -> set[tuple[str, ...]]:
    nodes = (node for root in roots for node in walk(root))
    return {node.path for node in nodes if isinstance(node, Fact) and node.path[0] == SUBJECT}


def _settled(node: Node, variables: Mapping[str, Node]) -> bool | None:
    """What a condition always comes to where there is a use; None where that is open."""
    match node:
        case Literal(value=bool() as value):
            return value
        case Has(target=Fact(path=path)) if path == USE:
            return True
        case Variable(name=name):
            return _settled(variables[name], variables)
        case Not(operand=operand):
            return _opposite(_settled(operand, variables))
        case And(parts=parts):
            return _all([_settled(part, variables) for part in parts])
        case Or(parts=parts):
            return _opposite(_all([_opposite(_settled(part, variables)) for part in parts]))
        case If(condition=condition, then=then, otherwise=otherwise):
            return _chosen(_settled(condition, variables), then, otherwise, variables)
    return None


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def _chosen(
    condition: bool | None, then: Node, otherwise: Node, variables: Mapping[str, Node]
) -> bool | None:
    if condition is not None:
        return _settled(then if condition else otherwise, variables)
    both = {_settled(then, variables), _settled(otherwise, variables)}
    return both.pop() if len(both) == 1 else None
