"""Tries mutants on cases: only the rules that a mutant touches are evaluated anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    """A case, ready to be evaluated. What a rule of the original says is found when it is asked."""

    case: Case
    day: date
    situation: Situation
    in_force: bool
    rules: Mapping[str, rows.SingleRule]
    _said: dict[str, Said] = field(default_factory=dict)

    def said(self, rule: str) -> Said:
        """What a rule of the original says of the case."""
        if rule not in self._said:
            single = self.rules[rule]
            self._said[rule] = single.say(self.situation) if self.in_force else single.silent()
        return self._said[rule]

    @property
    def observed(self) -> Observed:
        """What the original makes of the case."""
        return _observed(map(self.said, self.rules))

    def matches(self, rules: Iterable[str]) -> bool:
        """Whether one of the rules matched."""
        return any(self.said(rule).matched for rule in rules)


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
        return Stage(case, moment.date(), situation, in_force, self._rules)

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
        duties = _duties(draft.plan)
        reordered = draft.plan.combine != self._plan.combine or list(duties) != list(self._duties)
        return Tried(self, draft, singles, duties != self._duties, reordered)

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
    """A mutant on trial.

    `owes` tells that its duties are others, `reordered` that the same answers of rules may come to
    something else.
    """

    trial: Trial
    draft: Draft
    rules: dict[str, rows.SingleRule]
    owes: bool
    reordered: bool

    def fails(self, stage: Stage) -> bool:
        """Whether the case fails with the mutant."""
        if not self.differs(stage):
            return False
        return judge(stage.case, self.observed(stage), self.draft.plan).status == "failed"

    def differs(self, stage: Stage) -> bool:
        """Whether the mutant can come to something else, which needs a touched rule to speak."""
        if self.reordered:
            return True
        in_force = self.draft.plan.in_force(stage.day)
        asked = self.draft.rules if in_force and stage.in_force else tuple(self.rules)
        said = [(self.said(rule, stage), stage.said(rule)) for rule in asked]
        return any(now != before or (self.owes and now.matched) for now, before in said)

    def observed(self, stage: Stage) -> Observed:
        """What the mutant makes of the case."""
        return _observed(self.said(rule.id, stage) for rule in self.draft.plan.rules)

    def said(self, rule: str, stage: Stage) -> Said:
        """What a rule of the mutant says; the original's answer where it holds."""
        if not self.draft.plan.in_force(stage.day):
            return self.rules[rule].silent()
        if stage.in_force and rule not in self.draft.rules:
            return stage.said(rule)
        return self.rules[rule].say(self.trial.situation(self.draft, stage))


def _observed(said: Iterable[Said]) -> Observed:
    every = tuple(said)
    results = tuple(each.result for each in every)
    return Observed(
        results, tuple((each.result.rule, each.reason) for each in every if each.reason)
    )


def _duties(plan: Plan) -> dict[str, tuple[ObligationPlan, ...]]:
    """The duties of each rule, in the order of the rules."""
    return {rule.id: rule.obligations for rule in plan.rules}
