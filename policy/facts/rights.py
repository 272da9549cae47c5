"""Who has which right in tracks on a day: what money is shared out by.

Read for thousands of tracks at a time, without the names of parties.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Min, Q

from policy.facts.batch import Holding, grouped
from policy.facts.document import Dispute
from policy.facts.payouts import UNMATCHED
from policy.models import Dispute as Row
from policy.models import Obligation, PayoutLine, Share

WORLDWIDE = "Worldwide"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """That a rule on a track as delivered holds its payouts: of a layer (empty: of all), in
    territories (None: everywhere)."""

    rule: str
    territories: tuple[str, ...] | None
    layer: str


def holdings_on(day: date, tracks: Sequence[int]) -> Mapping[int, list[Holding]]:
    """Shares that hold on a day, by track, in the order in which they came. One query."""
    from_then = Q(valid_from=None) | Q(valid_from__lte=day)
    until_then = Q(valid_until=None) | Q(valid_until__gt=day)
    rows = Share.objects.filter(from_then, until_then, track__in=tracks).order_by("pk").values_list(
        "track", "party", "layer", "basis_points", "territories", "excluded_territories",
        "valid_from", "valid_until",
    )  # fmt: skip
    return grouped((row[0], Holding(row[1], "", *row[2:])) for row in rows)


def disputes_open(tracks: Sequence[int]) -> Mapping[int, list[Dispute]]:
    """Open disputes by track, oldest first. One query."""
    rows = Row.objects.filter(track__in=tracks, closed_at=None).order_by("opened_at", "pk")
    return grouped(
        (
            row.track_id,
            Dispute(
                kind=row.kind,
                layer=row.layer,
                territory=row.territory,
                opened_at=row.opened_at.astimezone(UTC),
                finding_at=row.finding_at.astimezone(UTC),
                answered=row.answered_at is not None,
            ),
        )
        for row in rows
    )


def unmatched_since(tracks: Sequence[int], *, before: date) -> Mapping[int, datetime]:
    """Since when money of a track waits for an owner to be known, by track. One query.

    It is the end of the earliest period of a pool that still holds some. Only pools of earlier
    periods count, so that a pool which is run again finds what it found before.
    """
    rows = PayoutLine.objects.filter(
        track__in=tracks,
        hold=UNMATCHED,
        run__corrected_by=None,
        run__pool__period_until__lte=before,
    )
    found = rows.order_by().values_list("track").annotate(Min("run__pool__period_until"))
    return {track: datetime.combine(day, time.min, UTC) for track, day in found}


def held_back(tracks: Sequence[int], *, but: Collection[str]) -> Mapping[int, list[HeldBack]]:
    """The duties to hold payouts that stand with the latest decisions on tracks, by track; those of
    the rulesets `but` are left out. One query."""
    rows = Obligation.objects.filter(
        do="hold_payout",
        state__in=(Obligation.State.OPEN, Obligation.State.ACKNOWLEDGED, Obligation.State.OVERDUE),
        decision__track__in=tracks,
    ).exclude(finding__ruleset__in=but)
    columns = ("decision__track", "finding__rule_key", "finding__territories", "details")
    return grouped(
        (track, HeldBack(rule, None if where is None else tuple(where), details.get("layer", "")))
        for track, rule, where, details in rows.order_by("pk").values_list(*columns)
    )


def holders_in(
    rows: Sequence[Holding], layer: str, code: str
) -> tuple[tuple[int, int | None], ...]:
    """Parties with their basis points of a layer in a territory, in the order of their ids.

    Worldwide means the shares that name no territories. Several shares of a party are one; unknown
    ones make it unknown.
    """
    found: dict[int, int | None] = {}
    for row in rows:
        if row.layer == layer and _holds_in(row, code):
            before, share = found.get(row.party_id, 0), row.basis_points
            found[row.party_id] = None if before is None or share is None else before + share
    return tuple(sorted(found.items()))


def _holds_in(row: Holding, code: str) -> bool:
    if code == WORLDWIDE:
        return not row.territories
    return code not in row.excluded and (not row.territories or code in row.territories)
