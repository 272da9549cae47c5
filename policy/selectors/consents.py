"""Statements of consent as a matrix of uses and layers, and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from policy.models import Consent, Layer
from policy.selectors.masking import Reader


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One statement. `hidden`: it is another party's, so only use, layer and decision are told."""

    use: str
    layer: str
    decision: str
    grantor: UUID | None
    grantor_name: str
    scope: str
    territories: tuple[str, ...]
    excluded_territories: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    source: str
    recorded_at: datetime | None
    replaced_at: datetime | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class ConsentCell:
    """What is in force for one use and one layer."""

    layer: str
    rows: tuple[ConsentRow, ...]


@dataclass(frozen=True, slots=True)
class ConsentUse:
    """One use of AI across the layers."""

    use: str
    cells: tuple[ConsentCell, ...]


@dataclass(frozen=True, slots=True)
class ConsentTable:
    """What is in force at an instant (also as a matrix), and what is not, newest first."""

    layers: tuple[str, ...]
    uses: tuple[ConsentUse, ...]
    in_force: tuple[ConsentRow, ...]
    before: tuple[ConsentRow, ...]


def consent_table(rows: Sequence[Consent], reader: Reader, *, now: datetime) -> ConsentTable:
    """Sort statements, newest first, by whether they are in force; no query.

    `rows` come with their grantor and the row that replaced them.
    """
    in_force = tuple(consent_row(each, reader) for each in rows if is_in_force(each, now))
    before = tuple(consent_row(each, reader) for each in rows if not is_in_force(each, now))
    layers = tuple(layer for layer in Layer.values if any(row.layer == layer for row in in_force))
    uses = tuple(dict.fromkeys(row.use for row in in_force))
    return ConsentTable(
        layers=layers,
        uses=tuple(
            ConsentUse(use, tuple(_cell(in_force, use, layer) for layer in layers)) for use in uses
        ),
        in_force=in_force,
        before=before,
    )


def is_in_force(consent: Consent, now: datetime) -> bool:
    """Whether a statement speaks about an instant and nothing later has replaced it."""
    begun = consent.valid_from <= now
    ended = consent.valid_until is not None and consent.valid_until <= now
    return begun and not ended and _replaced_at(consent) is None


def consent_row(consent: Consent, reader: Reader) -> ConsentRow:
    """What a reader sees of a statement."""
    name = consent.grantor.name if consent.grantor else ""
    hidden = not reader.everything and name not in reader.names
    return ConsentRow(
        use=consent.use,
        layer=consent.layer,
        decision=consent.decision,
        grantor=consent.grantor.uuid if consent.grantor and not hidden else None,
        grantor_name="" if hidden else name,
        scope="track" if consent.track_id else "release" if consent.release_id else "all works",
        territories=() if hidden else tuple(consent.territories),
        excluded_territories=() if hidden else tuple(consent.excluded_territories),
        valid_from=None if hidden else consent.valid_from,
        valid_until=None if hidden else consent.valid_until,
        source="" if hidden else consent.source,
        recorded_at=None if hidden else consent.recorded_at,
        replaced_at=None if hidden else _replaced_at(consent),
        hidden=hidden,
    )


def _replaced_at(consent: Consent) -> datetime | None:
    later: Consent | None = getattr(consent, "replaced_by", None)
    return later.recorded_at if later else None


def _cell(rows: Sequence[ConsentRow], use: str, layer: str) -> ConsentCell:
    return ConsentCell(layer, tuple(row for row in rows if row.use == use and row.layer == layer))
