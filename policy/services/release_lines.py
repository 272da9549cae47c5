"""Who gets how much of money that nobody claimed: as pools of its period paid, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from policy.accounting.accounts import payable
from policy.accounting.allotment import EarningsDiffer
from policy.accounting.earnings import FINE
from policy.accounting.scheme import Key
from policy.models import PayoutLine, Pool
from policy.services.bulk import batched, copy_rows
from policy.services.ledger_accounts import accounts_open

CHUNK = 10_000
"""Lines that are read and written at a time."""

_COLUMNS = (
    "run_id", "position", "track_id", "party_id", "account_id", "decision_id", "kind", "layer",
    "territory", "basis", "units", "weight", "basis_points", "gross", "deducted", "net", "status",
    "hold",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """What a line of the market weighs and gets, in millionths of the minor unit."""

    track: int
    party: int
    decision: int
    kind: str
    layer: str
    territory: str
    weight: int
    net: int


def market_of(pool: Pool) -> dict[int, int]:
    """What pools of the same currency within a pool's period paid to each party, in millionths of
    the minor unit."""
    rows = _paid(pool).order_by().values_list("party").annotate(paid=Sum("net"))
    return {party: int(paid) for party, paid in rows if party is not None and paid > 0}


def lines_write(
    *, run: int, of: Pool, parts: Mapping[int, int], market: Mapping[int, int], at: datetime
) -> int:
    """Write the lines of a run, whose row follows: a part of each line of the market, so that they
    add up to the `parts` (minor units by party); how many there are."""
    names = [(payable(party), of.currency) for party, part in parts.items() if part]
    accounts = {name.party: id for (name, _), id in accounts_open(names=names, at=at).items()}
    count = 0
    for some in batched(_divided(of, parts, market), CHUNK):
        rows = [
            (
                run, position, each.track, each.party, accounts[each.party], each.decision,
                each.kind, each.layer, each.territory, Key.MARKET_SHARE, 0, each.weight, None,
                each.net, 0, each.net, PayoutLine.Status.PAYABLE, "",
            )
            for position, each in enumerate(some, start=count + 1)
        ]  # fmt: skip
        copy_rows(PayoutLine, _COLUMNS, rows)
        count += len(rows)
    return count


def _paid(pool: Pool) -> QuerySet[PayoutLine]:
    """Lines of the market; what follows it is no part of it."""
    return PayoutLine.objects.filter(
        status=PayoutLine.Status.PAYABLE,
        run__corrected_by=None,
        run__pool__currency=pool.currency,
        run__pool__period_from__gte=pool.period_from,
        run__pool__period_until__lte=pool.period_until,
    ).exclude(basis=Key.MARKET_SHARE)


def _divided(of: Pool, parts: Mapping[int, int], market: Mapping[int, int]) -> Iterator[_Part]:
    """Each line of the market, what it weighs and what it gets; differences of sums that are
    rounded down, so that those of a party add up to its part. Raises EarningsDiffer."""
    counted: dict[int, int] = defaultdict(int)
    rows = _paid(of).filter(party__in=[party for party, part in parts.items() if part])
    columns = ("track", "party", "decision", "kind", "layer", "territory", "net")
    for *told, net in rows.order_by("track", "pk").values_list(*columns).iterator(CHUNK):
        track, party, decision, kind, layer, territory = told
        before = counted[party]
        counted[party] += net
        whole = parts[party] * FINE
        got = whole * counted[party] // market[party] - whole * before // market[party]
        if got:
            yield _Part(track, party, decision, kind, layer, territory, net, got)
    if any(counted[party] != market[party] for party, part in parts.items() if part):
        raise EarningsDiffer("a pool was run again meanwhile: release anew")
