"""What a group of facts is: names, and a function that knows their values for a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from policy.facts.batch import Batch, Subject
from policy.models import Delivery


@dataclass(frozen=True, slots=True)
class Part:
    """A group's facts of one subject: a value per field of the group, in their order.

    `sources` are where they come from, as `kind:uuid` (`delivery`, `consent`, `detection`, `track`,
    `account`, `dispute`), sorted; empty for facts that were counted and have no single source.
    """

    values: tuple[object, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that are known or unknown together: fields of the document's `track`.

    `provide` returns a Part for every subject of the batch, in a number of queries that does not
    grow with the batch. Whatever it raises makes the whole group unknown.
    """

    name: str
    fields: tuple[str, ...]
    provide: Callable[[Batch], dict[Subject, Part]]


def source(kind: str, uuid: UUID) -> str:
    """How a source is named in a snapshot."""
    return f"{kind}:{uuid}"


def delivery_sources(deliveries: Iterable[Delivery | None]) -> tuple[str, ...]:
    """The deliveries that facts come from; none for rows that no delivery made."""
    return tuple(sorted({source("delivery", row.uuid) for row in deliveries if row}))
