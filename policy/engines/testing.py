"""Runs the tests of rulesets through the row engine: no database, no Django.

`policy.lang.testing` says what a case expects and whether it came out so; this module answers what
the rules make of its facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from policy.engines import rows
from policy.lang.cases import Case
from policy.lang.combine import RuleResult
from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.coverage import ConditionSeen
from policy.lang.plan import Parameter, Plan
from policy.lang.schema import FactSchema
from policy.lang.source import Source
from policy.lang.testing import Observed, TestReport, run_tests

_LEAVES = frozenset({"condition", "constant", "exists", "all", "exists_one", "variable"})


@dataclass(slots=True)
class Bench:
    """Evaluates cases of one ruleset; the program of a version is made once.

    `sources` are files by path; the version's own lends explanations the author's text.
    """

    schema: FactSchema
    parameters: tuple[Parameter, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    _programs: dict[int, rows.Program] = field(default_factory=dict)

    def evaluate(self, plan: Plan, case: Case) -> Observed:
        """What the rules of a version make of a case: an Evaluator of `policy.lang.testing`."""
        if id(plan) not in self._programs:
            self._programs[id(plan)] = rows.load([plan], self.schema, plan.subject)
        program = self._programs[id(plan)]
        moment = datetime.fromisoformat(case.as_of).astimezone(UTC)
        values = rows.in_force(self.parameters, moment.date())
        run = _Run(
            ruleset=program.rulesets[0],
            document=program.view(case.document),
            numbers=program.parameters({plan.ruleset: values})[plan.ruleset],
            now=rows.instant(moment),
            source=self._source(plan),
        )
        return run.observed(case)

    def _source(self, plan: Plan) -> Source | None:
        ending = f"{plan.ruleset}/{plan.version}.yaml"
        return next((file for path, file in self.sources.items() if path.endswith(ending)), None)


@dataclass(frozen=True, slots=True)
class _Run:
    """One version over one case."""

    ruleset: rows.RulesetProgram
    document: rows.Document
    numbers: rows.Parameters
    now: rows.Timestamp
    source: Source | None

    def observed(self, case: Case) -> Observed:
        """Results, sentences and what every condition came to."""
        rules = self.ruleset.plan.rules
        if not self.ruleset.in_force(datetime.fromisoformat(case.as_of).astimezone(UTC).date()):
            silent = [RuleResult(self.ruleset.name, r.id, "not_matched", r.effect) for r in rules]
            return Observed(tuple(silent))
        traced = self.ruleset.trace(self.document, self.numbers, self.now)
        told = [
            rows.explain(self.ruleset.template, traced.values, index, self.source)
            for index in range(len(rules))
        ]
        shown = _worth_explaining(self.ruleset, traced.evaluation, case)
        return Observed(
            results=tuple(self._results(traced.evaluation)),
            reasons=tuple(self._reasons(traced.evaluation)),
            explanations=tuple((rules[i].id, "\n".join(sketch(told[i]))) for i in shown),
            conditions=tuple(each for rule in told for each in _conditions(rule)),
        )

    def _results(self, evaluation: rows.Evaluation) -> Iterator[RuleResult]:
        matched, lost = set(evaluation.matched), dict(evaluation.indeterminate)
        for index, rule in enumerate(self.ruleset.plan.rules):
            if index in matched:
                places = self.ruleset.territories(index, self.document, self.numbers, self.now)
                yield RuleResult(self.ruleset.name, rule.id, "matched", rule.effect, places)
            elif index in lost:
                effect = None if rule.on_error == "skip" else rule.on_error
                yield RuleResult(self.ruleset.name, rule.id, "indeterminate", effect)
            else:
                yield RuleResult(self.ruleset.name, rule.id, "not_matched", rule.effect)

    def _reasons(self, evaluation: rows.Evaluation) -> Iterator[tuple[str, str]]:
        for index in evaluation.matched:
            rule = self.ruleset.plan.rules[index]
            sentence = self.ruleset.reason(index, self.document, self.numbers, self.now)
            yield rule.id, sentence


def _worth_explaining(
    ruleset: rows.RulesetProgram, evaluation: rows.Evaluation, case: Case
) -> list[int]:
    """The rules that came out otherwise than the case says; without its word those that speak."""
    lost = {index for index, _ in evaluation.indeterminate}
    spoken = set(evaluation.matched)
    if case.expect.rules is None:
        return sorted(spoken | lost)
    ids = {rule.id: index for index, rule in enumerate(ruleset.plan.rules)}
    expected = {ids[name] for name in case.expect.rules if name in ids}
    failing = {ids[name] for name in case.expect.errors if name in ids}
    return sorted((expected ^ spoken) | (failing ^ lost))


def _conditions(told: rows.Explained) -> Iterator[ConditionSeen]:
    """The smallest conditions that were asked, with their truths."""
    if told.kind in _LEAVES:
        if told.truth in ("true", "false"):
            yield ConditionSeen(told.span, told.truth == "true")
        return
    for part in told.parts:
        yield from _conditions(part)


def sketch(told: rows.Explained) -> Iterator[str]:
    """An explanation as indented lines: outcome, text, and the values that were seen."""
    values = ", ".join(f"{_line(seen.label)} = {_shown(seen.value)}" for seen in told.seen)
    item = ""
    if told.items is not None:
        which = f"item {told.witness + 1} of " if told.witness is not None else ""
        item = f"  [{which}{told.items}]"
    outcome = told.truth.replace("_", " ")
    reason = f"  ({told.message})" if told.message and not told.parts else ""
    yield f"{outcome:<10} {_line(told.text)}{f'  [{values}]' if values else ''}{item}{reason}"
    if told.truth != "not_needed":
        for part in told.parts:
            yield from (f"  {line}" for line in sketch(part))


def _line(text: str) -> str:
    return " ".join(text.split())


def _shown(value: object) -> str:
    match value:
        case None:
            return "absent"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def run_ruleset(ruleset: CompiledRuleset, tree: CompiledTree) -> TestReport | None:
    """Run a ruleset's cases on its current version; None when it has no plan to run."""
    plan = ruleset.plans.get(ruleset.current)
    if plan is None or tree.schema is None:
        return None
    path = next(
        (path for path in tree.sources if path.endswith(f"{ruleset.key}/{ruleset.current}.yaml")),
        ruleset.key,
    )
    bench = Bench(tree.schema, ruleset.parameters, tree.sources)
    return run_tests(plan, path, ruleset.cases, bench.evaluate)
