"""Decisions made again from what was kept: equal bundle and snapshot must give equal bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from policy.lang.plan import digest
from policy.models import Decision, Finding
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


def decisions_replay(*, decisions: QuerySet[Decision]) -> Iterator[Replayed]:
    """Make decisions again, in the order of their making; nothing is written.

    Rulings of people are left out: no rules made them.
    """
    rows = decisions.filter(made_by=None).order_by("pk")
    rows = rows.select_related("bundle", "snapshot").defer("bundle__content")
    for decision in rows.prefetch_related("findings").iterator(chunk_size=CHUNK):
        yield Replayed(decision, tuple(_differences(decision)))


def _differences(decision: Decision) -> Iterator[str]:
    snapshot = zlib.decompress(bytes(decision.snapshot.content))
    if digest(snapshot) != decision.snapshot.digest:
        yield "the snapshot is not what its digest says"
    again = judge(loaded(decision.bundle.digest), snapshot)
    if zlib.decompress(bytes(decision.trace)) != again.trace:
        yield "the trace"
    if _outcome(decision) != _outcome(again):
        yield "the outcome"
    if sorted(map(_told, decision.findings.all())) != sorted(map(_said, again.rules)):
        yield "the findings"


def _outcome(made: Decision | Judgement) -> tuple[str, str, list[tuple[str, str]]]:
    return (made.effect, made.worldwide, [(code, effect) for code, effect in made.territories])


def _told(finding: Finding) -> tuple[object, ...]:
    return (
        finding.ruleset, finding.rule_key, finding.status, finding.effect, finding.determining,
        finding.reason, _places(finding.territories),
    )  # fmt: skip


def _said(rule: JudgedRule) -> tuple[object, ...]:
    return (
        rule.ruleset, rule.rule, rule.status, rule.effect, rule.determining, rule.reason,
        _places(rule.territories),
    )  # fmt: skip


def _places(territories: list[str] | tuple[str, ...] | None) -> str:
    return "everywhere" if territories is None else " ".join(territories)
