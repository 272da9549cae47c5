"""Collects the fact documents of a batch of tracks, group by group.

A group that fails for a track is unknown there, never absent: its facts are left out, named in the
document's `unknown`, and the reason is logged. `sources` says where the facts come from.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import DatabaseError, connection, transaction
from msgspec import UNSET

from policy.facts.ai import AI
from policy.facts.batch import Batch, Subject
from policy.facts.consents import CONSENTS
from policy.facts.contributors import CONTRIBUTORS
from policy.facts.deliverer import DELIVERER
from policy.facts.detections import DETECTIONS
from policy.facts.disputes import DISPUTES
from policy.facts.duplicates import DUPLICATES
from policy.facts.group import Group, Part
from policy.facts.payouts import PAYOUTS
from policy.facts.recording import RECORDING
from policy.facts.relations import RELATIONS
from policy.facts.release import RELEASE
from policy.facts.shares import SHARES

logger = logging.getLogger(__name__)

GROUPS: tuple[Group, ...] = (
    RECORDING,
    AI,
    CONTRIBUTORS,
    RELEASE,
    DELIVERER,
    SHARES,
    CONSENTS,
    RELATIONS,
    DETECTIONS,
    DUPLICATES,
    DISPUTES,
    PAYOUTS,
)

MOST_FAILURES = 3
"""Tracks that a group may fail for, one after another, before it is taken to fail for all."""

_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Collected:
    """The facts of one track: canonical JSON and its SHA-256.

    Equal facts from equal sources have equal bytes. `unknown` are the paths of facts that could
    not be found out.
    """

    document: bytes
    digest: str
    unknown: tuple[str, ...] = ()


class _Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is encoded. `sources` are by path; a fact's are those of the longest path above it."""

    track: Mapping[str, object]
    sources: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...] = ()


def collect(track_ids: Sequence[int], *, as_of: datetime) -> dict[int, Collected]:
    """The facts of tracks as of one instant, by track id; see `collect_each`."""
    found = collect_each(Subject(pk, as_of) for pk in track_ids)
    return {subject.track_id: collected for subject, collected in found.items()}


def collect_each(subjects: Iterable[tuple[int, datetime]]) -> dict[Subject, Collected]:
    """The facts of tracks, each as of its own instant; ids that name no track are left out.

    The number of queries grows neither with the tracks nor with the instants. Raises DatabaseError
    only when not even the tracks can be read: then there is nothing to say, and the caller tries
    again later.
    """
    batch = Batch(Subject(*subject) for subject in subjects)
    if not batch.subjects:
        return {}
    parts = {group.name: _provided(group, batch) for group in GROUPS}
    return {subject: _collected(subject, parts) for subject in batch.subjects}


def _provided(group: Group, batch: Batch) -> Mapping[Subject, Part]:
    """A group's parts. Subjects for which it fails, in whatever way, have none and are logged."""
    try:
        return _tried(group, batch)
    except DatabaseError:
        logger.exception("facts `%s` are unknown for %d tracks", group.name, len(batch.ids))
        return {}
    except Exception as error:
        # Probably one row that is not as it should be: it must not cost the facts of the others.
        logger.warning("facts `%s` failed (%r): trying track by track", group.name, error)
    return _one_by_one(group, batch)


def _one_by_one(group: Group, batch: Batch) -> Mapping[Subject, Part]:
    """The parts of the subjects for which the group does not fail; none when it fails for all."""
    found: dict[Subject, Part] = {}
    failed = 0
    for subject in batch.subjects:
        try:
            found.update(_tried(group, Batch([subject])))
        except Exception:
            failed += 1
            logger.exception("facts `%s` are unknown for track %d", group.name, subject.track_id)
            if failed == MOST_FAILURES and not found:
                logger.error("facts `%s` are unknown for %d tracks", group.name, len(batch.ids))
                break
    return found


def _tried(group: Group, batch: Batch) -> Mapping[Subject, Part]:
    with _undone_on_failure():
        return group.provide(batch)


def _undone_on_failure() -> AbstractContextManager[object]:
    """A savepoint inside a transaction, which a failed query would otherwise make useless."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _collected(subject: Subject, parts: Mapping[str, Mapping[Subject, Part]]) -> Collected:
    facts: dict[str, object] = {}
    sources: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for group in GROUPS:
        part = parts[group.name].get(subject)
        if part is None:
            unknown += [f"track.{field}" for field in group.fields]
            continue
        values = zip(group.fields, part.values, strict=True)
        facts.update((field, value) for field, value in values if value is not UNSET)
        # Facts directly below the track have one source for all.
        named = ["track"] if group is RECORDING else [f"track.{field}" for field in group.fields]
        sources.update(dict.fromkeys(named, part.sources))
    document = _encoder.encode(_Document(facts, sources, tuple(sorted(unknown))))
    return Collected(document, hashlib.sha256(document).hexdigest(), tuple(sorted(unknown)))
