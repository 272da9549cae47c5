"""Pages on rulesets: what decides since when, and each published version with its text.

Every login may read what is published: decisions quote it. Who published or activated it and
why, and how often its rules matched over everybody's tracks, is for staff.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery

from policy.lang.plan import decode_plan
from policy.lang.source import Source
from policy.models import Activation, Finding, Rule, Ruleset, RulesetVersion
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.rule_text import Line, plain_text_lines
from policy.selectors.visibility import User, sight_of

PAGE = 20
"""Activations on a page."""

COUNTED = 1_000
"""Findings of a rule that are counted; beyond, a page says `1,000+`."""


_NAME = re.compile(r"[0-9A-Za-z.-]{1,40}")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version; `live_since` when it decides now."""

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
class VersionName:
    """A version by the names in its address."""

    ruleset: str
    version: str


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """That a bundle became, or will become, live. `by` and `why` are empty for those who are not
    staff, and `by` is empty too when a program did it."""

    uuid: UUID
    digest: str
    live_from: datetime
    recorded_at: datetime
    is_live: bool
    is_planned: bool
    versions: tuple[VersionName, ...]
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class RulesetList:
    """All rulesets, the activation in force (None before the first), and a page of them all."""

    rulesets: tuple[RulesetRow, ...]
    live: ActivationRow | None
    activations: Page[ActivationRow]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a version and the line at which it starts.

    `matched` counts the decisions in which it matched, and `unclear` those in which it could not
    be evaluated, among COUNTED of them; `more` tells that there are others. None for those who are
    not staff.
    """

    rule: str
    title: str
    effect: str
    line: int
    matched: int | None
    unclear: int | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its whole text. `others` are the ruleset's other versions, newest first."""

    ruleset: str
    title: str
    owner: str
    why: str
    version: str
    path: str
    digest: str
    plan_digest: str
    published_at: datetime
    published_by: str
    live_since: datetime | None
    rules: tuple[RuleRow, ...]
    lines: tuple[Line, ...]
    others: tuple[VersionName, ...]


class _Bounded(Subquery):
    """How many rows of a limited query have a status; `status` is a word of our own."""

    template = (
        "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded WHERE bounded.status = '%(status)s')"
    )
    output_field = IntegerField()


def list_rulesets(user: User, place: Place, *, now: datetime) -> RulesetList:
    """Every ruleset, and the page at `place` of activations; six queries beside the login's."""
    staff = sight_of(user).everything
    active = _with_versions(Activation.objects.filter(live_from__lte=now))
    live = active.order_by("-live_from", "-pk").first()
    page = keyset_page(_with_versions(Activation.objects.all()), place, size=PAGE)
    return RulesetList(
        rulesets=_rulesets(live),
        live=_activation(live, live, staff, now) if live else None,
        activations=page.map(lambda row: _activation(row, live, staff, now)),
    )


def find_version(uuid: UUID) -> VersionName | None:
    """The names of the version with that uuid; None when there is none. One query."""
    found = RulesetVersion.objects.filter(uuid=uuid).values_list("ruleset__key", "version").first()
    return VersionName(*found) if found else None


def get_version_source(key: str, version: str) -> str | None:
    """The text of a version as it was published; None when there is none. One query."""
    return _named(key, version).values_list("source", flat=True).first()


def get_version_page(user: User, key: str, version: str, *, now: datetime) -> VersionPage | None:
    """A version with its text; None when there is none. Four queries beside the login's own."""
    found = _named(key, version).select_related("ruleset", "published_by")
    row = found.defer("template").first()
    if row is None:
        return None
    staff = sight_of(user).everything
    plan = decode_plan(bytes(row.plan))
    spans = [rule.when_span for rule in plan.rules] + [each.span for each in plan.variables]
    others = RulesetVersion.objects.filter(ruleset=row.ruleset_id).exclude(pk=row.pk)
    names = others.order_by("-pk").values_list("ruleset__key", "version")
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
        published_by=row.published_by.get_username() if staff and row.published_by else "",
        live_since=_live_since(row, now),
        rules=_rules(row, counted=staff),
        lines=plain_text_lines(Source(row.path, row.source), spans),
        others=tuple(VersionName(*name) for name in names),
    )


