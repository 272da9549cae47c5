"""Judges a ruleset by its tests, and says in words what came out differently.

How a ruleset is evaluated is handed in: this module knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.lang.cases import Case
from policy.lang.combine import Outcome, RuleResult, combine, effect_in
from policy.lang.combine import Status as RuleStatus
from policy.lang.coverage import Coverage, RuleCoverage, coverage
from policy.lang.diagnostics import listed, quoted
from policy.lang.duties_expected import duty_problems
from policy.lang.expectations import Expectation
from policy.lang.plan import Effect, Plan
from policy.lang.territories import WORLDWIDE

Status: TypeAlias = OneOf["passed", "failed", "todo", "todo_passes"]


Explanations: TypeAlias = tuple[tuple[str, str], ...]
"""Texts that show how rules came about, by rule id."""


def _nothing() -> Explanations:
    return ()


@dataclass(frozen=True, slots=True)
class Observed:
    """What a ruleset made of a case, rule by rule in the order of the version.

    `reasons` are the sentences of matched rules by id. `explain` makes the explanations of the
    rules that a failing case is about; it is only called for one.
    """

    results: tuple[RuleResult, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    explain: Callable[[], Explanations] = _nothing


Evaluator: TypeAlias = Callable[[Plan, Case], Observed]
"""Evaluates one version of a ruleset for one case."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case went. `problems` says what differs, one sentence each."""

    case: Case
    status: Status
    problems: tuple[str, ...]
    explanations: Explanations = ()

    @property
    def good(self) -> bool:
        """Whether nobody needs to act: it passed, or fails as its `todo` says."""
        return self.status in ("passed", "todo")


@dataclass(frozen=True, slots=True)
class TestReport:
    """All verdicts of a ruleset with the coverage of its version."""

    __test__ = False  # pytest collects no class of this name

    ruleset: str
    version: str
    path: str
    verdicts: tuple[Verdict, ...]
    coverage: Coverage

    @property
    def good(self) -> bool:
        """Whether every verdict is."""
        return all(verdict.good for verdict in self.verdicts)


def run_tests(plan: Plan, path: str, cases: Iterable[Case], evaluate: Evaluator) -> TestReport:
    """Evaluate and judge all cases of a version; `path` is where its rules stand."""
    verdicts: list[Verdict] = []
    seen: list[Observed] = []
    for case in cases:
        observed = evaluate(plan, case)
        seen.append(observed)
        verdicts.append(judge(case, observed, plan))
    found = coverage(plan, [each.results for each in seen])
    return TestReport(plan.ruleset, plan.version, path, tuple(verdicts), found)


def judge(case: Case, observed: Observed, plan: Plan) -> Verdict:
    """Compare what was observed with what the case expects."""
    problems = tuple(_problems(case, observed, plan))
    if case.todo:
        return Verdict(case, "todo" if problems else "todo_passes", problems)
    if not problems:
        return Verdict(case, "passed", ())
    return Verdict(case, "failed", problems, observed.explain())


def outcome_of(results: Sequence[RuleResult], plan: Plan) -> Outcome:
    """What the rules of one version come to, combined as it says."""
    first_match = [plan.ruleset] if plan.combine == "first_match" else []
    return combine(results, first_match=first_match)


def _problems(case: Case, observed: Observed, plan: Plan) -> Iterator[str]:
    expect = case.expect
    if expect.outcome is not None:
        outcome = outcome_of(observed.results, plan)
        yield from _outcome_problems(expect.outcome, expect.everywhere, outcome)
    yield from _rule_problems(expect, observed)
    if expect.obligations is not None:
        matched = _with(observed, "matched")
        duties = [duty for rule in plan.rules if rule.id in matched for duty in rule.obligations]
        yield from duty_problems(expect.obligations, duties, case.as_of)
    yield from _reason_problems(expect, dict(observed.reasons))


