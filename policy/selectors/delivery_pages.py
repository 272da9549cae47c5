"""Pages on deliveries: the list, one message with what became of it, and why one was refused."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Func, IntegerField

from policy.ingest.refusals import MessageRefused, Refusal
from policy.lang.source import Source
from policy.models import Delivery, Effect, EvaluationRequest, Release
from policy.selectors.decision_list import EffectCount
from policy.selectors.decision_search import Place
from policy.selectors.deliveries import (
    DeliveryStatus,
    deliveries_visible_to,
    delivery_status,
)
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.visibility import User

PAGE = 50
"""Deliveries on a page."""

WIDEST = 120
"""Columns of a quoted line; a longer one is cut around its mistake."""

MOST_PURGED = 50
"""Releases that the page of a purge names."""

State = EvaluationRequest.State


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery in the list. `tracks` are those it delivered; each is `waiting`, decided or
    `parked` (could not be evaluated), and `effects` counts the decisions, strictest first."""

    uuid: UUID
    message_id: str
    format: str
    deliverer: str
    is_purge: bool
    is_test: bool
    superseded: bool
    received_at: datetime
    warnings: int
    tracks: int
    waiting: int
    parked: int
    effects: tuple[EffectCount, ...]

    @property
    def decided(self) -> int:
        """Tracks that were evaluated."""
        return self.tracks - self.waiting - self.parked


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One delivery. `purged` are titles of releases that it took away and that nothing brought
    back; `effects` counts its decisions, strictest first."""

    status: DeliveryStatus
    deliverer: str
    format: str
    digest: str
    message_created_at: datetime
    purged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as it was sent."""

    raw: bytes
    file_name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of a refused message in sentences, with its line cut in three: before it, itself,
    after it; empty when no line is meant."""

    refusal: Refusal
    says: str
    helps: tuple[str, ...]
    before: str
    wrong: str
    after: str


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """Everything that is wrong with a message, in order of its place."""

    mistakes: tuple[Mistake, ...]


class _Length(Func):
    """How many items a JSON list has."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


def list_deliveries(user: User, place: Place, *, size: int = PAGE) -> Page[ListedDelivery]:
    """The page at `place` of the deliveries that the login may see; two queries beside its own."""
    rows = deliveries_visible_to(user).select_related("account").defer("raw", "warnings")
    page = keyset_page(rows.annotate(warned=_Length("warnings")), place, size=size)
    counts = _counts([row.pk for row in page.rows])
    return page.map(lambda row: _listed(row, counts.get(row.pk, _Counts({}, {}))))


def get_delivery_page(user: User, uuid: UUID) -> DeliveryPage | None:
    """One delivery; None when the login sees none such. At most five queries beside its own."""
    status = delivery_status(user, uuid)
    if status is None:
        return None
    found = Delivery.objects.select_related("account").defer("raw", "warnings")
    delivery = found.get(uuid=uuid)
    purged = Release.objects.filter(delivery=delivery, purged_at__isnull=False).order_by("pk")
    titles = purged.values_list("title", flat=True)[:MOST_PURGED]
    return DeliveryPage(
        status=status,
        deliverer=delivery.account.name,
        format=format_name(delivery.format),
        digest=delivery.digest,
        message_created_at=delivery.message_created_at,
        purged=tuple(titles) if delivery.kind == Delivery.Kind.PURGE else (),
    )


def get_raw_message(user: User, uuid: UUID) -> RawMessage | None:
    """The bytes of a delivery; None when the login sees none such. One query beside its own."""
    found = deliveries_visible_to(user).filter(uuid=uuid)
    row = found.values_list("raw", "file_name", "format").first()
    if row is None:
        return None
    raw, file_name, format = row
    is_xml = format.startswith("ern/")
    return RawMessage(
        raw=zlib.decompress(bytes(raw)),
        file_name=file_name.rsplit("/")[-1] or f"delivery-{uuid}.{'xml' if is_xml else 'json'}",
        media_type="application/xml" if is_xml else "application/json",
    )


