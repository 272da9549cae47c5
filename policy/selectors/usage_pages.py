"""Uses of tracks by AI as pages: who used what, what was answered, and what stood against it.

The licensee and staff see a use whole. Whoever only sees a track that it drew on sees that it took
place, and their own tracks in it; its plan, its query and its other tracks are the licensee's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from policy.models import Effect, Notice, Reliance, Track, Usage, UsageCheck
from policy.selectors.answers import AnswerGroup, answer_groups
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.people import Named
from policy.selectors.usage_tracks import UsedTrack, used_tracks
from policy.selectors.usages import payees_of
from policy.selectors.visibility import (
    User,
    sight_of,
    tracks_visible_to,
    usages_visible_to,
)

SHOWN = 20
"""Earlier checks, and notices, that a page lists, the newest ones."""


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """Which uses; an empty field asks nothing."""

    kind: str = ""
    stage: str = ""
    licensee: UUID | None = None
    track: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """Tracks that were answered with an effect."""

    effect: str
    count: int


@dataclass(frozen=True, slots=True)
class CheckHead:
    """One answer to "may I?" for all tracks of a use."""

    uuid: UUID
    as_of: datetime
    known_at: datetime
    checked_at: datetime
    tracks: int
    counts: tuple[AnswerCount, ...]
    bundle: str
    digest: str

    @property
    def worst(self) -> str:
        """The strictest answer that any track got."""
        return next((found.effect for found in self.counts if found.count), Effect.ALLOW)


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A use in a list. `whole` tells whether the login sees it whole; else reference, tracks and
    units are not told."""

    uuid: UUID
    licensee: Named
    reference: str
    kind: str
    stage: str
    stage_words: str
    model: str
    model_version: str
    territories: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None
    tracks: int
    units: int
    output: str
    registered_at: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """That somebody was told of something; `to` is the party or account."""

    uuid: UUID
    kind: str
    kind_words: str
    to: str
    text: str
    due_at: datetime | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class UsagePage:
    """A use with its last answer, its tracks, and what it relied on."""

    row: UsageRow
    research: bool
    query: tuple[tuple[str, str], ...]
    artificial_units: int
    attribution_method: str
    output_track: UUID | None
    check: CheckHead | None
    groups: tuple[AnswerGroup, ...]
    groups_bounded: bool
    earlier: tuple[CheckHead, ...]
    relied: int
    tracks: Page[UsedTrack]
    notices: tuple[NoticeRow, ...]
    payees: tuple[str, ...]


def list_usages(user: User, asked: UsageAsked, place: Place, *, size: int) -> Page[UsageRow]:
    """The uses that the login may see, newest first; one query beside the login's own."""
    rows = _asked(usages_visible_to(user), asked).select_related("licensee", "output_track")
    page = keyset_page(rows, place, size=size)
    return page.map(lambda row: usage_row(user, row))


def list_usages_of(user: User, track: UUID, place: Place, *, size: int) -> Page[UsageRow] | None:
    """The uses that drew on a track, newest first; None when the login sees no such track."""
    found = tracks_visible_to(user).filter(uuid=track).first()
    return list_usages(user, UsageAsked(track=track), place, size=size) if found else None


def get_usage_page(user: User, uuid: UUID, place: Place, *, size: int) -> UsagePage | None:
    """The page of a use with its tracks at `place`; None when the login sees none such.

    At most sixteen queries.
    """
    rows = usages_visible_to(user).filter(uuid=uuid)
    usage = rows.select_related("licensee", "output_track").first()
    if usage is None:
        return None
    row = usage_row(user, usage)
    checks = _checks(usage)
    last = checks[0] if checks else None
    groups = answer_groups(last) if row.whole and last else ()
    told = sum(group.tracks for group in groups)
    return UsagePage(
        row=row,
        research=usage.research,
        query=_query(usage) if row.whole else (),
        artificial_units=usage.artificial_units if row.whole else 0,
        attribution_method=usage.attribution_method,
        output_track=_output_track(user, usage),
        check=_check_head(last) if row.whole and last else None,
        groups=groups,
        groups_bounded=row.whole and last is not None and told < last.tracks,
        earlier=tuple(map(_check_head, checks[1:])) if row.whole else (),
        relied=Reliance.objects.filter(usage_check=last).count() if row.whole and last else 0,
        tracks=used_tracks(user, usage, last, place, size=size, whole=row.whole),
        notices=_notices(usage) if row.whole else (),
        payees=payees_of(usage) if sight_of(user).everything and row.output else (),
    )