def _named(key: str, version: str) -> QuerySet[RulesetVersion]:
    """The version of that name; a name that no version can have is not asked for."""
    if not _NAME.fullmatch(version):
        return RulesetVersion.objects.none()
    return RulesetVersion.objects.filter(ruleset__key=key, version=version)


def _with_versions(rows: QuerySet[Activation]) -> QuerySet[Activation]:
    """Activations with what `_activation` reads; one query more for the versions."""
    versions = RulesetVersion.objects.select_related("ruleset").order_by("ruleset__key")
    light = versions.only("version", "ruleset__key")
    return (
        rows.select_related("bundle", "activated_by")
        .defer("bundle__content")
        .prefetch_related(Prefetch("bundle__versions", queryset=light))
    )


def _activation(
    row: Activation, live: Activation | None, staff: bool, now: datetime
) -> ActivationRow:
    return ActivationRow(
        uuid=row.uuid,
        digest=row.bundle.digest,
        live_from=row.live_from,
        recorded_at=row.recorded_at,
        is_live=live is not None and row.pk == live.pk,
        is_planned=row.live_from > now,
        versions=tuple(
            VersionName(version.ruleset.key, version.version)
            for version in row.bundle.versions.all()
        ),
        by=row.activated_by.get_username() if staff and row.activated_by else "",
        why=row.why if staff else "",
    )


def _rulesets(live: Activation | None) -> tuple[RulesetRow, ...]:
    """Every ruleset with its versions; two queries when `live` has its versions at hand."""
    deciding = {version.pk for version in live.bundle.versions.all()} if live else set()
    versions = RulesetVersion.objects.annotate(rules_number=Count("rules"))
    found: dict[int, list[VersionRow]] = {}
    for row in versions.only("version", "ruleset_id", "published_at").order_by("-pk"):
        found.setdefault(row.ruleset_id, []).append(
            VersionRow(
                version=row.version,
                rules=row.rules_number,
                published_at=row.published_at,
                live_since=live.live_from if live and row.pk in deciding else None,
            )
        )
    return tuple(
        RulesetRow(row.key, row.title, row.owner, row.why, tuple(found.get(row.pk, ())))
        for row in Ruleset.objects.order_by("key")
    )


def _live_since(version: RulesetVersion, now: datetime) -> datetime | None:
    """Since when the activation in force has had this version; None when it has not."""
    in_force = Activation.objects.filter(live_from__lte=now).order_by("-live_from", "-pk")
    latest = Activation.objects.filter(pk=Subquery(in_force.values("pk")[:1]))
    found = latest.filter(bundle__versions=version).values_list("live_from", flat=True)
    return found.first()


def _rules(version: RulesetVersion, *, counted: bool) -> tuple[RuleRow, ...]:
    """The rules in the order of the file; one query."""
    rows = Rule.objects.filter(version=version).defer("tree").order_by("position")
    if not counted:
        return tuple(
            RuleRow(row.key, row.title, row.effect, row.span[0], None, None) for row in rows
        )
    status = Finding.Status
    rows = rows.annotate(matched=_times(status.MATCHED), unclear=_times(status.INDETERMINATE))
    return tuple(_counted(row, row.matched, row.unclear) for row in rows)


def _counted(row: Rule, matched: int, unclear: int) -> RuleRow:
    more = matched + unclear > COUNTED
    matched = min(matched, COUNTED)
    return RuleRow(row.key, row.title, row.effect, row.span[0], matched, unclear, more)


def _times(status: str) -> _Bounded:
    """How often a rule came to a status, among the first findings just beyond COUNTED."""
    found = Finding.objects.filter(rule=OuterRef("pk")).order_by()
    return _Bounded(found.values("status")[: COUNTED + 1], status=str(status))
