"""One decision as a page: the verdict and its reason first, then everything behind them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from policy.engines.rows import Template, explain
from policy.lang.bundle import BundlePlan
from policy.lang.combine import RuleResult, combine, strictest
from policy.lang.plan import EFFECTS, Plan, Reference
from policy.lang.source import Source
from policy.models import Case, Decision, Finding, Obligation, RulesetVersion
from policy.selectors import facts_seen as facts
from policy.selectors.bundles import bundle_plan, find_rule
from policy.selectors.flips import Way, flips, nodes_by_place
from policy.selectors.history import History, document_of, track_history
from policy.selectors.masking import reader_of
from policy.selectors.reasons import Said, reason_for
from policy.selectors.rule_text import RuleText, rule_text
from policy.selectors.verdict import Verdict, verdict
from policy.selectors.visibility import User, decisions_visible_to, sight_of


@dataclass(frozen=True, slots=True)
class TrackHead:
    """Which track a decision is about."""

    uuid: UUID
    title: str
    version_title: str
    artist: str
    isrc: str
    release: str
    record_label: str
    deliverer: str
    removed: bool


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule that matched or could not be evaluated; `territories` None is everywhere."""

    ruleset: str
    version: str
    version_uuid: UUID
    rule: str
    title: str
    status: str
    effect: str
    reason: str
    territories: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class DecidingRule:
    """A determining rule with its lines and values, what would end it, and where it comes from.

    `text` is None when the ruleset's text cannot be put beside this decision's trace.
    """

    finding: RuleFinding
    path: str
    text: RuleText | None
    ways: tuple[Way, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation: what, of whom, by when, and how it stands. `party` is hidden from others."""

    uuid: UUID
    do: str
    of: str
    party: UUID | None
    party_name: str
    rule: str
    details: tuple[tuple[str, str], ...]
    due_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Version:
    """A ruleset version of the bundle, with the digest of its text."""

    uuid: UUID
    ruleset: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What makes the decision verifiable."""

    bundle: str
    snapshot: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Everything on a decision. `otherwise` is the outcome if no determining rule matched.

    `later` is the decision that holds now, when it is another one; `case_opened_at` tells that a
    person has still to look; `masked` that something is hidden from this reader.
    """

    uuid: UUID
    verdict: Verdict
    track: TrackHead
    decided_at: datetime
    as_of: datetime
    by_person: bool
    person: str
    later: UUID | None
    case_opened_at: datetime | None
    deciding: tuple[DecidingRule, ...]
    others: tuple[RuleFinding, ...]
    otherwise: Verdict | None
    duties: tuple[Duty, ...]
    facts: facts.FactsSeen
    evidence: Evidence
    history: History
    masked: bool


def get_decision_page(user: User, uuid: UUID) -> DecisionPage | None:
    """The page of a decision, None when the login sees none such; at most 9 queries."""
    decision = find_decision(user, uuid)
    return _Page(user, decision).page() if decision else None


def find_decision(user: User, uuid: UUID) -> Decision | None:
    """The decision with what its page needs of other tables, if the login may see it."""
    found = decisions_visible_to(user).filter(uuid=uuid)
    related = ("track__release", "account", "bundle", "snapshot", "made_by")
    return found.select_related(*related).defer("bundle__content").first()


class _Page:
    """Puts one page together."""

    def __init__(self, user: User, decision: Decision) -> None:
        self.user = user
        self.decision = decision
        self.reader = reader_of(user, decision.track_id, decision.account_id)
        self.document = document_of(decision.snapshot.content)
        self.bundle: BundlePlan = bundle_plan(decision.bundle.digest)
        self.traces: dict[str, Any] = msgspec.json.decode(zlib.decompress(decision.trace))
        versions = decision.bundle.versions.select_related("ruleset").defer("plan")
        self.versions = {row.ruleset.key: row for row in versions.order_by("ruleset__key")}

    def page(self) -> DecisionPage:
        """All of it."""
        decision = self.decision
        found = decision.findings.select_related("rule").defer("rule__tree").order_by("pk")
        rows = sorted(found, key=lambda row: -EFFECTS.index(row.effect))
        deciding = [row for row in rows if row.determining]
        history = track_history(decision.track_id, self.reader)
        latest = history.latest()
        masked = self.reader.document(self.document)
        cases = Case.objects.filter(track=decision.track_id, state=Case.State.OPEN)
        return DecisionPage(
            uuid=decision.uuid,
            verdict=verdict(decision.effect, decision.worldwide, decision.territories),
            track=_track_head(decision),
            decided_at=decision.decided_at,
            as_of=decision.as_of,
            by_person=decision.made_by is not None,
            person=decision.made_by.get_username()
            if decision.made_by and self.reader.everything
            else "",
            later=latest.uuid if latest and latest.uuid != decision.uuid else None,
            case_opened_at=cases.values_list("opened_at", flat=True).first(),
            deciding=tuple(self._deciding(row) for row in deciding),
            others=tuple(self._finding(row) for row in rows if not row.determining),
            otherwise=self._otherwise(rows) if deciding else None,
            duties=tuple(self._duties()),
            facts=facts.facts_seen(self.bundle.schema, masked, self._read(deciding)),
            evidence=self._evidence(),
            history=history,
            masked=masked != self.document,
        )

    def _finding(self, row: Finding) -> RuleFinding:
        version = self.versions.get(row.ruleset)
        return RuleFinding(
            ruleset=row.ruleset,
            version=version.version if version else "",
            version_uuid=version.uuid if version else UUID(int=0),
            rule=row.rule_key,
            title=row.rule.title,
            status=row.status,
            effect=row.effect,
            reason=reason_for(
                self.reader,
                Said(row.reason, row.ruleset, row.rule_key, self.decision.bundle.digest),
                self.document,
            ),
            territories=None if row.territories is None else tuple(row.territories),
        )

    def _deciding(self, row: Finding) -> DecidingRule:
        finding = self._finding(row)
        version = self.versions.get(row.ruleset)
        found = find_rule(self.bundle, row.ruleset, row.rule_key)
        if version is None or found is None:
            return DecidingRule(finding, "", None, (), ())
        plan, position = found
        rule = plan.rules[position]
        text, ways = self._explained(version, plan, position)
        return DecidingRule(finding, version.path, text, ways, rule.references)

    def _explained(
        self, version: RulesetVersion, plan: Plan, position: int
    ) -> tuple[RuleText, tuple[Way, ...]]:
        """The rule's lines with the values seen, and what would end it."""
        rule, source = plan.rules[position], Source(version.path, version.source)
        hider = self.reader.hider(self.document, facts.list_ranges(plan, rule))
        values = self.traces.get(plan.ruleset)
        if values is None:  # a ruling by a person has no trace of its own
            return rule_text(source, plan, rule, None, hider), ()
        template = msgspec.json.decode(bytes(version.template), type=Template)
        told = explain(template, values, position, source)
        trees = [rule.when, *(variable.tree for variable in plan.variables)]
        ways = flips(told, nodes_by_place(trees), source, hider) if told.truth == "true" else []
        return rule_text(source, plan, rule, told, hider), tuple(ways)

    def _otherwise(self, rows: Sequence[Finding]) -> Verdict | None:
        """The outcome if no determining rule had matched and all else were the same."""
        left = [row for row in rows if not row.determining and not self._is_skipped(row)]
        results = [
            RuleResult(
                ruleset=row.ruleset,
                rule=row.rule_key,
                status="matched" if row.status == Finding.Status.MATCHED else "indeterminate",
                effect=row.effect,  # type: ignore[arg-type]  # one of Effect's values
                territories=None if row.territories is None else tuple(row.territories),
            )
            for row in left
        ]
        first = {
            each.plan.ruleset for each in self.bundle.rulesets if each.plan.combine == "first_match"
        }
        outcome = combine(results, first_match=first)
        same = outcome.worldwide == self.decision.worldwide and list(outcome.territories) == list(
            map(tuple, self.decision.territories)
        )
        return None if same else verdict(strictest(outcome), outcome.worldwide, outcome.territories)

    def _is_skipped(self, row: Finding) -> bool:
        """Whether the rule could not be evaluated and its author lets it be silent then."""
        found = find_rule(self.bundle, row.ruleset, row.rule_key)
        unsure = row.status == Finding.Status.INDETERMINATE
        return unsure and found is not None and found[0].rules[found[1]].on_error == "skip"

    def _duties(self) -> Iterator[Duty]:
        rows = Obligation.objects.filter(decision=self.decision).select_related("party", "finding")
        own = sight_of(self.user).parties
        for row in rows.order_by("pk"):
            seen = self.reader.everything or row.party_id in own
            yield Duty(
                uuid=row.uuid,
                do=row.do,
                of=row.of,
                party=row.party.uuid if row.party and seen else None,
                party_name=row.party.name if row.party and seen else "",
                rule=row.finding.rule_key,
                details=tuple(sorted((str(k), str(v)) for k, v in row.details.items())),
                due_at=row.due_at,
                state=row.state,
            )

    def _read(self, deciding: Sequence[Finding]) -> set[facts.Path]:
        found = (find_rule(self.bundle, row.ruleset, row.rule_key) for row in deciding)
        return {
            path
            for place in found
            if place
            for path in facts.paths_read(place[0], place[0].rules[place[1]])
        }

    def _evidence(self) -> Evidence:
        return Evidence(
            bundle=self.decision.bundle.digest,
            snapshot=self.decision.snapshot.digest,
            versions=tuple(
                Version(row.uuid, key, row.version, row.source_digest)
                for key, row in self.versions.items()
            ),
        )


def _track_head(decision: Decision) -> TrackHead:
    track = decision.track
    return TrackHead(
        uuid=track.uuid,
        title=track.title,
        version_title=track.version_title,
        artist=track.display_artist,
        isrc=track.isrc,
        release=track.release.title,
        record_label=track.release.record_label,
        deliverer=decision.account.name,
        removed=track.removed_at is not None or track.release.purged_at is not None,
    )
