"""Decisions are written: snapshot, decision, findings, duties, case and tally, in one transaction.

A batch takes the same number of queries whatever its size. A decision that is there already (same
track, bundle and snapshot) is found instead of written, with all that hangs on it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import connection, transaction

from policy.models import Bundle, Decision, DecisionTally, FactSnapshot, Finding, Rule
from policy.services.bulk import insert_rows, reserve_ids, run_many
from policy.services.cases import Verdict, cases_follow
from policy.services.judging import JudgedRule, Judgement, packed
from policy.services.obligations import Duty, obligations_follow

_TRACKS = 7_711_001
"""Number of the advisory locks that stand for tracks, PostgreSQL only."""

Key: TypeAlias = tuple[int, str]
"""What makes a decision one of its bundle: track and digest of the snapshot."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A track with its facts, as JSON and digest, and what the rules make of them."""

    track_id: int
    account_id: int
    as_of: datetime
    document: bytes
    digest: str
    judgement: Judgement

    @property
    def key(self) -> Key:
        """What makes a decision one."""
        return (self.track_id, self.digest)


@dataclass(frozen=True, slots=True)
class _New:
    """A decision that was not there before; `latest` of those of its track in the batch."""

    id: int
    judged: Judged
    latest: bool


def decisions_record(*, bundle: Bundle, judged: Sequence[Judged], at: datetime) -> dict[Key, int]:
    """Write what was judged under a bundle, in the caller's transaction or one of its own.

    Returns the decisions' row ids. Writers of the same tracks wait for each other, in one order, so
    that the later one sees the duties and cases of the earlier.
    """
    unique = {each.key: each for each in judged}
    ordered = sorted(unique.values(), key=lambda each: (each.track_id, each.as_of, each.digest))
    with transaction.atomic():
        _lock([each.track_id for each in ordered])
        snapshots = _snapshots(ordered)
        ids, new = _decisions(bundle, ordered, snapshots, at)
        findings = _findings(bundle, new)
        obligations_follow(
            duties=[duty for each in new for duty in _duties(each, findings)],
            decisions={each.id: each.judged.track_id for each in new},
            at=at,
        )
        cases_follow(verdicts=[_verdict(each) for each in new if each.latest], at=at)
        _count(new)
    return ids


def _lock(track_ids: Sequence[int]) -> None:
    """Hold the tracks until the transaction ends. On SQLite it holds the whole database anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, (id %% 2147483647)::int)"
                " FROM (SELECT unnest(%s::bigint[]) AS id ORDER BY 1) AS tracks",
                [_TRACKS, sorted(set(track_ids))],
            )


def _snapshots(judged: Sequence[Judged]) -> dict[str, int]:
    """Row ids of the snapshots by digest; those that are new are written."""
    documents = {each.digest: each.document for each in judged}
    insert_rows(
        FactSnapshot,
        ("digest", "content"),
        [(digest, packed(documents[digest])) for digest in sorted(documents)],
        new=False,
    )
    found = FactSnapshot.objects.filter(digest__in=documents)
    return dict(found.values_list("digest", "pk"))


def _decisions(
    bundle: Bundle, judged: Sequence[Judged], snapshots: Mapping[str, int], at: datetime
) -> tuple[dict[Key, int], list[_New]]:
    """Row ids of all decisions, and those of them that are new."""
    reserved = dict(
        zip((each.key for each in judged), reserve_ids(Decision, len(judged)), strict=True)
    )
    insert_rows(
        Decision,
        (
            "id", "uuid", "track_id", "account_id", "bundle_id", "snapshot_id", "effect",
            "worldwide", "territories", "trace", "as_of", "decided_at",
        ),
        [
            (
                reserved[each.key], uuid.uuid4(), each.track_id, each.account_id, bundle.pk,
                snapshots[each.digest], each.judgement.effect, each.judgement.worldwide,
                each.judgement.territories, packed(each.judgement.trace), each.as_of, at,
            )
            for each in judged
        ],
        new=False,
    )  # fmt: skip
    found = Decision.objects.filter(
        bundle=bundle,
        made_by=None,
        track__in={each.track_id for each in judged},
        snapshot__in=snapshots.values(),
    )
    rows = found.values_list("track_id", "snapshot__digest", "pk")
    ids = {(track, digest): pk for track, digest, pk in rows}
    fresh = [each for each in judged if ids[each.key] == reserved[each.key]]
    latest = {each.track_id: each.key for each in fresh}
    new = [_New(ids[each.key], each, latest[each.track_id] == each.key) for each in fresh]
    return ids, new


def _findings(bundle: Bundle, new: Sequence[_New]) -> dict[tuple[int, str, str], int]:
    """Write the findings; their row ids by decision, ruleset and rule."""
    rules = {
        (ruleset, key): pk
        for ruleset, key, pk in Rule.objects.filter(version__bundles=bundle).values_list(
            "version__ruleset__key", "key", "pk"
        )
    }
    told = [(each.id, rule) for each in new for rule in each.judged.judgement.rules]
    ids = reserve_ids(Finding, len(told))
    insert_rows(
        Finding,
        (
            "id", "decision_id", "rule_id", "ruleset", "rule_key", "status", "effect",
            "determining", "territories", "reason",
        ),
        [
            (
                id, decision, rules[rule.ruleset, rule.rule], rule.ruleset, rule.rule,
                rule.status, rule.effect, rule.determining, rule.territories, rule.reason,
            )
            for id, (decision, rule) in zip(ids, told, strict=True)
        ],
        new=True,
    )  # fmt: skip
    return {
        (decision, rule.ruleset, rule.rule): id
        for id, (decision, rule) in zip(ids, told, strict=True)
    }


def _duties(new: _New, findings: Mapping[tuple[int, str, str], int]) -> Iterator[Duty]:
    for rule in new.judged.judgement.rules:
        for plan in rule.obligations:
            yield Duty(
                decision_id=new.id,
                finding_id=findings[new.id, rule.ruleset, rule.rule],
                track_id=new.judged.track_id,
                as_of=new.judged.as_of,
                plan=plan,
                stands=new.latest,
            )


def _verdict(new: _New) -> Verdict:
    judgement = new.judged.judgement
    return Verdict(
        track_id=new.judged.track_id,
        decision_id=new.id,
        needs_review=judgement.needs_review,
        note=_why(judgement.rules) if judgement.needs_review else f"Now: {judgement.effect}.",
    )


def _why(rules: Sequence[JudgedRule]) -> str:
    """The reasons of the rules that decided."""
    return "\n".join(rule.reason for rule in rules if rule.determining)


def _count(new: Sequence[_New]) -> None:
    """Add to the tallies, in one order, so that two writers never wait for each other in a ring."""
    table = f'"{DecisionTally._meta.db_table}"'
    add = f"DO UPDATE SET count = {table}.count + excluded.count"
    effects = Counter(each.judged.judgement.effect for each in new)
    accounts = Counter((each.judged.account_id, each.judged.judgement.effect) for each in new)
    run_many(
        f"INSERT INTO {table} (account_id, effect, count) VALUES (%s, %s, %s)"
        f" ON CONFLICT (account_id, effect) {add}",
        [(account, effect, number) for (account, effect), number in sorted(accounts.items())],
    )
    run_many(
        f"INSERT INTO {table} (account_id, effect, count) VALUES (NULL, %s, %s)"
        f" ON CONFLICT (effect) WHERE account_id IS NULL {add}",
        sorted(effects.items()),
    )
