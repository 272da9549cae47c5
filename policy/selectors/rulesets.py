"""Rulesets: what is live, since when, and the text of a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from policy.lang.plan import decode_plan
from policy.lang.source import Source
from policy.models import Activation, Rule, Ruleset, RulesetVersion
from policy.selectors.rule_text import Line, plain_text_lines


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version; `live_since` when it decides now."""

    uuid: UUID
    version: str
    rules: int
    published_at: datetime
    live_since: datetime | None


@dataclass(frozen=True, slots=True)
class RulesetRow:
    """A ruleset with its versions, newest first."""

    key: str
    title: str
    owner: str
    why: str
    versions: tuple[VersionRow, ...]

    @property
    def live(self) -> VersionRow | None:
        """The version that decides now."""
        return next((version for version in self.versions if version.live_since), None)


@dataclass(frozen=True, slots=True)
class LiveBundle:
    """The bundle that decides now: its digest, since when, and why."""

    digest: str
    live_from: datetime
    why: str


@dataclass(frozen=True, slots=True)
class RulesetList:
    """All rulesets, and what is live."""

    rows: tuple[RulesetRow, ...]
    live: LiveBundle | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a version and the line at which it starts."""

    rule: str
    title: str
    effect: str
    line: int


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its whole text."""

    ruleset: str
    title: str
    owner: str
    why: str
    version: str
    path: str
    digest: str
    plan_digest: str
    published_at: datetime
    live_since: datetime | None
    rules: tuple[RuleRow, ...]
    lines: tuple[Line, ...]


def list_rulesets(*, now: datetime) -> RulesetList:
    """Every ruleset; three queries."""
    active = _active(now)
    live = _live_versions(active)
    versions = RulesetVersion.objects.annotate(rules_number=Count("rules"))
    found: dict[int, list[VersionRow]] = {}
    for row in versions.defer("source", "plan", "template").order_by("-pk"):
        found.setdefault(row.ruleset_id, []).append(
            VersionRow(
                uuid=row.uuid,
                version=row.version,
                rules=row.rules_number,
                published_at=row.published_at,
                live_since=active.live_from if active and row.pk in live else None,
            )
        )
    return RulesetList(
        rows=tuple(
            RulesetRow(row.key, row.title, row.owner, row.why, tuple(found.get(row.pk, ())))
            for row in Ruleset.objects.order_by("key")
        ),
        live=LiveBundle(active.bundle.digest, active.live_from, active.why) if active else None,
    )


def get_version_page(uuid: UUID, *, now: datetime) -> VersionPage | None:
    """A version with its text; None when there is none such. Three queries."""
    row = RulesetVersion.objects.select_related("ruleset").filter(uuid=uuid).first()
    if row is None:
        return None
    active = _active(now)
    rules = Rule.objects.filter(version=row).defer("tree").order_by("position")
    plan = decode_plan(bytes(row.plan))
    spans = [rule.when_span for rule in plan.rules] + [each.span for each in plan.variables]
    return VersionPage(
        ruleset=row.ruleset.key,
        title=row.ruleset.title,
        owner=row.ruleset.owner,
        why=row.ruleset.why,
        version=row.version,
        path=row.path,
        digest=row.source_digest,
        plan_digest=row.plan_digest,
        published_at=row.published_at,
        live_since=active.live_from if active and row.pk in _live_versions(active) else None,
        rules=tuple(RuleRow(each.key, each.title, each.effect, each.span[0]) for each in rules),
        lines=plain_text_lines(Source(row.path, row.source), spans),
    )


def _active(now: datetime) -> Activation | None:
    found = Activation.objects.filter(live_from__lte=now).order_by("-live_from", "-pk")
    return found.select_related("bundle").defer("bundle__content").first()


def _live_versions(active: Activation | None) -> set[int]:
    return set(active.bundle.versions.values_list("pk", flat=True)) if active else set()
