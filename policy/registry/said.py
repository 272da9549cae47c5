"""A statement as recorded, a question about a use, and whether the one concerns the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from policy.registry.territories import EVERYWHERE, Where

GRANTED, DENIED, WITHDRAWN = "granted", "denied", "withdrawn"

ARTIST_LAYERS = frozenset({"performer", "likeness"})
"""Layers in which a performer is heard without a share: nobody else can speak for an artist."""

Reach: TypeAlias = Literal["covers", "outgrown", "other"]
"""Whether a statement is about the use that is asked about, about the same by another version of
its model, or about something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement. Empty `model` and `model_version`, and no `licensee`, are any.

    Valid from `valid_from` to before `valid_until` (None: open), known from `recorded_at` to
    before `replaced_at`. `condition_met` is for the licensee who asks, `assurance` is how surely it
    is its grantor's.
    """

    id: int
    grantor: int
    layer: str
    use: str
    decision: str
    scope: str
    source: str
    valid_from: datetime
    recorded_at: datetime
    valid_until: datetime | None = None
    replaced_at: datetime | None = None
    assurance: str = "self_declared"
    licensee: int | None = None
    model: str = ""
    model_version: str = ""
    where: Where = EVERYWHERE
    condition: str = "none"
    condition_met: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A use that somebody asks about: what is in force at `at`, as known at `known_at`.

    `licensee` is a party's id. No territories are everywhere. What is left open (no licensee, no
    model, no version) is meant by every refusal that could be about it, and by no limited grant.
    """

    use: str
    at: datetime
    known_at: datetime
    licensee: int | None = None
    model: str = ""
    model_version: str = ""
    territories: tuple[str, ...] = ()


def in_force(said: Said, *, at: datetime, known_at: datetime) -> bool:
    """Whether a statement speaks about an instant, as known at another."""
    return (
        said.valid_from <= at
        and (said.valid_until is None or at < said.valid_until)
        and said.recorded_at <= known_at
        and (said.replaced_at is None or known_at < said.replaced_at)
    )


def reach(said: Said, ask: Ask) -> Reach:
    """How far a statement about the use of a question goes: by its licensee and its model."""
    refuses = said.decision != GRANTED
    if said.licensee not in (None, ask.licensee) and not (refuses and ask.licensee is None):
        return "other"
    if not said.model:
        return "covers"
    if said.model.casefold() != ask.model.casefold():
        return "covers" if refuses and not ask.model else "other"
    if said.model_version.casefold() in ("", ask.model_version.casefold()):
        return "covers"
    if refuses:
        return "other" if ask.model_version else "covers"
    return "outgrown"


def may_speak(decision: str, *, said_by: int | None, delivered_by: int) -> bool:
    """Whether a statement that came by a delivery of an account counts for a track that it does
    not name as a row: a grant only from who delivers the track (or from the party itself, without a
    delivery), a refusal from anybody."""
    return decision != GRANTED or said_by in (None, delivered_by)
