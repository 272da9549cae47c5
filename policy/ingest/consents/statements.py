"""What a file of consents says, whatever standard it is written in.

Every reader returns one ConsentFile, and every writer takes FileStatements. Three-valued: what a
file does not say is unknown, so it has no statement. A grant with a condition counts as refused
until the condition is proven.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from policy.lang.words import Layer, Use

Decision: TypeAlias = Literal["granted", "denied", "withdrawn"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
"""From mild to strict."""

Condition: TypeAlias = Literal["none", "credit", "payment", "constrained"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
"""What a grant asks for in return, from mild to strict; the words of `policy.models.Condition`."""

Scope: TypeAlias = Literal["catalogue", "label", "artist", "release", "work", "recording", "track"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a statement is about; the words of `policy.models.Consent.Scope`."""


@dataclass(frozen=True, slots=True)
class FileWarning:
    """What was left out, or told otherwise than it was meant.

    `code` is a kebab-case word; `line` and `column` are 1-based, 0 when no place is meant.
    """

    code: str
    message: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class FileStatement:
    """One statement on one use.

    `location` is a path pattern as the standard writes it, empty for all that the file is about;
    only our table names a `scope` and `subject` instead. An empty `grantor` is whoever the file is
    from, a `layer` of None the layers that the importer says. Both territories empty is everywhere,
    empty `licensee`, `model` and `model_version` are any. `terms` is free text or an address.
    `valid_from` None is from the import on, `valid_until` (exclusive) None is open. `source` and
    `evidence` (name of a document) are empty where the file does not say them.
    """

    use: Use
    decision: Decision
    location: str = ""
    scope: Scope = "catalogue"
    subject: str = ""
    grantor: str = ""
    layer: Layer | None = None
    licensee: str = ""
    model: str = ""
    model_version: str = ""
    territories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    condition: Condition = "none"
    terms: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    source: str = ""
    evidence: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class ConsentFile:
    """What was read from one file; `standard` is the name of the format."""

    standard: str
    statements: tuple[FileStatement, ...]
    warnings: tuple[FileWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and what its format could not say."""

    text: str
    warnings: tuple[FileWarning, ...] = ()


def strictness(one: FileStatement) -> tuple[int, int]:
    """For comparing: a refusal is stricter than a grant, a condition than none."""
    return DECISIONS.index(one.decision), CONDITIONS.index(one.condition)


def strictest(statements: Iterable[FileStatement]) -> tuple[FileStatement, ...]:
    """One statement for each thing that is spoken about: the most restrictive, then the first."""
    found: dict[object, FileStatement] = {}
    for one in statements:
        key = about(one)
        if key not in found or strictness(one) > strictness(found[key]):
            found[key] = one
    return tuple(found.values())


def about(one: FileStatement) -> tuple[object, ...]:
    """What two statements share when they answer the same question."""
    return (
        *(one.location, one.scope, one.subject, one.grantor, one.layer, one.use),
        *(one.licensee, one.model, one.model_version, one.territories, one.excluded),
    )
