"""The list of deliveries: a page of it, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Subquery

from policy.models import Delivery
from policy.selectors.decision_search import Place
from policy.selectors.deliveries import DeliveryRow, deliveries_visible_to, delivery_row
from policy.selectors.visibility import User

PAGE = 50
"""Deliveries on a page."""


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A page of deliveries; `newer` and `older` tell whether a page lies on that side."""

    rows: tuple[DeliveryRow, ...]
    newer: bool
    older: bool


def list_deliveries(user: User, place: Place) -> DeliveryList:
    """The page at `place` of the deliveries of the login's accounts; one query beside its own."""
    upwards = place.side in ("newer", "last")
    found = deliveries_visible_to(user).select_related("account").defer("raw", "warnings")
    if place.uuid is not None:
        beside = Subquery(Delivery.objects.filter(uuid=place.uuid).values("pk"))
        older = place.side == "older"
        found = found.filter(pk__lt=beside) if older else found.filter(pk__gt=beside)
    rows = [delivery_row(row) for row in found.order_by("pk" if upwards else "-pk")[: PAGE + 1]]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return DeliveryList(
        rows=tuple(reversed(rows) if upwards else rows),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
    )
