"""An evaluator for `policy.lang.testing` that runs the row engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from policy.engines import rows
from policy.lang.cases import Case
from policy.lang.combine import RuleResult
from policy.lang.coverage import ConditionSeen
from policy.lang.plan import Parameter, Plan
from policy.lang.schema import FactSchema
from policy.lang.testing import Observed


class RowsEvaluator:
    """Evaluates cases of one ruleset; call it with a plan and a case."""

    def __init__(self, schema: FactSchema, parameters: Sequence[Parameter]) -> None:
        self._schema = schema
        self._parameters = parameters

    def __call__(self, plan: Plan, case: Case) -> Observed:
        program = rows.load([plan], self._schema, plan.subject)
        (ruleset,) = program.rulesets
        moment = datetime.fromisoformat(case.as_of)
        numbers = ruleset.parameters(rows.in_force(self._parameters, moment.date()))
        document, now = program.view(case.document), rows.instant(moment)
        traced = ruleset.trace(document, numbers, now)
        failed = dict(traced.evaluation.indeterminate)
        results: list[RuleResult] = []
        reasons: list[tuple[str, str]] = []
        seen: list[ConditionSeen] = []
        for index, rule in enumerate(plan.rules):
            if index in traced.evaluation.matched:
                places = ruleset.territories(index, document, numbers, now)
                result = RuleResult(plan.ruleset, rule.id, "matched", rule.effect, places)
                reasons.append((rule.id, ruleset.reason(index, document, numbers, now)))
            elif index in failed:
                effect = None if rule.on_error == "skip" else rule.on_error
                result = RuleResult(plan.ruleset, rule.id, "indeterminate", effect)
            else:
                result = RuleResult(plan.ruleset, rule.id, "not_matched", rule.effect)
            results.append(result)
            seen += _seen(rows.explain(ruleset.template, traced.values, index))
        return Observed(
            tuple(results), tuple(reasons), tuple(failed_words(plan, failed)), tuple(seen)
        )


def failed_words(plan: Plan, failed: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Why rules could not be evaluated, by rule id."""
    yield from ((plan.rules[index].id, text) for index, text in failed.items())


def _seen(explained: rows.Explained) -> Iterator[ConditionSeen]:
    if explained.truth in ("true", "false"):
        yield ConditionSeen(explained.span, explained.truth == "true")
    for part in explained.parts:
        yield from _seen(part)
