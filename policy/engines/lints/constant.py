"""Conditions that are always true, and parts that come to one truth whenever they are asked.

Only what no case has shown both ways is asked of the solver.
"""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.coverage.decisions import Decision
from policy.engines.coverage.goals import Goals, negation
from policy.engines.coverage.measuring import AtomShown
from policy.engines.lints.looked import Looked
from policy.engines.lints.unreachable import never
from policy.engines.solver import Found, Impossible
from policy.lang.diagnostics import Diagnostic, quoted
from policy.lang.doubts import constant


def constant_conditions(looked: Looked) -> Iterator[Diagnostic]:
    """Whole conditions, then parts of the others."""
    settled = {index for index in range(len(looked.plan.rules)) if never(looked, index)}
    for index, rule in enumerate(looked.plan.rules):
        if _is_always_true(looked, index):
            settled.add(index)
            help = "remove the rule, or the part that makes it so"
            message = f"the condition of {quoted(rule.id)} is true whatever the facts are"
            yield looked.warn("constant-condition", message, rule.when.span, help)
    goals = Goals(looked.plan)
    for each in looked.shown:
        if each.decision.home.rule not in settled:
            for atom in each.atoms:
                yield from _part(looked, goals, each.decision, atom)


def _is_always_true(looked: Looked, index: int) -> bool:
    when = looked.plan.rules[index].when
    if constant(when) is not None or False in looked.truths(index):
        return False
    return isinstance(looked.answer(negation(when)), Impossible)


def _part(looked: Looked, goals: Goals, of: Decision, shown: AtomShown) -> Iterator[Diagnostic]:
    """A part that can have one truth but not the other; one that is never asked has neither."""
    answers = {
        truth: looked.answer(goals.asked(of, shown.atom, truth))
        for truth in (True, False)
        if truth not in shown.truths
    }
    for truth in (True, False):
        other = answers.get(not truth)
        can_be = truth in shown.truths or isinstance(answers.get(truth), Found)
        if can_be and isinstance(other, Impossible):
            node = shown.atom.node
            word = "true" if truth else "false"
            message = f"{quoted(looked.text(node))} is always {word} where it is asked"
            help = "what stands before it, or what its facts can be, settles it: leave it out"
            yield looked.warn("constant-condition", message, node.span, help)