def usages_of_track(user: User, track: Track) -> tuple[UsageRow, ...]:
    """The newest uses that took place and drew on a track which the login sees; one query.

    Staff and licensees also see those that are planned.
    """
    rows = usages_visible_to(user).filter(attributions__track=track)
    found = rows.select_related("licensee", "output_track").order_by("-pk")[: SHOWN + 1]
    return tuple(usage_row(user, row) for row in found)


def usage_row(user: User, usage: Usage) -> UsageRow:
    """A row with its licensee and output track, as this login sees it."""
    sight = sight_of(user)
    whole = sight.everything or usage.licensee_id in sight.parties
    output = usage.output_track.title if usage.output_track else usage.output_reference
    return UsageRow(
        uuid=usage.uuid,
        licensee=Named(usage.licensee.uuid, usage.licensee.name),
        reference=usage.reference if whole else "",
        kind=usage.kind,
        stage=usage.stage,
        stage_words=usage.get_stage_display(),
        model=usage.model,
        model_version=usage.model_version,
        territories=tuple(usage.territories),
        starts_at=usage.starts_at,
        ends_at=usage.ends_at,
        tracks=usage.tracks if whole else 0,
        units=usage.units if whole else 0,
        output=output,
        registered_at=usage.registered_at,
        whole=whole,
    )


def notice_row(notice: Notice) -> NoticeRow:
    """A notice with its party and account."""
    to = notice.party or notice.account
    return NoticeRow(
        uuid=notice.uuid,
        kind=notice.kind,
        kind_words=notice.get_kind_display(),
        to=to.name if to else "",
        text=notice.text,
        due_at=notice.due_at,
        sent_at=notice.sent_at,
    )


def _asked(rows: QuerySet[Usage], asked: UsageAsked) -> QuerySet[Usage]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.licensee:
        rows = rows.filter(licensee__uuid=asked.licensee)
    return rows.filter(attributions__track__uuid=asked.track) if asked.track else rows


def _checks(usage: Usage) -> list[UsageCheck]:
    rows = UsageCheck.objects.filter(usage=usage).select_related("bundle")
    rows = rows.order_by("-reported", "-known_at", "-pk")
    return list(rows.defer("bundle__content")[: SHOWN + 1])


def _check_head(check: UsageCheck) -> CheckHead:
    counts = {effect: int(check.counts.get(effect, 0)) for effect in reversed(Effect.values)}
    return CheckHead(
        uuid=check.uuid,
        as_of=check.as_of,
        known_at=check.known_at,
        checked_at=check.checked_at,
        tracks=check.tracks,
        counts=tuple(AnswerCount(effect, count) for effect, count in counts.items()),
        bundle=check.bundle.digest,
        digest=check.digest,
    )


def _query(usage: Usage) -> tuple[tuple[str, str], ...]:
    """How tracks were chosen, for people."""

    def words(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    if usage.query.get("all"):
        return (("tracks", "the whole catalogue"),)
    said = sorted(usage.query.items())
    return tuple((str(name), words(value)) for name, value in said if value)


def _output_track(user: User, usage: Usage) -> UUID | None:
    """The output as a page that the login has."""
    seen = tracks_visible_to(user).filter(pk=usage.output_track_id or 0)
    return usage.output_track.uuid if usage.output_track and seen.exists() else None


def _notices(usage: Usage) -> tuple[NoticeRow, ...]:
    rows = Notice.objects.filter(usage=usage).select_related("party", "account").order_by("-pk")
    return tuple(map(notice_row, rows[:SHOWN]))
