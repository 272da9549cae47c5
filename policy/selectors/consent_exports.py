"""What is in force for a party, as statements from which consent files can be written.

On a day as known on a day. Public signals are for everybody, so a grant by contract or deal, which
is for whoever it was made with, is not among them; a refusal is, whatever it comes from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from policy.ingest.consents.statements import (
    CONDITIONS,
    DECISIONS,
    SCOPES,
    FileStatement,
    FileWarning,
    strictness,
)
from policy.lang.words import LAYERS, USES
from policy.models import Consent, Party
from policy.registry.speaking import CONTRACTS


@dataclass(frozen=True, slots=True)
class Path:
    """Where on the party's site something stands; `subject` as statements name it."""

    location: str
    scope: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """Statements to write, and what is not among them."""

    statements: tuple[FileStatement, ...]
    warnings: tuple[FileWarning, ...] = ()


def consent_export(*, party: Party, on: datetime, known: datetime) -> Export:
    """Every statement of a party that speaks about `on`, as known at `known`; one query.

    Of several on one topic the one that speaks: a court's, then the latest, then the strictest.
    """
    rows = Consent.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on),
        Q(replaced_by=None) | Q(replaced_by__recorded_at__gt=known),
        grantor=party,
        valid_from__lte=on,
        recorded_at__lte=known,
    )
    topics: dict[object, list[Consent]] = defaultdict(list)
    for row in rows.select_related("grantor", "licensee", "release", "track").order_by("pk"):
        topics[_topic(row)].append(row)
    return Export(tuple(_statement(max(said, key=_rank)) for said in topics.values()))


def public(export: Export, paths: Sequence[Path]) -> Export:
    """What everybody may read, at the paths of a site; the catalogue is everything unless told."""
    everything = [] if any(not one.location for one in paths) else [Path("", "catalogue")]
    by_subject: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in (*paths, *everything):
        by_subject[one.scope, one.subject].append(one.location)
    told, private, lost = [], 0, []
    for said in export.statements:
        locations = by_subject.get((said.scope, said.subject), [])
        if said.decision == "granted" and said.source in CONTRACTS:
            private += 1
        elif not locations:
            lost.append(said)
        told += [
            replace(said, location=location)
            for location in locations
            if not (said.decision == "granted" and said.source in CONTRACTS)
        ]
    return Export(tuple(told), (*export.warnings, *_private(private), *_without_path(lost)))


def _private(count: int) -> Iterable[FileWarning]:
    if count:
        message = f"{count:,} grants by contract or deal are for those who made it: left out"
        yield FileWarning("cannot-say", message)


def _without_path(lost: Sequence[FileStatement]) -> Iterable[FileWarning]:
    for scope, subject in dict.fromkeys((one.scope, one.subject) for one in lost):
        about = f"{scope}:{subject}" if subject else scope
        message = f"what is said of `{about}` has no path and is left out"
        yield FileWarning("no-path", f"{message}: add `--map /path/={about}`")


def _topic(row: Consent) -> tuple[object, ...]:
    """What two statements share of which only one speaks."""
    return (
        *(row.scope, row.release_id, row.track_id, row.subject_key, row.layer, row.use),
        *(row.licensee_id, row.model, row.model_version),
        *(tuple(row.territories), tuple(row.excluded_territories), row.source in CONTRACTS),
    )


def _rank(row: Consent) -> tuple[object, ...]:
    court = row.source == Consent.Source.COURT_ORDER
    return court, row.recorded_at, strictness(_statement(row)), row.pk


def _statement(row: Consent) -> FileStatement:
    return FileStatement(
        use=next(use for use in USES if use == row.use),
        decision=next(word for word in DECISIONS if word == row.decision),
        scope=next(scope for scope in SCOPES if scope == row.scope),
        subject=_subject(row),
        grantor=str(row.grantor.uuid) if row.grantor else "",
        layer=next(layer for layer in LAYERS if layer == row.layer),
        licensee=str(row.licensee.uuid) if row.licensee else "",
        model=row.model,
        model_version=row.model_version,
        territories=tuple(row.territories),
        excluded=tuple(row.excluded_territories),
        condition=next(word for word in CONDITIONS if word == row.condition),
        terms=row.terms,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        evidence=row.evidence_name,
    )


def _subject(row: Consent) -> str:
    named = row.release or row.track
    return str(named.uuid) if named else row.subject_key
