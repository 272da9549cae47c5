"""Tries mutants on cases: only the rules that a mutant touches are evaluated anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from policy.engines import rows
from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.original import Original
from policy.engines.rows.single import Said, Situation
from policy.lang.cases import Case
from policy.lang.plan import ObligationPlan, Parameter, Plan
from policy.lang.testing import Observed, judge


@dataclass(frozen=True, slots=True)
class Stage:
    """A case, ready to be evaluated, with what every rule of the original says of it."""

    case: Case
    day: date
    situation: Situation
    in_force: bool
    said: dict[str, Said]

    @property
    def observed(self) -> Observed:
        """What the original makes of the case."""
        return _observed(self.said.values())

    def matches(self, rules: Iterable[str]) -> bool:
        """Whether one of the rules matched."""
        return any(self.said[rule].result.status == "matched" for rule in rules)


class Trial:
    """The cases of a ruleset, ready for its mutants. What rules of the original say is kept."""

    def __init__(self, original: Original, cases: Sequence[Case]) -> None:
        self.original = original
        self._plan = original.plan
        program = rows.load([self._plan], original.schema, self._plan.subject)
        self._program, self._ruleset = program, program.rulesets[0]
        self._rules = rows.single_rules(self._plan, self._plan.rules)
        self._duties = _duties(self._plan)
        self.stages = tuple(map(self.stage, cases))
        self.passing = tuple(each for each in self.stages if self._passes(each))

    def stage(self, case: Case) -> Stage:
        """A case of the original."""
        moment = datetime.fromisoformat(case.as_of).astimezone(UTC)
        numbers = self._numbers(case, moment.date(), self.original.parameters)
        document = self._program.view(case.document).struct()
        situation = Situation(document, numbers, rows.instant(moment))
        in_force = self._plan.in_force(moment.date())
        said = {
            name: rule.say(situation) if in_force else rule.silent()
            for name, rule in self._rules.items()
        }
        return Stage(case, moment.date(), situation, in_force, said)

    def killer(self, draft: Draft) -> Case | None:
        """The first case that passed and that fails with the mutant; those that match go first."""
        tried = self.on(draft)
        for stage in sorted(self.passing, key=lambda each: not each.matches(draft.rules)):
            if tried.fails(stage):
                return stage.case
        return None

    def on(self, draft: Draft) -> Tried:
        """A mutant, ready to be tried."""
        changed = [rule for rule in draft.plan.rules if rule.id in draft.rules]
        singles = {**self._rules, **rows.single_rules(draft.plan, changed)}
        return Tried(self, draft, singles, _duties(draft.plan) != self._duties)

    def situation(self, draft: Draft, stage: Stage) -> Situation:
        """The situation of a case under a mutant's numbers."""
        if draft.parameters is self.original.parameters:
            return stage.situation
        numbers = self._numbers(stage.case, stage.day, draft.parameters)
        return replace(stage.situation, numbers=numbers)

    def _numbers(
        self, case: Case, day: date, parameters: tuple[Parameter, ...]
    ) -> dict[str, object]:
        values = {**rows.in_force(parameters, day), **dict(case.parameters)}
        return self._ruleset.parameters(values).by_name

    def _passes(self, stage: Stage) -> bool:
        return judge(stage.case, stage.observed, self._plan).status == "passed"


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant on trial. `judges` tells that equal answers of rules may come to something else."""

    trial: Trial
    draft: Draft
    rules: dict[str, rows.SingleRule]
    judges: bool

    def fails(self, stage: Stage) -> bool:
        """Whether the case fails with the mutant."""
        said = self.said(stage)
        if said == stage.said and not self.judges:
            return False
        return judge(stage.case, _observed(said.values()), self.draft.plan).status == "failed"

    def observed(self, stage: Stage) -> Observed:
        """What the mutant makes of the case."""
        return _observed(self.said(stage).values())

    def said(self, stage: Stage) -> dict[str, Said]:
        """What each rule says, in the order of the mutant; the original's answer where it holds."""
        rules = self.draft.plan.rules
        if not self.draft.plan.in_force(stage.day):
            return {rule.id: self.rules[rule.id].silent() for rule in rules}
        situation = self.trial.situation(self.draft, stage)
        return {
            rule.id: stage.said[rule.id]
            if stage.in_force and rule.id not in self.draft.rules
            else self.rules[rule.id].say(situation)
            for rule in rules
        }


def _observed(said: Iterable[Said]) -> Observed:
    every = tuple(said)
    results = tuple(each.result for each in every)
    return Observed(
        results, tuple((each.result.rule, each.reason) for each in every if each.reason)
    )


def _duties(plan: Plan) -> tuple[object, ...]:
    """What a verdict depends on beside what rules say: duties, how rules combine, their order."""
    duties: list[tuple[str, tuple[ObligationPlan, ...]]] = [
        (rule.id, rule.obligations) for rule in plan.rules
    ]
    return (plan.combine, *duties)
