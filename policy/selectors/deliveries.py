"""What became of a delivery: how far its tracks are, and what was decided on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery

from policy.models import Delivery, EvaluationRequest
from policy.selectors.decision_search import Place
from policy.selectors.visibility import User, sight_of

SHOWN = 200
"""Tracks that a status lists; the rest is found in the list of tracks."""

State = EvaluationRequest.State


@dataclass(frozen=True, slots=True)
class WarningRow:
    """Something that looked wrong in the message: `line` 0 when unknown, `element` its path."""

    code: str
    message: str
    line: int
    element: str


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """A track of the delivery. `state` is that of its request; `decision` and `effect` are None
    until there is one, `error` is what kept it from being evaluated."""

    uuid: UUID
    title: str
    isrc: str
    state: str
    decision: UUID | None
    effect: str | None
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery in a list."""

    uuid: UUID
    message_id: str
    kind: str
    format: str
    file_name: str
    account: str
    is_test: bool
    superseded: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Requests of a delivery by state; `effects` counts the decisions per effect."""

    queued: int
    decided: int
    parked: int
    effects: dict[str, int]

    @property
    def total(self) -> int:
        """All requests of the delivery."""
        return self.queued + self.decided + self.parked

    @property
    def finished(self) -> bool:
        """Whether nothing is waiting any more."""
        return self.queued == 0


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A delivery with its progress. `more` tells that it has further tracks than those listed."""

    delivery: DeliveryRow
    progress: Progress
    warnings: tuple[WarningRow, ...]
    tracks: tuple[DeliveredRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A page of deliveries; `newer` and `older` tell whether a page lies on that side."""

    rows: tuple[DeliveryRow, ...]
    newer: bool
    older: bool


def list_deliveries(user: User, place: Place, *, size: int) -> DeliveryList:
    """The page at `place` of the deliveries that the login may see; one query beside its own."""
    upwards = place.side in ("newer", "last")
    rows = deliveries_visible_to(user).select_related("account").defer("raw", "warnings")
    if place.uuid is not None:
        beside = Subquery(Delivery.objects.filter(uuid=place.uuid).values("pk"))
        rows = rows.filter(**{f"pk__{'gt' if place.side == 'newer' else 'lt'}": beside})
    found = [delivery_row(row) for row in rows.order_by("pk" if upwards else "-pk")[: size + 1]]
    more, page = len(found) > size, found[:size]
    return DeliveryList(
        rows=tuple(reversed(page) if upwards else page),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
    )


def deliveries_visible_to(user: User) -> QuerySet[Delivery]:
    """The deliveries of the accounts that the login acts for; all of them for staff."""
    sight = sight_of(user)
    rows = Delivery.objects.all()
    return rows if sight.everything else rows.filter(account__in=sight.accounts)


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """What a list shows of a delivery whose account is at hand."""
    return DeliveryRow(
        uuid=delivery.uuid,
        message_id=delivery.message_id,
        kind=delivery.kind,
        format=delivery.format,
        file_name=delivery.file_name,
        account=delivery.account.key,
        is_test=delivery.is_test,
        superseded=delivery.superseded,
        received_at=delivery.received_at,
    )


def delivery_status(user: User, uuid: UUID) -> DeliveryStatus | None:
    """How far a delivery is; None when the login sees none such. Three queries beside its own.

    Tracks of other accounts that were looked at again because of it are not part of it.
    """
    found = deliveries_visible_to(user).select_related("account").defer("raw")
    delivery = found.filter(uuid=uuid).first()
    if delivery is None:
        return None
    requests = EvaluationRequest.objects.filter(
        delivery=delivery, track__account=delivery.account_id, cause="delivery"
    )
    rows = _tracks(requests)
    return DeliveryStatus(
        delivery=delivery_row(delivery),
        progress=_progress(requests),
        warnings=tuple(WarningRow(**_warning(found)) for found in delivery.warnings),
        tracks=rows[:SHOWN],
        more=len(rows) > SHOWN,
    )


def _progress(requests: QuerySet[EvaluationRequest]) -> Progress:
    rows = requests.order_by().values_list("state", "decision__effect").annotate(n=Count("pk"))
    states: dict[str, int] = {}
    effects: dict[str, int] = {}
    for state, effect, number in rows:
        states[state] = states.get(state, 0) + number
        if effect:
            effects[effect] = effects.get(effect, 0) + number
    return Progress(
        queued=states.get(State.QUEUED, 0) + states.get(State.CLAIMED, 0),
        decided=states.get(State.DONE, 0),
        parked=states.get(State.PARKED, 0),
        effects=effects,
    )


def _tracks(requests: QuerySet[EvaluationRequest]) -> tuple[DeliveredRow, ...]:
    rows = requests.order_by("pk").values_list(
        "track__uuid", "track__title", "track__isrc",
        "state", "decision__uuid", "decision__effect", "error",
    )  # fmt: skip
    return tuple(DeliveredRow(*row) for row in rows[: SHOWN + 1])


def _warning(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found.get(name, "") for name in ("code", "message", "element")} | {
        "line": found.get("line") or 0
    }
