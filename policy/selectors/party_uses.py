"""What of a party's works was used by AI, by whom and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from policy.models import Attribution, Involvement, Party, Usage
from policy.selectors.people import Named
from policy.selectors.visibility import took_place

NEWEST = 1_000
"""Uses that are looked at, the newest ones."""


@dataclass(frozen=True, slots=True)
class PartyUse:
    """The uses of one kind by one licensee and model. No territories are worldwide."""

    licensee: Named
    kind: str
    model: str
    model_version: str
    usages: int
    territories: tuple[str, ...]
    last: UUID
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PartyUses:
    """What was used of a party's works; `bounded` tells that only the newest uses were counted."""

    rows: tuple[PartyUse, ...]
    bounded: bool


def uses_of_party(party: Party) -> PartyUses:
    """What took place and drew on a track of the party, the most frequent first; one query."""
    tracks = Involvement.objects.filter(party=party).order_by().values("track")
    drawn = Attribution.objects.filter(track__in=tracks).values("usage")
    rows = Usage.objects.filter(took_place(), pk__in=drawn)
    found = list(rows.select_related("licensee").order_by("-pk")[: NEWEST + 1])
    groups = groupby(sorted(found[:NEWEST], key=_group), key=_group)
    summed = (_use(tuple(usages)) for _, usages in groups)
    ordered = sorted(summed, key=lambda use: (-use.usages, use.licensee.name, use.kind))
    return PartyUses(tuple(ordered), bounded=len(found) > NEWEST)


def _group(usage: Usage) -> tuple[int, str, str, str]:
    return (usage.licensee_id, usage.kind, usage.model, usage.model_version)


def _use(usages: tuple[Usage, ...]) -> PartyUse:
    """Sum up uses of one group, the newest first."""
    newest = usages[0]
    return PartyUse(
        licensee=Named(newest.licensee.uuid, newest.licensee.name),
        kind=newest.kind,
        model=newest.model,
        model_version=newest.model_version,
        usages=len(usages),
        territories=_territories(usages),
        last=newest.uuid,
        first_at=min(usage.starts_at for usage in usages),
        last_at=max(usage.starts_at for usage in usages),
    )


def _territories(usages: Iterable[Usage]) -> tuple[str, ...]:
    listed = [tuple(usage.territories) for usage in usages]
    return tuple(sorted({code for codes in listed for code in codes})) if all(listed) else ()
