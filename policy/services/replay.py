"""Decisions made again from what was kept: equal bundle and snapshot must give equal bytes."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from django.db.models import QuerySet

from policy.lang.deadlines import time_allowed
from policy.lang.plan import ObligationPlan, digest
from policy.models import Decision, Finding, Obligation
from policy.services.judging import JudgedRule, Judgement, judge
from policy.services.programs import loaded

CHUNK = 500
"""Decisions read at once."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision made again; `differences` names what did not come out the same."""

    decision: Decision
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def decisions_replay(*, decisions: QuerySet[Decision], ruleset: str = "") -> Iterator[Replayed]:
    """Make decisions again, in the order of their making; nothing is written.

    With `ruleset` only what that ruleset says is compared. Rulings of people are left out: no rules
    made them.
    """
    rows = by_rules(decisions).order_by("pk").prefetch_related("findings__obligations")
    for decision in rows.iterator(chunk_size=CHUNK):
        yield Replayed(decision, tuple(_differences(decision, ruleset)))


def by_rules(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those that rules made, each with its bundle, less its content, and its snapshot."""
    rows = decisions.filter(made_by=None).select_related("bundle", "snapshot")
    return rows.defer("bundle__content")


def snapshot_of(decision: Decision) -> bytes:
    """The facts that a decision was made from, as `judging.judge` takes them."""
    return zlib.decompress(bytes(decision.snapshot.content))


def _differences(decision: Decision, ruleset: str) -> Iterator[str]:
    snapshot = snapshot_of(decision)
    if digest(snapshot) != decision.snapshot.digest:
        yield "the snapshot is not what its digest says"
    again = judge(loaded(decision.bundle.digest), snapshot)
    rules = [rule for rule in again.rules if ruleset in ("", rule.ruleset)]
    found = [each for each in decision.findings.all() if ruleset in ("", each.ruleset)]
    if _trace(zlib.decompress(bytes(decision.trace)), ruleset) != _trace(again.trace, ruleset):
        yield "the trace"
    if not ruleset and _outcome(decision) != _outcome(again):
        yield "the outcome"
    if _bytes(map(_told, found)) != _bytes(map(_said, rules)):
        yield "the findings"
    if not _demanded(found, rules, decision.decided_at):
        yield "the obligations"


def _trace(trace: bytes, ruleset: str) -> bytes:
    """A trace, or the part of it that a ruleset left."""
    if not ruleset:
        return trace
    parts: dict[str, msgspec.Raw] = msgspec.json.decode(trace, type=dict[str, msgspec.Raw])
    return bytes(parts.get(ruleset, b""))


def _bytes(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """Rows in canonical JSON, whatever their order."""
    return msgspec.json.encode(sorted(map(msgspec.json.encode, rows)))


def _outcome(made: Decision | Judgement) -> bytes:
    return msgspec.json.encode((made.effect, made.worldwide, made.territories))


def _told(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.ruleset, finding.rule_key, finding.status, finding.effect, finding.determining,
        finding.reason, finding.territories,
    )  # fmt: skip


def _said(rule: JudgedRule) -> tuple[Any, ...]:
    return (
        rule.ruleset, rule.rule, rule.status, rule.effect, rule.determining, rule.reason,
        rule.territories,
    )  # fmt: skip


def _demanded(
    findings: Iterable[Finding], rules: Iterable[JudgedRule], decided_at: datetime
) -> bool:
    """Whether the duties on record are those that the rules demand, and none is due later.

    Whom they bind and how far they are is no matter of rules: a duty is there once for each party,
    and one that was demanded before keeps its earlier deadline.
    """
    plans: dict[_Duty, list[ObligationPlan]] = defaultdict(list)
    for rule in rules:
        for plan in rule.obligations:
            plans[rule.ruleset, rule.rule, plan.do, plan.of, plan.details].append(plan)
    rows = [(_duty(finding, row), row) for finding in findings for row in finding.obligations.all()]
    return {duty for duty, _ in rows} == plans.keys() and all(
        any(_in_time(row, plan, decided_at) for plan in plans[duty]) for duty, row in rows
    )


_Duty: TypeAlias = tuple[str, str, str, str, tuple[tuple[str, str], ...]]


def _duty(finding: Finding, row: Obligation) -> _Duty:
    details = tuple(sorted(row.details.items()))
    return (finding.ruleset, finding.rule_key, row.do, row.of, details)


def _in_time(row: Obligation, plan: ObligationPlan, decided_at: datetime) -> bool:
    """Whether a duty has a deadline where there must be one, and none that is too late."""
    allowed = time_allowed(plan.within)
    if allowed is None or row.due_at is None:
        return (allowed is None) is (row.due_at is None)
    return row.due_at <= decided_at + allowed
