"""From a bundle and a fact document to what is decided: no database, no clock.

Equal bundle and snapshot give equal results, byte for byte: the instant is part of the snapshot.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from policy.engines import rows
from policy.lang.combine import RuleResult, Status, argued, combine, strictest
from policy.lang.plan import Effect, ObligationPlan, RulePlan
from policy.lang.territories import WORLDWIDE
from policy.services.programs import InForce, LoadedBundle


@dataclass(frozen=True, slots=True)
class JudgedRule:
    """A rule that matched or has no answer. `obligations` are the duties that it creates."""

    ruleset: str
    rule: str
    status: Status
    effect: Effect
    determining: bool
    territories: tuple[str, ...] | None
    reason: str
    obligations: tuple[ObligationPlan, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a decision will say. `trace` is JSON of the positional values of each ruleset."""

    effect: Effect
    worldwide: Effect
    territories: tuple[tuple[str, Effect], ...]
    trace: bytes
    rules: tuple[JudgedRule, ...]

    @property
    def needs_review(self) -> bool:
        """Whether a person must look: somewhere it says so, or what decided could not be sure."""
        effects = {self.worldwide, *(effect for _, effect in self.territories)}
        unsure = any(rule.determining and rule.status == "indeterminate" for rule in self.rules)
        return "review" in effects or unsure


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one rule said, with its plan and its words."""

    result: RuleResult
    plan: RulePlan
    reason: str


def snapshot(document: bytes, as_of: datetime) -> bytes:
    """A fact document with its instant: all that rules see. Canonical JSON, as the document is."""
    return b'{"as_of":' + msgspec.json.encode(as_of.astimezone(UTC)) + b"," + document[1:]


def judge(bundle: LoadedBundle, snapshot: bytes) -> Judgement:
    """Evaluate the facts of a snapshot. Raises rows.DocumentError for what is none."""
    as_of = _instant(snapshot)
    held = bundle.on(as_of.date())
    facts, now = bundle.program.decode(snapshot), rows.instant(as_of)
    heard: list[_Heard] = []
    traces: dict[str, Any] = {}
    for ruleset, numbers in held.rulesets:
        traced = ruleset.trace(facts, numbers, now)
        traces[ruleset.name] = traced.values
        heard += _heard(ruleset, traced.evaluation, facts, numbers, now)
    outcome = combine((each.result for each in heard), first_match=held.first_match)
    determining = set(outcome.determining)
    silent = set(_unheard(heard, held))
    return Judgement(
        effect=strictest(outcome),
        worldwide=outcome.worldwide,
        territories=outcome.territories,
        trace=msgspec.json.encode(traces),
        rules=tuple(_judged(each, determining, silent) for each in heard),
    )


def packed(content: bytes) -> bytes:
    """How documents and traces are kept."""
    return zlib.compress(content, 1)


def _instant(snapshot: bytes) -> datetime:
    try:
        return _instants.decode(snapshot).as_of.astimezone(UTC)
    except msgspec.MsgspecError as error:
        raise rows.DocumentError(f"no snapshot: {error}") from None


class _Instant(msgspec.Struct):
    """The part of a snapshot that is not a fact."""

    as_of: datetime


_instants = msgspec.json.Decoder(_Instant)


def _heard(
    ruleset: rows.RulesetProgram,
    evaluation: rows.Evaluation,
    facts: rows.Document,
    numbers: rows.Parameters,
    now: rows.Timestamp,
) -> Iterator[_Heard]:
    """The rules of a ruleset that speak, in the author's order."""
    unknown = dict(evaluation.indeterminate)
    for index in sorted((*evaluation.matched, *unknown)):
        plan = ruleset.plan.rules[index]
        if index in unknown:
            effect = None if plan.on_error == "skip" else plan.on_error
            result = RuleResult(ruleset.name, plan.id, "indeterminate", effect)
            yield _Heard(result, plan, f"Could not be evaluated: {unknown[index]}.")
        else:
            places = ruleset.territories(index, facts, numbers, now)
            result = RuleResult(ruleset.name, plan.id, "matched", plan.effect, places)
            yield _Heard(result, plan, ruleset.reason(index, facts, numbers, now))


def _unheard(heard: Iterable[_Heard], held: InForce) -> Iterator[tuple[str, str]]:
    """Rules behind one that already matched everywhere, in rulesets that combine by first match."""
    settled: set[str] = set()
    for each in heard:
        result = each.result
        if result.ruleset in settled:
            yield (result.ruleset, result.rule)
        everywhere = result.territories is None or WORLDWIDE in result.territories
        if result.status == "matched" and everywhere and result.ruleset in held.first_match:
            settled.add(result.ruleset)


def _judged(
    heard: _Heard, determining: set[tuple[str, str]], silent: set[tuple[str, str]]
) -> JudgedRule:
    result, plan = heard.result, heard.plan
    name = (result.ruleset, result.rule)
    skipped = result.effect is None
    binding = result.status == "matched" and name not in silent
    return JudgedRule(
        ruleset=result.ruleset,
        rule=result.rule,
        status=result.status,
        # A rule that is skipped argues for nothing; what it would have argued for is its own.
        effect=plan.effect if skipped else argued(result),
        determining=name in determining and not skipped,
        territories=result.territories,
        reason=heard.reason,
        obligations=plan.obligations if binding else (),
    )
