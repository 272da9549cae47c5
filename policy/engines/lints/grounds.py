"""Rules against somebody that do not say on what ground: no source, or no fact in the reason."""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.lints.looked import Looked, head
from policy.lang.diagnostics import Diagnostic, quoted
from policy.lang.plan import RulePlan
from policy.lang.tree import Fact, Node, Variable, walk

_NOW = ("now",)


def missing_grounds(looked: Looked) -> Iterator[Diagnostic]:
    """Rules above `allow` without a reference, or whose sentence would be the same for all."""
    variables = {each.name: each.tree for each in looked.plan.variables}
    for rule in looked.plan.rules:
        if rule.effect == "allow":
            continue
        if not rule.references:
            yield _without_reference(looked, rule)
        if not any(_shows_fact(hole, variables) for hole in rule.reason.holes):
            message = f"the reason of {quoted(rule.id)} shows no fact"
            help = "say what was found, with a hole such as `{track.title}`"
            yield looked.warn("bare-reason", message, head(rule.reason.span), help)


def _without_reference(looked: Looked, rule: RulePlan) -> Diagnostic:
    message = f"the rule {quoted(rule.id)} has effect `{rule.effect}` and no reference"
    help = "name the law, the contract or the house decision under `references`"
    return looked.warn("missing-reference", message, head(rule.span), help)


def _shows_fact(node: Node, variables: dict[str, Node]) -> bool:
    for each in walk(node):
        if isinstance(each, Fact) and each.path != _NOW:
            return True
        if isinstance(each, Variable) and _shows_fact(variables[each.name], variables):
            return True
    return False
