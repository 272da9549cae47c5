"""Statements of consent as a matrix of uses and layers, and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from policy.models import Consent, Layer
from policy.selectors.masking import Reader

ALONG = ("grantor", "licensee", "release", "track", "replaced_by")
"""What statements are read with."""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One statement. `hidden`: it is another party's, so only use, layer and decision are told.

    `scope` is in words (`all works`, `artist mara holm`). Empty licensee and model are any.
    """

    uuid: UUID | None
    use: str
    layer: str
    decision: str
    grantor: UUID | None
    grantor_name: str
    scope: str
    licensee: UUID | None
    licensee_name: str
    model: str
    model_version: str
    condition: str
    terms: str
    territories: tuple[str, ...]
    excluded_territories: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    source: str
    assurance: str
    evidence_name: str
    evidence_digest: str
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

    `rows` come with what ALONG names.
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
    if not reader.everything and name not in reader.names:
        return _hidden(consent)
    return ConsentRow(
        uuid=consent.uuid,
        use=consent.use,
        layer=consent.layer,
        decision=consent.decision,
        grantor=consent.grantor.uuid if consent.grantor else None,
        grantor_name=name,
        scope=_scope(consent),
        licensee=consent.licensee.uuid if consent.licensee else None,
        licensee_name=consent.licensee.name if consent.licensee else "",
        model=consent.model,
        model_version=consent.model_version,
        condition=consent.condition,
        terms=consent.terms,
        territories=tuple(consent.territories),
        excluded_territories=tuple(consent.excluded_territories),
        valid_from=consent.valid_from,
        valid_until=consent.valid_until,
        source=consent.source,
        assurance=consent.assurance,
        evidence_name=consent.evidence_name,
        evidence_digest=consent.evidence_digest,
        recorded_at=consent.recorded_at,
        replaced_at=_replaced_at(consent),
        hidden=False,
    )


def _hidden(consent: Consent) -> ConsentRow:
    """That some other party said something."""
    return ConsentRow(
        uuid=None, use=consent.use, layer=consent.layer, decision=consent.decision, grantor=None,
        grantor_name="", scope="", licensee=None, licensee_name="", model="", model_version="",
        condition="", terms="", territories=(), excluded_territories=(), valid_from=None,
        valid_until=None, source="", assurance="", evidence_name="", evidence_digest="",
        recorded_at=None, replaced_at=None, hidden=True,
    )  # fmt: skip


def _scope(consent: Consent) -> str:
    """What a statement is about, in words."""
    if consent.track:
        return f"track {consent.track.title}"
    if consent.release:
        return f"release {consent.release.title}"
    if consent.scope == Consent.Scope.CATALOGUE:
        return "all works"
    word = "record label" if consent.scope == Consent.Scope.LABEL else consent.scope
    return f"{word} {consent.subject_key}"


def _replaced_at(consent: Consent) -> datetime | None:
    later: Consent | None = getattr(consent, "replaced_by", None)
    return later.recorded_at if later else None


def _cell(rows: Sequence[ConsentRow], use: str, layer: str) -> ConsentCell:
    return ConsentCell(layer, tuple(row for row in rows if row.use == use and row.layer == layer))
