"""The raw evidence of a decision: what a rights holder downloads, and what a check starts from."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from policy.models import Decision, Finding
from policy.selectors.decision_page import find_decision
from policy.selectors.history import document_of
from policy.selectors.masking import WHY, reader_of
from policy.selectors.reasons import Said, reason_for
from policy.selectors.visibility import User


class EvidenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that spoke; `territories` null is everywhere."""

    ruleset: str
    rule: str
    status: str
    effect: str
    determining: bool
    territories: tuple[str, ...] | None
    reason: str


class EvidenceVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A ruleset version of the bundle, with the SHA-256 of its text and of its compiled plan."""

    ruleset: str
    version: str
    source_sha256: str
    plan_sha256: str


class EvidenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a decision rests on. `hidden` says why when facts were masked.

    The snapshot's digest is that of the unmasked facts.
    """

    decision: UUID
    track: UUID
    effect: str
    worldwide: str
    territories: tuple[tuple[str, str], ...]
    as_of: datetime
    decided_at: datetime
    automatic: bool
    bundle_sha256: str
    snapshot_sha256: str
    versions: tuple[EvidenceVersion, ...]
    rules: tuple[EvidenceRule, ...]
    facts: dict[str, Any]
    trace: dict[str, Any] | None
    hidden: str = ""


def get_evidence(user: User, uuid: UUID) -> bytes | None:
    """The evidence as indented JSON; None when the login sees no such decision.

    Others than staff get the facts masked and no trace, which repeats them by position.
    """
    decision = find_decision(user, uuid)
    if decision is None:
        return None
    reader = reader_of(user, decision.track_id, decision.account_id)
    facts = document_of(decision.snapshot.content)
    masked = reader.document(facts)
    document = EvidenceDocument(
        decision=decision.uuid,
        track=decision.track.uuid,
        effect=decision.effect,
        worldwide=decision.worldwide,
        territories=tuple((code, effect) for code, effect in decision.territories),
        as_of=decision.as_of,
        decided_at=decision.decided_at,
        automatic=decision.made_by_id is None,
        bundle_sha256=decision.bundle.digest,
        snapshot_sha256=decision.snapshot.digest,
        versions=_versions(decision),
        rules=tuple(
            _rule(row, reason_for(reader, _said(row, decision), facts))
            for row in decision.findings.order_by("pk")
        ),
        facts=masked,
        trace=_trace(decision) if reader.everything else None,
        hidden=WHY if masked != facts else "",
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _versions(decision: Decision) -> tuple[EvidenceVersion, ...]:
    rows = decision.bundle.versions.order_by("ruleset__key").values_list(
        "ruleset__key", "version", "source_digest", "plan_digest"
    )
    return tuple(
        EvidenceVersion(ruleset=key, version=version, source_sha256=source, plan_sha256=plan)
        for key, version, source, plan in rows
    )


def _said(row: Finding, decision: Decision) -> Said:
    return Said(row.reason, row.ruleset, row.rule_key, decision.bundle.digest)


def _rule(row: Finding, reason: str) -> EvidenceRule:
    return EvidenceRule(
        ruleset=row.ruleset,
        rule=row.rule_key,
        status=row.status,
        effect=row.effect,
        determining=row.determining,
        territories=None if row.territories is None else tuple(row.territories),
        reason=reason,
    )


def _trace(decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(zlib.decompress(decision.trace))
    return found
