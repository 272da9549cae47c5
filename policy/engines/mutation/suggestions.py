"""Cases that would tell a mutant from the original: what an author is shown for a survivor.

Cases that exist go first, since one that only has to expect more is the least work. Then come the
same facts on the days around a date that was moved, with one of them unknown for a changed
`on_error`, or under a parameter that is switched. What needs facts that no case has is asked of the
solver, see `proofs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from policy.engines.mutation.differences import difference
from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.masking import facts_read
from policy.engines.mutation.of_versions import DAY
from policy.engines.mutation.original import readers_of_parameter, trees_of_variables
from policy.engines.mutation.trial import Stage, Trial, Tried
from policy.lang.cases import Case
from policy.lang.expectations import Expectation
from policy.lang.testing import judge

_DATED = frozenset({"effective", "parameter"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case that passes with the original and fails with the mutant.

    `exists` tells that its facts are those of a case of the file, which need only expect this too.
    """

    case: Case
    exists: bool


class Suggester:
    """Looks for telling cases among variations of the cases that a ruleset has."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._plan = trial.original.plan

    def suggest(self, draft: Draft) -> Suggestion | None:
        """A telling case; None when none of the variations tells."""
        tried = self._trial.on(draft)
        for stage in sorted(self._trial.stages, key=lambda each: not each.matches(draft.rules)):
            expect = self._telling(tried, stage)
            if expect is not None:
                return Suggestion(replace(stage.case, expect=expect), exists=True)
        return self.among(draft, self._variations(draft))

    def among(self, draft: Draft, cases: Iterable[Case]) -> Suggestion | None:
        """The first case that tells, with what it has to expect."""
        tried = self._trial.on(draft)
        for case in cases:
            expect = self._telling(tried, self._trial.stage(case))
            if expect is not None:
                return Suggestion(replace(case, expect=expect), exists=False)
        return None

    def _telling(self, tried: Tried, stage: Stage) -> Expectation | None:
        """What tells the two apart; it is judged before it is given out."""
        if not tried.differs(stage):
            return None
        before, after = stage.observed, tried.observed(stage)
        expect = difference(before, self._plan, after, tried.draft.plan)
        if expect is None:
            return None
        case = replace(stage.case, expect=expect, todo="")
        passes = judge(case, before, self._plan).status == "passed"
        fails = judge(case, after, tried.draft.plan).status == "failed"
        return expect if passes and fails else None

    def _variations(self, draft: Draft) -> Iterator[Case]:
        stages = sorted(self._trial.stages, key=lambda each: not each.matches(draft.rules))
        if draft.mutator in _DATED:
            for day in _days(draft):
                yield from (replace(each.case, as_of=f"{day}T00:00:00Z") for each in stages)
        if draft.mutator == "on-error":
            for path in self._facts_read(draft):
                yield from (_without(each.case, path) for each in stages)

        for name in self._switches(draft):
            yield from (_switched(each, name) for each in stages)

    def _switches(self, draft: Draft) -> list[str]:
        """Parameters that are true or false, and that the touched rules read."""
        plan, parameters = self._plan, self._trial.original.parameters
        return [
            each.name
            for each in parameters
            if each.type == "bool"
            and not set(draft.rules).isdisjoint(readers_of_parameter(plan, each.name)[1])
        ]

    def _facts_read(self, draft: Draft) -> list[str]:
        trees = [rule.when for rule in self._plan.rules if rule.id in draft.rules]
        return [".".join(path) for path in facts_read(trees, trees_of_variables(self._plan))]


def _days(draft: Draft) -> list[date]:
    """The days around every date of a mutant."""
    plan = draft.plan
    dates = {plan.effective_from, plan.effective_until}
    dates |= {line.valid_from for each in draft.parameters for line in each.values}
    return sorted({near for day in dates if day for near in (day - DAY, day, day + DAY)})


def _switched(stage: Stage, name: str) -> Case:
    """The case with a parameter that is true or false set to the other."""
    others = tuple(pair for pair in stage.case.parameters if pair[0] != name)
    value = not stage.situation.numbers[name]
    return replace(stage.case, parameters=(*others, (name, value)))


def _without(case: Case, path: str) -> Case:
    """The case with one fact that could not be learnt."""
    return replace(case, document={**case.document, "unknown": [path]})
