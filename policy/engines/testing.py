"""Runs the tests of rulesets through the row engine: no database, no Django.

`policy.lang.testing` says what a case expects and whether it came out so; this module answers what
the rules make of its facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from policy.engines import rows
from policy.engines.drawing import explain
from policy.engines.observing import Observation, Observer
from policy.lang.cases import Case
from policy.lang.combine import RuleResult
from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.plan import Parameter, Plan
from policy.lang.schema import FactSchema
from policy.lang.source import Source
from policy.lang.testing import Observed, TestReport, run_tests


@dataclass(slots=True)
class Bench:
    """Evaluates cases of one ruleset; the program of a version is made once.

    `sources` are files by path; the version's own lends explanations the author's text.
    """

    schema: FactSchema
    parameters: tuple[Parameter, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    _stands: dict[int, Stand] = field(default_factory=dict)

    def evaluate(self, plan: Plan, case: Case) -> Observed:
        """What the rules of a version make of a case: an Evaluator of `policy.lang.testing`."""
        return self.stand(plan).observed(case)

    def stand(self, plan: Plan) -> Stand:
        """A version, ready for cases."""
        if id(plan) not in self._stands:
            program = rows.load([plan], self.schema, plan.subject)
            self._stands[id(plan)] = Stand(program, self.parameters, self._source(plan))
        return self._stands[id(plan)]

    def _source(self, plan: Plan) -> Source | None:
        ending = f"{plan.ruleset}/{plan.version}.yaml"
        return next((file for path, file in self.sources.items() if path.endswith(ending)), None)


class Stand:
    """One version that cases are tried on. `source` is its file, None when there is none."""

    def __init__(
        self, program: rows.Program, parameters: tuple[Parameter, ...], source: Source | None
    ) -> None:
        self._program = program
        self._ruleset = program.rulesets[0]
        self._parameters = parameters
        self.plan = self._ruleset.plan
        self.source = source

    @cached_property
    def _observer(self) -> Observer:
        return Observer(self.plan)

    def observed(self, case: Case) -> Observed:
        """Results, sentences, and what explains them should the case fail."""
        if not self._in_force(case):
            silent = [
                RuleResult(self._ruleset.name, rule.id, "not_matched", rule.effect)
                for rule in self.plan.rules
            ]
            return Observed(tuple(silent))
        look = self._look(case)
        evaluation = self._ruleset.evaluate(look.document, look.numbers, look.now)
        return Observed(
            results=tuple(self._results(evaluation, look)),
            reasons=tuple(self._reasons(evaluation, look)),
            explain=lambda: tuple(self._explanations(case, evaluation)),
        )

    def observe(self, case: Case) -> Observation | None:
        """Every part of every condition that was asked; None when the rules are not in force."""
        if not self._in_force(case):
            return None
        look = self._look(case)
        return self._observer.observe(look.document.struct(), look.numbers, look.now)

    def _in_force(self, case: Case) -> bool:
        return self._ruleset.in_force(_moment(case).date())

    def _look(self, case: Case) -> _Look:
        moment = _moment(case)
        values = {**rows.in_force(self._parameters, moment.date()), **dict(case.parameters)}
        return _Look(
            document=self._program.view(case.document),
            numbers=self._ruleset.parameters(values),
            now=rows.instant(moment),
        )

    def _results(self, evaluation: rows.Evaluation, look: _Look) -> Iterator[RuleResult]:
        matched, lost = set(evaluation.matched), dict(evaluation.indeterminate)
        for index, rule in enumerate(self.plan.rules):
            if index in matched:
                places = self._ruleset.territories(index, look.document, look.numbers, look.now)
                yield RuleResult(self._ruleset.name, rule.id, "matched", rule.effect, places)
            elif index in lost:
                effect = None if rule.on_error == "skip" else rule.on_error
                yield RuleResult(self._ruleset.name, rule.id, "indeterminate", effect)
            else:
                yield RuleResult(self._ruleset.name, rule.id, "not_matched", rule.effect)

    def _reasons(self, evaluation: rows.Evaluation, look: _Look) -> Iterator[tuple[str, str]]:
        for index in evaluation.matched:
            sentence = self._ruleset.reason(index, look.document, look.numbers, look.now)
            yield self.plan.rules[index].id, sentence

    def _explanations(self, case: Case, evaluation: rows.Evaluation) -> Iterator[tuple[str, str]]:
        observation = self.observe(case)
        for index in _worth_explaining(self.plan, evaluation, case):
            if observation is not None:
                rule, seen = self.plan.rules[index], observation.rules[index]
                yield rule.id, explain(seen, observation.variables, self.source, rule.when.span)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one evaluation is about."""

    document: rows.Document
    numbers: rows.Parameters
    now: rows.Timestamp


def _moment(case: Case) -> datetime:
    return datetime.fromisoformat(case.as_of).astimezone(UTC)


def _worth_explaining(plan: Plan, evaluation: rows.Evaluation, case: Case) -> list[int]:
    """The rules that came out otherwise than the case says; without any those that speak."""
    lost = {index for index, _ in evaluation.indeterminate}
    spoken = set(evaluation.matched)
    ids = {rule.id: index for index, rule in enumerate(plan.rules)}
    expect = case.expect
    differing = {ids[name] for name in expect.errors if name in ids} ^ lost
    differing |= {ids[name] for name, _ in expect.reasons if name in ids} - spoken
    differing |= {ids[name] for name in expect.not_rules if name in ids} & spoken
    if expect.rules is not None:
        differing |= {ids[name] for name in expect.rules if name in ids} ^ spoken
    return sorted(differing or (spoken | lost))


def current(ruleset: CompiledRuleset, tree: CompiledTree) -> tuple[Plan, str] | None:
    """The version that tests are about, with the path of its file; None without a plan to run."""
    plan = ruleset.plans.get(ruleset.current)
    if plan is None or tree.schema is None:
        return None
    ending = f"{ruleset.key}/{ruleset.current}.yaml"
    return plan, next((path for path in tree.sources if path.endswith(ending)), ruleset.key)


def run_ruleset(ruleset: CompiledRuleset, tree: CompiledTree) -> TestReport | None:
    """Run a ruleset's cases on its current version; None when it has no plan to run."""
    found = current(ruleset, tree)
    if found is None or tree.schema is None:
        return None
    bench = Bench(tree.schema, ruleset.parameters, tree.sources)
    return run_tests(*found, ruleset.cases, bench.evaluate)
