"""Questions asked backwards: what a track was used for, what an output was made of, who used what
of a party. For staff, and for doors that have asked who may see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from policy.models import (
    Attribution,
    Party,
    PayoutLine,
    Share,
    Track,
    Usage,
    UsageCheck,
    UsageDecision,
)
from policy.selectors.usage_answers import answer_of
from policy.selectors.visibility import took_place


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered about a track in a use: its strictest effect, and the layers against it."""

    effect: str
    layers: tuple[str, ...]
    decision_uuid: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class UseOfTrack:
    """A use that drew on a track. `weight` and `confidence` are millionths, None where no method
    gave them; `answer` is None where none is on record."""

    usage: Usage
    weight: int | None
    confidence: int | None
    answer: Answered | None


@dataclass(frozen=True, slots=True)
class Source:
    """A track that an output drew on, with its record label and its owners by layer."""

    track: Track
    weight: int | None
    record_label: str
    owners: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What an output was made of by one use, and who is paid for it so far."""

    usage: Usage
    sources: tuple[Source, ...]
    unattributed: int
    payees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedOfParty:
    """What a licensee used of a party's tracks in one way. `territories` none is everywhere."""

    licensee: str
    kind: str
    model: str
    model_version: str
    territories: tuple[str, ...]
    uses: int
    tracks: int
    first_at: datetime
    last_at: datetime


def uses_of_track(track: Track, *, limit: int = 100) -> tuple[UseOfTrack, ...]:
    """The uses that drew on a track, the latest first, each with its answer."""
    rows = Attribution.objects.filter(track=track).select_related("usage__licensee")
    found = list(rows.order_by("-usage__starts_at", "-usage_id")[:limit])
    checks = _checks([row.usage_id for row in found])
    return tuple(
        UseOfTrack(
            row.usage, row.weight, row.confidence, _answered(checks.get(row.usage_id), track)
        )
        for row in found
    )


def made_of(
    *, output: Track | None = None, reference: str = "", limit: int = 1_000
) -> tuple[MadeOf, ...]:
    """What an output, a track of the catalogue or one known by its licensee's reference, was made
    of: of each use its heaviest sources."""
    which = Q(output_track=output) if output else Q(output_reference=reference)
    rows = Usage.objects.filter(which).select_related("licensee").order_by("starts_at", "pk")
    return tuple(_made(usage, limit) for usage in rows)


def payees_of(usage: Usage, *, limit: int = 1_000) -> tuple[str, ...]:
    """Who is paid so far for the heaviest sources of a use; two queries."""
    heaviest = F("weight").desc(nulls_last=True)
    rows = Attribution.objects.filter(usage=usage).order_by(heaviest, "track_id")
    return _payees(usage, list(rows[:limit]))


def used_of_party(party: Party, *, limit: int = 100) -> tuple[UsedOfParty, ...]:
    """Who used tracks in which a party has a share, how and where; the latest first. One query."""
    rows = (
        _drawn_from(party)
        .order_by()
        .values_list(
            "usage__licensee__name",
            "usage__kind",
            "usage__model",
            "usage__model_version",
            "usage__territories",
        )
        .annotate(
            Count("usage", distinct=True),
            Count("track", distinct=True),
            Min("usage__starts_at"),
            latest=Max("usage__starts_at"),
        )
        .order_by("-latest")
    )
    return tuple(_used(*row) for row in rows[:limit])


def latest_check(usage: Usage) -> UsageCheck | None:
    """The answer of a use that counts: what took place has one, else the one that knew most."""
    return _checks([usage.pk]).get(usage.pk)


def _used(
    licensee: str, kind: str, model: str, version: str, territories: Sequence[str],
    uses: int, tracks: int, first_at: datetime, last_at: datetime,
) -> UsedOfParty:  # fmt: skip
    where = tuple(territories)
    return UsedOfParty(licensee, kind, model, version, where, uses, tracks, first_at, last_at)


def _drawn_from(party: Party) -> QuerySet[Attribution]:
    own = Share.objects.filter(party=party).values("track")
    return Attribution.objects.filter(track__in=own).filter(took_place("usage__"))


def _checks(usage_ids: Sequence[int]) -> dict[int, UsageCheck]:
    rows = UsageCheck.objects.filter(usage__in=usage_ids).order_by("reported", "known_at", "pk")
    return {row.usage_id: row for row in rows}


def _answered(check: UsageCheck | None, track: Track) -> Answered | None:
    row = answer_of(check, track.pk) if check else None
    if check is None or row is None:
        return None
    decision = UsageDecision.objects.defer("trace", "rules").get(pk=row[1])
    layers = tuple(sorted({layer for layer, *_ in decision.blocking if layer}))
    return Answered(decision.effect, layers, str(decision.uuid), check.as_of)


def _made(usage: Usage, limit: int) -> MadeOf:
    rows = Attribution.objects.filter(usage=usage).select_related("track__release")
    heaviest = F("weight").desc(nulls_last=True)
    found = list(rows.order_by(heaviest, "track_id")[:limit])
    owners = _owners([row.track_id for row in found])
    sources = tuple(
        Source(row.track, row.weight, row.track.release.record_label, tuple(owners[row.track_id]))
        for row in found
    )
    told = rows.aggregate(told=Sum("weight"))["told"] or 0
    return MadeOf(usage, sources, 1_000_000 - told if told else 0, _payees(usage, found))


def _owners(track_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Layer and name of each owner, by track."""
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Share.objects.filter(track__in=track_ids).order_by("track", "layer", "pk")
    for track, layer, name in rows.values_list("track", "layer", "party__name"):
        found[track].append((layer, name))
    return found


def _payees(usage: Usage, drawn: Sequence[Attribution]) -> tuple[str, ...]:
    """Who has a line that is paid for these tracks in a run, still standing, of the licensee."""
    lines = PayoutLine.objects.filter(
        track__in=[row.track_id for row in drawn],
        kind=usage.kind,
        status=PayoutLine.Status.PAYABLE,
        run__pool__licensee=usage.licensee_id,
        run__corrected_by=None,
        party__isnull=False,
    )
    names = lines.order_by("party__name").values_list("party__name", flat=True).distinct()
    return tuple(name for name in names if name)
