"""A file of consents comes in: read, placed, compared with what it said before, and recorded.

The same file again changes nothing. A new version of a file (one of the same name, in the name of
the same grantors) ends what the old one said and it does not say any more: from now on, for what
was in force before stays in force before. What others said, or the party in another way, is left
alone; which statement speaks is the registry's question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from policy.ingest.consents.formats import FORMATS
from policy.ingest.consents.licences import read_licence_map, read_licences
from policy.ingest.consents.statements import ConsentFile, FileStatement, FileWarning
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused, Refusal
from policy.lang.source import Source
from policy.models import Consent, Party
from policy.services.audit import audit_record
from policy.services.bulk import insert_models
from policy.services.consent_evaluations import evaluations_of
from policy.services.consent_names import chunks, names_find
from policy.services.consent_rows import LICENCES, FileOf, Making
from policy.services.consent_targets import placed
from policy.services.taking_back import taking_back_request

FORMAT_NAMES = (*FORMATS, LICENCES)

Content: TypeAlias = tuple[Any, ...]
"""All that a row says, but since when, in the order of `_FIELDS`."""

_FIELDS = (
    "grantor_id", "scope", "release_id", "track_id", "subject_key", "layer", "use", "decision",
    "licensee_id", "model", "model_version", "condition", "terms", "source", "assurance",
    "evidence_name", "valid_until",
)  # fmt: skip


_TOPIC = (
    "grantor_id", "scope", "release_id", "track_id", "subject_key", "layer", "use", "licensee_id",
    "model", "model_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: statements that were added, ended, and stood already."""

    digest: str
    added: int
    ended: int
    unchanged: int
    warnings: tuple[FileWarning, ...] = ()


def consent_file_import(
    *, file: FileOf, at: datetime, actor: User | None = None, dry_run: bool = False
) -> Imported:
    """Record what a file says, in one transaction. `dry_run` only tells what would be.

    Raises MessageRefused with every mistake and its place, and then nothing is written.
    """
    read = _read(file)
    with transaction.atomic():
        rows, warnings = _rows(read, file, at)
        new, ended, unchanged = _compared(rows, file, at)
        result = Imported(file.digest, len(new), len(ended), unchanged, warnings)
        if not dry_run and (new or ended):
            said = [*new, *ended]
            for row in said:
                row.recorded_by = actor
            insert_models(said)
            evaluations_of(said=said, at=at)
            taking_back_request(said=said, at=at)
            _audit(file, result, at, actor)
    return result


def _read(file: FileOf) -> ConsentFile:
    if file.format != LICENCES:
        return FORMATS[file.format].read(file.raw, path=file.name)
    licences = read_licence_map(file.licence_map, path=file.licence_map_name)
    return read_licences(file.raw, path=file.name, licences=licences)


def _rows(
    read: ConsentFile, file: FileOf, at: datetime
) -> tuple[list[Consent], tuple[FileWarning, ...]]:
    """A row for each statement and layer. Raises MessageRefused for what cannot be placed."""
    statements, problems = _placed(read, file)
    names = names_find(statements=statements, account=file.account, path=file.name)
    making = Making(file, names, at)
    rows = [row for one in making.spoken(statements) for row in making.rows(one)]
    problems = list(dict.fromkeys([*problems, *names.problems]))
    if problems:
        text = file.raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        raise MessageRefused(problems[:MAX_PROBLEMS], Source(file.name, text))
    return rows, (*read.warnings, *making.warnings())


def _placed(read: ConsentFile, file: FileOf) -> tuple[Sequence[FileStatement], list[Refusal]]:
    """The statements with their subjects, and mistakes for those that have none."""
    known = FORMATS.get(file.format)
    if known is None or not known.located:
        return read.statements, []
    return placed(read.statements, file.targets, path=file.name, refusals_hold=known.refusals_hold)


def _compared(
    rows: Sequence[Consent], file: FileOf, at: datetime
) -> tuple[list[Consent], list[Consent], int]:
    """Rows to add, rows by which what is no longer said ends, and how many stand already.

    Of what a file says on one topic the strictest counts, so what stands there is said anew with
    anything that is added: how a file came to be does not matter.
    """
    standing = _standing(rows, file, at)
    new: list[Consent] = []
    stood: list[tuple[Consent, Consent]] = []
    for row in {(*_content(row), row.valid_from): row for row in rows}.values():
        olds = standing.get(_content(row), [])
        same = next((old for old in olds if _begun_alike(old, row, at)), None)
        if same is None:
            new.append(row)
        else:
            olds.remove(same)
            stood.append((row, same))
    topics = {_topic(row) for row in new}
    anew = [(row, old) for row, old in stood if _topic(row) in topics]
    ends = [*(old for olds in standing.values() for old in olds), *(old for _, old in anew)]
    return (
        [*new, *(row for row, _ in anew)],
        [_ended(old, at) for old in ends],
        len(stood) - len(anew),
    )


def _standing(rows: Iterable[Consent], file: FileOf, at: datetime) -> dict[Content, list[Consent]]:
    """What an earlier version of the file says of now or later, by what it says; two queries for
    every CHUNK of grantors."""
    grantors = {row.grantor_id for row in rows} | {file.party.pk if file.party else None}
    own = Q(evidence_name=file.evidence_name)
    own |= Q(evidence_name__startswith=f"{file.evidence_name} > ")
    held = Q(valid_until=None) | Q(valid_until__gt=at)
    found: dict[Content, list[Consent]] = defaultdict(list)
    for chunk in chunks(sorted(filter(None, grantors))):
        _one_at_a_time(chunk)
        said = Consent.objects.filter(own, held, grantor__in=chunk, delivery=None, replaced_by=None)
        for row in said.order_by("pk"):
            found[_content(row)].append(row)
    return found


def _one_at_a_time(grantors: Sequence[int]) -> None:
    """Let nobody else speak for these parties until the transaction ends."""
    rows = Party.objects.select_for_update(no_key=True).filter(pk__in=grantors).order_by("pk")
    len(rows.only("pk"))


def _topic(row: Consent) -> Content:
    return tuple(getattr(row, name) for name in _TOPIC)


def _content(row: Consent) -> Content:
    fields = tuple(getattr(row, name) for name in _FIELDS)
    return (*fields, tuple(row.territories), tuple(row.excluded_territories))


def _begun_alike(old: Consent, row: Consent, at: datetime) -> bool:
    """Whether two rows begin alike: a statement without a beginning equals one that has begun."""
    return old.valid_from <= at if row.valid_from == at else old.valid_from == row.valid_from


def _ended(old: Consent, at: datetime) -> Consent:
    """That a statement holds no more; one that had not begun never will."""
    fields = [each.attname for each in Consent._meta.concrete_fields]
    kept = {name: getattr(old, name) for name in fields if name not in ("id", "uuid")}
    until = max(old.valid_from, at)
    return Consent(**(kept | {"valid_until": until, "replaces_id": old.pk, "recorded_at": at}))


def _audit(file: FileOf, result: Imported, at: datetime, actor: User | None) -> None:
    subject = file.party or file.account
    if subject is not None:
        what = {"file": file.evidence_name, "digest": file.digest, "format": file.format}
        audit_record(
            actor=actor,
            action="consent_file_import",
            subject=subject,
            at=at,
            detail={**what, "added": result.added, "ended": result.ended},
        )