def explain_refusal(refused: MessageRefused) -> RefusedMessage:
    """Put each mistake beside the text that it is about."""
    lines = _Lines(refused.source)
    return RefusedMessage(tuple(lines.mistake(found) for found in refused.problems))


def format_name(format: str) -> str:
    """`ern/4.3.2` as people call it."""
    standard, _, version = format.partition("/")
    return f"{'ERN' if standard == 'ern' else standard.capitalize()} {version}".rstrip()


def effect_counts(effects: dict[str, int]) -> tuple[EffectCount, ...]:
    """Counts of the effects that occur, strictest first."""
    return tuple(
        EffectCount(effect.value, effects[effect.value])
        for effect in reversed(Effect)
        if effects.get(effect.value)
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Requests of a delivery by state, and decisions by effect."""

    states: dict[str, int]
    effects: dict[str, int]

    def add(self, state: str, effect: str | None, number: int) -> None:
        self.states[state] = self.states.get(state, 0) + number
        if effect:
            self.effects[effect] = self.effects.get(effect, 0) + number


def _counts(deliveries: Iterable[int]) -> dict[int, _Counts]:
    """How far the tracks of some deliveries are, in one query."""
    rows = EvaluationRequest.objects.filter(
        delivery__in=deliveries, cause=EvaluationRequest.Cause.DELIVERY
    ).order_by()
    found: dict[int, _Counts] = {}
    grouped = rows.values_list("delivery", "state", "decision__effect").annotate(n=Count("pk"))
    for delivery, state, effect, number in grouped:
        assert delivery is not None, "filtered by it"
        found.setdefault(delivery, _Counts({}, {})).add(state, effect, number)
    return found


def _listed(row: Delivery, counts: _Counts) -> ListedDelivery:
    states = counts.states
    return ListedDelivery(
        uuid=row.uuid,
        message_id=row.message_id,
        format=format_name(row.format),
        deliverer=row.account.name,
        is_purge=row.kind == Delivery.Kind.PURGE,
        is_test=row.is_test,
        superseded=row.superseded,
        received_at=row.received_at,
        warnings=row.warned,  # type: ignore[attr-defined]  # annotated by list_deliveries
        tracks=sum(states.values()),
        waiting=states.get(State.QUEUED, 0) + states.get(State.CLAIMED, 0),
        parked=states.get(State.PARKED, 0),
        effects=effect_counts(counts.effects),
    )


class _Lines:
    """The lines of a refused text, split once however many mistakes there are."""

    def __init__(self, source: Source | None) -> None:
        self._lines = source.text.split("\n") if source else []

    def mistake(self, found: Refusal) -> Mistake:
        """The mistake in sentences, with the part of its line around it."""
        helps = tuple(_sentence(text) for text in found.help.splitlines())
        return Mistake(found, _sentence(found.message), helps, *self._cut(found))

    def _cut(self, found: Refusal) -> tuple[str, str, str]:
        if found.line is None or not 0 < found.line <= len(self._lines):
            return "", "", ""
        line = self._lines[found.line - 1].rstrip("\r")
        if found.column is None:
            return _cut_end(line.strip(), WIDEST), "", ""
        start = min(found.column - 1, len(line))
        stop = min(start + max(1, found.width), len(line))
        room = max(20, (WIDEST - (stop - start)) // 2)
        before = _cut_start(line[:start].lstrip(), room)
        return before, _cut_end(line[start:stop], WIDEST), _cut_end(line[stop:], room)


def _sentence(text: str) -> str:
    """A message of the house style, which has neither a capital nor a period, as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('?', '.', '!')) else '.'}"


def _cut_start(text: str, room: int) -> str:
    return text if len(text) <= room else "…" + text[-room:]


def _cut_end(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room] + "…"
