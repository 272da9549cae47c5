"""Asks the solver where a mutant and its original come out differently.

Impossible for every place where they could is a proof that no facts tell them apart. Facts that
could not be learnt are outside of it, and what can fail is never taken for proved: an error is no
answer to the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.failing import can_fail
from policy.engines.mutation.of_versions import DAY
from policy.engines.mutation.original import Original, reads
from policy.engines.mutation.trial import Trial
from policy.engines.mutation.twins import both, both_plans, differing, negated
from policy.engines.solver import Answer, Found, Impossible, Setting, Start, Unproved, witness
from policy.lang.cases import Case
from policy.lang.combine import severity
from policy.lang.expectations import Expectation
from policy.lang.plan import Plan, RulePlan, rule_trees
from policy.lang.situations import completed
from policy.lang.source import Span
from policy.lang.territories import WORLDWIDE
from policy.lang.tree import Call, Literal, Node

PATIENCE = 2
"""Questions left open after which a mutant is given up: it cannot be proved any more."""

_ALONE = frozenset({"effect", "scope", "duty", "party", "deadline"})
"""Mutators of what a rule says once it matches."""

_SAYING = _ALONE - {"scope"}
"""Those that read nothing: without an answer, the rule says the same before and after."""


@dataclass(frozen=True, slots=True)
class _Question:
    goal: Node
    setting: Setting
    as_of: str = ""


class Prover:
    """Asks about the mutants of one ruleset. Searches begin at the facts of its cases."""

    def __init__(self, original: Original, trial: Trial) -> None:
        self._original = original
        cases = [stage.case for stage in trial.stages]
        self._starts = [Start(case.document, case.as_of) for case in cases]
        self._given = next((case.given for case in cases), None)
        self._base = self._complete(cases[0]) if cases else None

    def _complete(self, case: Case) -> dict[str, Any]:
        """What the tests give every case as a whole document, for facts that need not differ."""
        subject, schema = self._original.plan.subject, self._original.schema
        given = (case.given or {}).get(subject, {})
        return {subject: completed(schema, schema.root(subject), given, case.as_of)}

    def answers(self, draft: Draft) -> Iterator[Answer]:
        """An answer for each way in which the two can differ; none where the solver cannot tell.

        They end early once so many were left open that more would not be worth the wait.
        """
        unclear = 0
        for asked in self._questions(draft):
            answer = witness(
                asked.goal,
                asked.setting,
                starts=self._starts,
                as_of=asked.as_of,
                base=self._base,
            )
            if isinstance(answer, Impossible) and self._can_fail(draft):
                answer = Unproved("a part of the condition can be without an answer")
            yield answer
            unclear += isinstance(answer, Unproved)
            if unclear == PATIENCE:
                return

    def case(self, found: Found) -> Case:
        """A case with the facts of a witness; what it expects is still to be said."""
        nowhere = Span(1, 1, 1, 2)
        return Case(
            name="",
            as_of=found.as_of,
            document=found.document,
            expect=Expectation(),
            todo="",
            path="",
            span=nowhere,
            given=self._given,
        )

    def _questions(self, draft: Draft) -> Iterator[_Question]:
        match draft.mutator:
            case "on-error":
                return  # only facts that could not be learnt can tell
            case "combine" | "order":
                yield from self._overlaps(draft)
            case "effective":
                yield from self._edges(draft)
            case mutator if mutator in _ALONE:
                for rule in self._touched(draft):
                    yield from self._matching(rule, draft)
            case _:
                yield from self._twins(draft)

    def _matching(self, rule: RulePlan, draft: Draft) -> Iterator[_Question]:
        """Where the rule matches: everywhere, and in any place at all.

        A rule that came to speak everywhere says nothing new where it did already.
        """
        setting = self._setting(self._original.plan)
        now = next(each for each in draft.plan.rules if each.id == rule.id)
        if rule.territories is not None and now.territories is None:
            yield _Question(both(rule.when, negated(_worldwide(rule.territories))), setting)
            return
        yield _Question(_everywhere(rule), setting)
        yield _Question(rule.when, setting)

    def _twins(self, draft: Draft) -> Iterator[_Question]:
        plan, parameters = both_plans(self._original, draft)
        setting = Setting(plan, self._original.schema, parameters)
        yield from (_Question(goal, setting) for goal in differing(self._original, draft))
        for rule in self._touched(draft):
            if self._says_otherwise(rule, draft):
                yield _Question(rule.when, setting)

    def _says_otherwise(self, rule: RulePlan, draft: Draft) -> bool:
        """Whether its territories or its reason read what was changed."""
        parameter = draft.owner.removeprefix("params.")
        changed = {parameter} if draft.owner != parameter else set()
        return any(reads(tree, draft.variables, changed) for tree in list(rule_trees(rule))[1:])

    def _overlaps(self, draft: Draft) -> Iterator[_Question]:
        """Two rules that match together, where the order decides which of them is heard."""
        setting = self._setting(self._original.plan)
        rules = self._original.plan.rules
        moved = _moved(self._original.plan, draft.plan)
        for above, below in combinations(moved or rules, 2):
            if moved or severity(above.effect) < severity(below.effect):
                yield _Question(both(_everywhere(above), _everywhere(below)), setting)
                yield _Question(both(above.when, below.when), setting)

    def _edges(self, draft: Draft) -> Iterator[_Question]:
        """Each rule on the days on which only one of the two versions is in force."""
        plans = (self._original.plan, draft.plan)
        for day in _edge_days(*plans):
            plan = next(plan for plan in plans if plan.in_force(day))
            for rule in plan.rules:
                yield _Question(rule.when, self._setting(plan), f"{day}T00:00:00Z")

    def _touched(self, draft: Draft) -> list[RulePlan]:
        return [rule for rule in self._original.plan.rules if rule.id in draft.rules]

    def _setting(self, plan: Plan) -> Setting:
        return Setting(plan, self._original.schema, self._original.parameters)

    def _can_fail(self, draft: Draft) -> bool:
        """Whether a rule of either that can differ may be in error though all facts are known."""
        if draft.mutator in _SAYING:
            return False
        return any(can_fail(plan, draft.rules) for plan in (self._original.plan, draft.plan))


def _everywhere(rule: RulePlan) -> Node:
    """The condition that the rule matches in the whole world: an answer that a test can name."""
    return both(rule.when, _worldwide(rule.territories)) if rule.territories else rule.when


def _worldwide(territories: Node) -> Node:
    """`"Worldwide" in territories`."""
    word = Literal(type="string", span=territories.span, value=WORLDWIDE)
    return Call(
        type="bool",
        span=territories.span,
        function="@in",
        overload="in_list",
        arguments=(word, territories),
    )


def _moved(plan: Plan, other: Plan) -> list[RulePlan]:
    """The two rules that change places, none for another way to combine."""
    pairs = zip(plan.rules, other.rules, strict=True)
    return [rule for rule, now in pairs if rule.id != now.id]


def _edge_days(plan: Plan, other: Plan) -> list[date]:
    days = {plan.effective_from, plan.effective_until, other.effective_from, other.effective_until}
    near = {each for day in days if day for each in (day - DAY, day)}
    return sorted(day for day in near if plan.in_force(day) != other.in_force(day))
