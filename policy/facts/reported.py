"""Reported uses by AI, added up in the database: what a pool pays for.

A million uses come to one row for each track, kind and set of territories. What was found
artificial is taken out; a use of nothing but artificial units adds nothing to weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, Sum

from policy.models import Attribution, PayoutLine, Usage

MILLION = 1_000_000
"""Weights of attributions are millionths of a use."""

MARKET_SHARE = "market_share"
"""Basis of lines that follow what other pools pay."""

TRAINING = ("train_generative", "fine_tune")
"""Uses by which a model learns: what later outputs drew on when no method of attribution tells."""

FETCHED = 5_000
"""Rows fetched at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which uses: of a licensee, of kinds, that began in a period whose end is exclusive. Empty
    model and version are any."""

    licensee: int
    kinds: tuple[str, ...]
    starts: datetime | None
    ends: datetime
    model: str = ""
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """Uses of one kind in the same territories (none: worldwide) that drew on a track.

    `weight` is what is attributed to the track, in millionths of a unit; `attributed` whether any
    method said so. Artificial units are in `units` and not in `weight`.
    """

    track: int
    kind: str
    territories: tuple[str, ...]
    units: int
    artificial: int
    weight: int
    attributed: bool


@dataclass(frozen=True, slots=True)
class Unattributed:
    """Uses of one kind in the same territories, of which a part is attributed to no track:
    `weight` millionths of a unit."""

    kind: str
    territories: tuple[str, ...]
    units: int
    artificial: int
    weight: int


def reported(wanted: Wanted) -> Iterator[Reported]:
    """Uses by track, in the order of tracks' ids. One query, read as it is asked for."""
    rows = Attribution.objects.filter(_condition(wanted, "usage__"))
    rows = rows.order_by("track_id", "usage__kind", "usage__territories")
    grouped = rows.values_list("track_id", "usage__kind", "usage__territories").annotate(
        all_units=Sum("usage__units"),
        artificial=Sum("usage__artificial_units"),
        weighed=Sum(_whole(_net("usage__") * F("weight"))),
        methods=Count("weight"),
    )
    _read_to_the_end()
    for track, kind, territories, units, artificial, weight, weights in grouped.iterator(FETCHED):
        yield Reported(
            track, kind, tuple(territories), int(units), int(artificial), int(weight or 0),
            weights > 0,
        )  # fmt: skip


def unattributed(wanted: Wanted) -> list[Unattributed]:
    """What no track has a weight of, by kind and territories; where that is nothing, no row.

    Two queries.
    """
    weighed = Attribution.objects.filter(_condition(wanted, "usage__")).order_by()
    weights = weighed.values_list("usage__kind", "usage__territories").annotate(
        weighed=Sum(_whole(_net("usage__") * F("weight")))
    )
    taken = {(kind, tuple(where)): int(weight or 0) for kind, where, weight in weights}
    left = (
        replace(row, weight=row.weight - taken.get((row.kind, row.territories), 0))
        for row in totals(wanted)
    )
    return [row for row in left if row.weight]


def totals(wanted: Wanted) -> list[Unattributed]:
    """All uses by kind and territories, whatever is attributed of them. One query."""
    uses = Usage.objects.filter(_condition(wanted)).order_by("kind", "territories")
    grouped = uses.values_list("kind", "territories").annotate(
        all_units=Sum("units"), artificial=Sum("artificial_units")
    )
    return [
        Unattributed(
            kind,
            tuple(where),
            int(units),
            int(artificial),
            (int(units) - int(artificial)) * MILLION,
        )
        for kind, where, units, artificial in grouped
    ]


def trained_on(wanted: Wanted) -> Wanted:
    """The uses by which the licensee's model learned, up to the end of the period."""
    return Wanted(wanted.licensee, TRAINING, None, wanted.ends, wanted.model, wanted.model_version)


def units_of(wanted: Wanted) -> Iterator[tuple[int, int]]:
    """Each track that uses drew on with the units that are not artificial, in the order of ids."""
    rows = Attribution.objects.filter(_condition(wanted, "usage__")).order_by("track_id")
    units = rows.values_list("track_id").annotate(net=Sum(_net("usage__")))
    return ((track, int(count)) for track, count in units.iterator(FETCHED))


def market_of(currency: str, since: date, until: date, *, but: int) -> Iterator[tuple[int, int]]:
    """Each track with what pools of a period pay for it, in millionths of the minor unit, in the
    order of ids. The pool `but` is left out, and so are those that follow the market themselves: it
    would depend on which was run first."""
    rows = PayoutLine.objects.filter(
        status=PayoutLine.Status.PAYABLE,
        run__corrected_by=None,
        run__pool__currency=currency,
        run__pool__period_from__gte=since,
        run__pool__period_until__lte=until,
    ).exclude(Q(run__pool=but) | Q(basis=MARKET_SHARE))
    paid = rows.order_by("track_id").values_list("track_id").annotate(paid=Sum("net"))
    return ((track, int(net)) for track, net in paid.iterator(FETCHED) if net > 0)


def _read_to_the_end() -> None:
    """Have PostgreSQL plan the cursors of this transaction for all of their rows. It plans them for
    the first ones otherwise, which takes several times as long for the whole."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")


def _condition(wanted: Wanted, prefix: str = "") -> Q:
    terms: dict[str, object] = {
        "licensee": wanted.licensee,
        "stage": Usage.Stage.REPORTED,
        "kind__in": wanted.kinds,
        "starts_at__lt": wanted.ends,
    }
    if wanted.starts is not None:
        terms["starts_at__gte"] = wanted.starts
    if wanted.model:
        terms["model"] = wanted.model
    if wanted.model_version:
        terms["model_version"] = wanted.model_version
    return Q(**{prefix + name: value for name, value in terms.items()})


def _net(prefix: str) -> ExpressionWrapper[Any]:
    return _whole(F(f"{prefix}units") - F(f"{prefix}artificial_units"))


def _whole(expression: Any) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(expression, output_field=BigIntegerField())
