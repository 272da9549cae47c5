"""Rules that can never speak: nothing makes them match, or the rules above them always do first."""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.coverage.goals import both, negation
from policy.engines.lints.looked import Looked, head
from policy.engines.solver import Impossible
from policy.lang.diagnostics import Diagnostic, Related, quoted
from policy.lang.doubts import constant
from policy.lang.plan import RulePlan


def unreachable_rules(looked: Looked) -> Iterator[Diagnostic]:
    """Rules that no facts bring to speak. Conditions that ask nothing are the compiler's matter."""
    table = looked.plan.combine == "first_match"
    above: list[RulePlan] = []
    for index, rule in enumerate(looked.plan.rules):
        truth = constant(rule.when)
        if never(looked, index):
            yield _never(looked, rule)
        elif table and truth is None and above and _is_covered(looked, rule, above):
            yield _covered(looked, rule, above)
        if rule.territories is None and truth is None:
            above.append(rule)
        if truth and table:
            return  # what stands below it, the compiler has told


def never(looked: Looked, index: int) -> bool:
    """Whether it is proved that no facts make a rule match, though its condition asks for some."""
    rule = looked.plan.rules[index]
    if constant(rule.when) is not None or True in looked.truths(index):
        return False
    return isinstance(looked.answer(rule.when), Impossible)


def _is_covered(looked: Looked, rule: RulePlan, above: list[RulePlan]) -> bool:
    left = both([rule.when, *(negation(each.when) for each in above)])
    return isinstance(looked.answer(left), Impossible)


def _never(looked: Looked, rule: RulePlan) -> Diagnostic:
    message = f"no facts make the rule {quoted(rule.id)} match"
    help = "its parts exclude each other: remove the rule, or the part that makes it so"
    return looked.warn("unreachable-rule", message, rule.when.span, help)


def _covered(looked: Looked, rule: RulePlan, above: list[RulePlan]) -> Diagnostic:
    message = f"the rule {quoted(rule.id)} is never reached"
    help = "whatever it matches, a rule above it matches first: move it up, or remove it"
    alone = [each for each in above if _is_covered(looked, rule, [each])]
    related = [Related("this rule alone does so", looked.path, head(r.span)) for r in alone[:1]]
    return looked.warn("unreachable-rule", message, head(rule.span), help, *related)
