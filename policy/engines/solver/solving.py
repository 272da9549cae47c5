"""Finds facts for which a goal holds, or proves that there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.engines.solver.answers import Answer, Found, Impossible, Setting, Start, Unproved
from policy.engines.solver.attempt import Attempt
from policy.engines.solver.documents import Documents
from policy.engines.solver.forms import conjuncts, disjuncts, normal, written_out
from policy.engines.solver.judge import Judge
from policy.engines.solver.moments import Moment, at, moments
from policy.engines.solver.reduction import reduced
from policy.engines.solver.search import Budget, Spent
from policy.lang.tree import Node, Param, walk

WORK = 60_000
"""Conditions of usual size that one question may evaluate: about a second."""


def witness(
    goal: Node,
    setting: Setting,
    *,
    starts: Sequence[Start] = (),
    as_of: str = "",
    base: Mapping[str, Any] | None = None,
    work: int = WORK,
) -> Answer:
    """Facts for which `goal` is true, a condition over the plan's facts, parameters and variables.

    The search begins at the most fitting of `starts`, and what it finds is put back to the facts
    of `base` (default: neutral ones, those of a test that gives none) as far as the goal allows.
    `as_of` fixes the instant; else that of the start comes first, then all at which the rules are
    in force. No fact is unknown in a witness. `work` bounds the search. Raises ValueError for an
    `as_of` that is no instant.
    """
    question = _Question(goal, setting, base or {}, Budget(work))
    ranked = question.ranked(starts, as_of)
    if ranked and ranked[0][0] == question.parts:
        return question.confirmed(ranked[0][1])
    hint = ranked[0][1] if ranked else Start({}, "")
    try:
        return question.answer(hint, as_of)
    except Spent:
        return Unproved("the search was given up before it had seen everything")


class _Question:
    """One goal, with what is needed to judge documents."""

    def __init__(
        self, goal: Node, setting: Setting, base: Mapping[str, Any], budget: Budget
    ) -> None:
        self.parts = len(conjuncts(goal))
        self._setting = setting
        self._base = base
        self._budget = budget
        self._judge = Judge(goal, setting)
        variables = {each.name: each.tree for each in setting.plan.variables}
        self._goal = written_out(goal, variables)

    def ranked(self, starts: Sequence[Start], as_of: str) -> list[tuple[int, Start]]:
        """The starts without what is unknown, by how many parts of the goal they fulfil."""
        found = []
        for start in starts:
            facts = {name: value for name, value in start.document.items() if name != "unknown"}
            known = Start(facts, as_of or start.as_of)
            found.append((self._judge.true_parts(facts, known.as_of), known))
        return sorted(found, key=lambda pair: -pair[0])

    def answer(self, hint: Start, as_of: str) -> Answer:
        """Look through all moments, then try to prove that there is nothing to be found."""
        unclear: list[tuple[Attempt, Moment]] = []
        near = [at(hint.as_of)] if hint.as_of and not as_of else []
        every = [at(as_of)] if as_of else list(self._moments())
        for moment in (*near, *every):
            for attempt in self._attempts(moment, hint.document):
                if self._is_contradiction(attempt, moment):
                    continue
                if attempt.found(self._budget):
                    found = self.confirmed(Start(attempt.document(self._base), attempt.as_of))
                    if isinstance(found, Found):
                        return found
                    unclear.append((attempt, moment))
                elif not attempt.exact and moment in every:
                    unclear.append((attempt, moment))
        if all(self._is_impossible(attempt, moment) for attempt, moment in unclear):
            return Impossible("none of the values that matter makes it true")
        return Unproved("nothing was found, but not everything can be tried")

    def _moments(self) -> Iterator[Moment]:
        names = {node.name for node in walk(self._goal) if isinstance(node, Param)}
        read = [each for each in self._setting.parameters if each.name in names]
        return moments(self._setting, read)

    def _attempts(self, moment: Moment, hint: Mapping[str, Any]) -> Iterator[Attempt]:
        numbers = self._judge.numbers(moment.day)
        lists = {name: tuple(v) for name, v in numbers.by_name.items() if isinstance(v, list)}
        for goal in disjuncts(normal(self._goal, lists)):
            yield Attempt(goal, self._setting, moment, numbers, hint)

    def _is_contradiction(self, attempt: Attempt, moment: Moment) -> bool:
        """Whether the goal says a thing and its contrary, whatever the thing is."""
        return self._cannot_be(attempt.coarser(attempt.leaves), moment)

    def _is_impossible(self, attempt: Attempt, moment: Moment) -> bool:
        """Whether the goal cannot be true even if what is not understood may be either."""
        return self._cannot_be(attempt.coarser(attempt.loose), moment)

    def _cannot_be(self, whole: Node, moment: Moment) -> bool:
        numbers = self._judge.numbers(moment.day)
        for goal in disjuncts(whole):
            coarser = Attempt(goal, self._setting, moment, numbers, {})
            if coarser.found(self._budget) or not coarser.exact:
                return False
        return True

    def confirmed(self, start: Start) -> Answer:
        """The document reduced; Unproved when the goal does not hold for it after all."""
        if not self._judge.holds(start.document, start.as_of):
            return Unproved("the row engine does not agree with what was found")
        documents = Documents(self._setting.schema, self._setting.plan.subject, start.as_of)
        document = reduced(
            dict(start.document),
            self._base,
            documents,
            lambda each: self._judge.holds(each, start.as_of),
        )
        return Found(document, start.as_of)