def _rule_problems(expect: Expectation, observed: Observed) -> Iterator[str]:
    matched, failed = _with(observed, "matched"), _with(observed, "indeterminate")
    if expect.rules is not None and sorted(matched) != list(expect.rules):
        yield from _difference("matched", expect.rules, matched)
    for rule in sorted(set(expect.not_rules).intersection(matched)):
        yield f"expected that {quoted(rule)} does not match"
    if sorted(failed) != list(expect.errors):
        yield from _difference("could not be evaluated", expect.errors, failed)


def _with(observed: Observed, status: RuleStatus) -> list[str]:
    return [each.rule for each in observed.results if each.status == status]


def _reason_problems(expect: Expectation, said: dict[str, str]) -> Iterator[str]:
    if expect.reason and not any(expect.reason in text for text in said.values()):
        every = "; ".join(f"{quoted(rule)} says: {text}" for rule, text in said.items())
        yield f"no reason contains {quoted(expect.reason)}" + (f" ({every})" if every else "")
    for rule, words in expect.reasons:
        if rule not in said:
            yield f"{quoted(rule)} gives no reason, since it did not match"
        elif words not in said[rule]:
            yield f"the reason of {quoted(rule)} does not contain {quoted(words)}: {said[rule]}"


def _outcome_problems(
    expected: Iterable[tuple[str, Effect]], everywhere: bool, outcome: Outcome
) -> Iterator[str]:
    for code, effect in expected:
        found = outcome.worldwide if code == WORLDWIDE else effect_in(outcome, code)
        if found != effect:
            place = "" if code == WORLDWIDE else f" in {code}"
            yield f"expected {quoted(effect)}{place}, the outcome is {quoted(found)}"
    if everywhere and outcome.territories:
        differ = ", ".join(f"{code} {effect}" for code, effect in outcome.territories)
        yield f"expected one outcome everywhere, but territories differ: {differ}"


def _difference(what: str, expected: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    missing, extra = set(expected) - set(found), set(found) - set(expected)
    if missing:
        yield f"expected that {listed(sorted(missing))} {what}"
    if extra:
        yield f"not expected, but {what}: {', '.join(map(quoted, sorted(extra)))}"


def render_report(report: TestReport) -> str:
    """The text that a terminal shows: what failed and why, then the coverage, then one line."""
    lines: list[str] = []
    for verdict in report.verdicts:
        if verdict.status in ("failed", "todo_passes"):
            lines += [*_verdict_lines(verdict), ""]
    lines += _coverage_lines(report)
    counted = [
        f"{count} {word}"
        for status, word in _COUNTED
        if (count := sum(verdict.status == status for verdict in report.verdicts))
    ]
    return "\n".join([*lines, f"{report.ruleset}: {', '.join(counted) or 'no cases'}"]) + "\n"


_COUNTED: tuple[tuple[Status, str], ...] = (
    ("passed", "passed"),
    ("failed", "failed"),
    ("todo", "todo"),
    ("todo_passes", "todo that passes"),
)


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    case = verdict.case
    place = f"{case.path}:{case.span.line}:{case.span.column}"
    if verdict.status == "todo_passes":
        yield f"{place}: {case.name}"
        yield f"  the case passes now: take its `todo` ({case.todo}) away"
        return
    yield f"{place}: {case.name}"
    for problem in verdict.problems:
        yield f"  {problem}"
    for rule, text in verdict.explanations:
        first, *rest = text.splitlines()
        yield f"  {quoted(rule)} {first}"
        yield from (f"    {line}".rstrip() for line in rest)


def _coverage_lines(report: TestReport) -> Iterator[str]:
    found = report.coverage
    for rule in found.never("matched"):
        yield f"{_rule_place(report, rule)}: no case matches {quoted(rule.rule)}"
    for rule in found.never("not_matched"):
        yield f"{_rule_place(report, rule)}: every case matches {quoted(rule.rule)}"
    both = sum(rule.both_ways for rule in found.rules)
    outcomes = sum(outcome.seen for outcome in found.outcomes)
    yield (
        f"coverage: {both} of {len(found.rules)} rules both ways, "
        f"{outcomes} of {len(found.outcomes)} outcomes"
    )


def _rule_place(report: TestReport, rule: RuleCoverage) -> str:
    return f"{report.path}:{rule.span.line}:{rule.span.column}"
