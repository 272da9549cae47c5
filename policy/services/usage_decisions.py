"""Decisions on uses are written: each situation once, whatever the number of tracks in it."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from policy.lang.plan import ObligationPlan, digest
from policy.models import Bundle, FactSnapshot, UsageDecision
from policy.services.bulk import insert_rows
from policy.services.bundle_parts import PARTS
from policy.services.judging import JudgedRule, Judgement, judge, packed

CHUNK = 500
"""Decisions that are looked up at once."""

Blocking: TypeAlias = tuple[str, str, str]
"""What stands against a use: layer (empty: none in particular), territory and rule."""


@dataclass(frozen=True, slots=True)
class JudgedUse:
    """A situation (a snapshot that names its part) and what the rules make of it."""

    snapshot: bytes
    judgement: Judgement
    blocking: tuple[Blocking, ...] = ()

    @property
    def digest(self) -> str:
        """What makes the situation one."""
        return digest(self.snapshot)


def usage_decisions_record(
    *, bundle: Bundle, judged: Sequence[JudgedUse], at: datetime
) -> dict[str, int]:
    """Write decisions on uses; row ids by digest of the snapshot. One that is there is found.

    Three queries for each CHUNK, in the caller's transaction if there is one.
    """
    found: dict[str, int] = {}
    unique = list({each.digest: each for each in judged}.items())
    for start in range(0, len(unique), CHUNK):
        found |= _record(bundle, dict(unique[start : start + CHUNK]), at)
    return found


def usage_decision_replay(*, decision: UsageDecision) -> tuple[str, ...]:
    """Make a decision on a use again from what was kept; names what does not come out the same."""
    snapshot = zlib.decompress(bytes(decision.snapshot.content))
    part = PARTS[part_named(snapshot)](decision.bundle.digest)
    again = judge(part, snapshot)
    checks = {
        "the snapshot is not what its digest says": digest(snapshot) == decision.snapshot.digest,
        "the trace": zlib.decompress(bytes(decision.trace)) == again.trace,
        "the outcome": (decision.effect, decision.worldwide, decision.territories)
        == (again.effect, again.worldwide, [list(pair) for pair in again.territories]),
        "the rules": decision.rules == rules_told(again.rules),
    }
    return tuple(name for name, same in checks.items() if not same)


def rules_told(rules: Sequence[JudgedRule]) -> list[dict[str, Any]]:
    """What is kept of rules that matched or have no answer."""
    return [dict(_rule(rule)) for rule in rules]


def part_named(snapshot: bytes) -> str:
    """The part of its bundle that a snapshot was made for."""
    return _parts.decode(snapshot).part


def with_part(document: bytes, part: str) -> bytes:
    """A fact document that names the part of the bundle that it is for (`bundle_parts.PARTS`)."""
    return b'{"part":' + msgspec.json.encode(part) + b"," + document[1:]


class _Part(msgspec.Struct):
    """The part of a snapshot that says what judged it."""

    part: str


_parts = msgspec.json.Decoder(_Part)


def _record(bundle: Bundle, judged: dict[str, JudgedUse], at: datetime) -> dict[str, int]:
    insert_rows(
        FactSnapshot,
        ("digest", "content"),
        [(digest, packed(each.snapshot)) for digest, each in sorted(judged.items())],
        new=False,
    )
    kept = FactSnapshot.objects.filter(digest__in=judged)
    snapshots = dict(kept.values_list("digest", "pk"))
    insert_rows(
        UsageDecision,
        (
            "uuid", "bundle_id", "snapshot_id", "effect", "worldwide", "territories", "blocking",
            "rules", "trace", "decided_at",
        ),
        [
            (
                uuid.uuid4(), bundle.pk, snapshots[digest], each.judgement.effect,
                each.judgement.worldwide, each.judgement.territories, each.blocking,
                rules_told(each.judgement.rules), packed(each.judgement.trace), at,
            )
            for digest, each in sorted(judged.items())
        ],
        new=False,
    )  # fmt: skip
    rows = UsageDecision.objects.filter(bundle=bundle, snapshot__in=snapshots.values())
    return dict(rows.values_list("snapshot__digest", "pk"))


def _rule(rule: JudgedRule) -> Iterator[tuple[str, Any]]:
    yield "ruleset", rule.ruleset
    yield "rule", rule.rule
    yield "status", rule.status
    yield "effect", rule.effect
    yield "determining", rule.determining
    yield "territories", None if rule.territories is None else list(rule.territories)
    yield "reason", rule.reason
    yield "obligations", [_duty(plan) for plan in rule.obligations]


def _duty(plan: ObligationPlan) -> dict[str, Any]:
    return {"do": plan.do, "of": plan.of, "within": plan.within, "details": dict(plan.details)}
