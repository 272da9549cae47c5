"""Many small uses that took place, such as the outputs of a month, in one report.

First all of it is read and compared with the catalogue, and every mistake is told with its line:
then nothing is written. After that it is written chunk by chunk, each in one transaction with its
answers. A report that was interrupted is given again: uses that are on record are passed over.

What held for a use is what held since the last change before it began: of a statement, of the day.
So the uses between two changes ask the same, and are answered together.
"""

from __future__ import annotations

import bisect
import hashlib
import uuid
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, TypeAlias

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from policy.facts.owners import OwnerSaid, owners_of
from policy.facts.uses import Asking
from policy.ingest.usage_lines import Line
from policy.models import (
    Attribution,
    Bundle,
    Consent,
    ConsentProof,
    Party,
    Reliance,
    Usage,
    UsageAnswers,
    UsageCheck,
)
from policy.registry.said import Ask
from policy.services.audit import audit_record
from policy.services.bulk import batched, insert_rows, reserve_ids
from policy.services.bundles import active_at
from policy.services.usage_checks import NotChecked, relied, spoke
from policy.services.usage_judging import Decided, Key, UseJudge, decided
from policy.services.usage_reading import ReportReader, SaidLine, on_record
from policy.services.usages import UsageRefused, UsageSaid

CHUNK = 1_000
"""Uses of one transaction."""

MOST_MISTAKES = 100
"""Mistakes after which a report is read no further."""

JUDGES = 5_000
"""Questions whose judges are kept."""

Read: TypeAlias = Callable[[], Iterator[Line]]
"""Reads a report from its beginning."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report came to: uses written, uses that were on record, answers by effect."""

    new: int = 0
    before: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Reported) -> Reported:
        return Reported(
            self.new + other.new, self.before + other.before, self.answers + other.answers
        )


def usages_report(
    *, read: Read, licensee: Party, actor: User | None, at: datetime, even: bool = False
) -> Iterator[Reported]:
    """Put the uses of a report on record, and yield what each chunk came to.

    `read` is called twice. `even` makes weights add up to the whole. Raises UsageRefused with all
    mistakes, each with its line, before anything is written, and NotChecked when no rules are
    active.
    """
    active = active_at(at)
    if active is None:
        raise NotChecked("no bundle is active: run `manage.py bundle_build` and `bundle_activate`")
    reader = ReportReader(licensee, at, even)
    _refuse_mistakes(read, reader)
    writer = _Writer(active.bundle, licensee, at)
    for lines in batched(read(), CHUNK):
        found: list[str] = []
        uses = reader.uses(lines, found)
        if found:  # the file or the catalogue is another by now
            raise UsageRefused(*found)
        yield writer.write(uses, actor)


def _refuse_mistakes(read: Read, reader: ReportReader) -> None:
    found: list[str] = []
    for lines in batched(read(), CHUNK):
        reader.uses(lines, found)
        if len(found) >= MOST_MISTAKES:
            found = [*found[:MOST_MISTAKES], "and perhaps more: this is where reading stopped"]
            break
    if found:
        raise UsageRefused(*found)


Question: TypeAlias = tuple[Asking, datetime]


@dataclass(slots=True)
class _Writer:
    """Writes uses with their answers under a bundle."""

    bundle: Bundle
    licensee: Party
    at: datetime
    judges: dict[Question, UseJudge] = field(default_factory=dict)

    def write(self, uses: Sequence[SaidLine], actor: User | None) -> Reported:
        """Write the uses that are not on record, in one transaction."""
        with transaction.atomic():
            Party.objects.select_for_update().get(pk=self.licensee.pk)  # one report at a time
            there = on_record(self.licensee, [each.said.reference for each in uses])
            new = [each.said for each in uses if each.said.reference not in there]
            answers = self._answer(new) if new else []
            self._store(new, answers)
            if new:
                detail: dict[str, str | int | bool | None] = {
                    "uses": len(new),
                    "first": new[0].reference,
                    "last": new[-1].reference,
                }
                audit_record(
                    actor=actor, action="usages_report", subject=self.licensee, at=self.at,
                    detail=detail,
                )  # fmt: skip
        counts = Counter(decision.effect for answer in answers for decision in answer.decided)
        return Reported(len(new), len(there), counts)

    def _answer(self, new: Sequence[UsageSaid]) -> list[_Answer]:
        """The answers to uses in their order."""
        moments = _moments(new)
        said = self._owners(new, moments)
        waiting: list[tuple[UseJudge, list[Key], dict[Key, bytes]]] = []
        for use, moment, owners in zip(new, moments, said, strict=True):
            judge = self._judge(use, moment)
            weighed = {each.track_id for each in use.draws if each.weight is not None}
            waiting.append((judge, *judge.situations(owners, weighed)))
        unknown = {made: judge.part for judge, _, new_ in waiting for made in new_.values()}
        decisions = decided(self.bundle, unknown, self.at) if unknown else {}
        for judge, _, fresh in waiting:
            judge.learn(fresh, decisions)
        return [
            _Answer(moment, owners, [judge.known[key] for key in keys])
            for (judge, keys, _), moment, owners in zip(waiting, moments, said, strict=True)
        ]

    def _owners(
        self, new: Sequence[UsageSaid], moments: Sequence[datetime]
    ) -> list[list[tuple[int, tuple[OwnerSaid, ...]]]]:
        """What the owners of each use's tracks say; as many queries as there are questions."""
        asks = [_ask(use, moment) for use, moment in zip(new, moments, strict=True)]
        wanted: defaultdict[Ask, set[int]] = defaultdict(set)
        for use, ask in zip(new, asks, strict=True):
            wanted[ask].update(each.track_id for each in use.draws)
        found = {ask: owners_of(ask, sorted(ids)) for ask, ids in wanted.items()}
        return [
            [(pk, found[ask][pk]) for pk in sorted(each.track_id for each in use.draws)]
            for use, ask in zip(new, asks, strict=True)
        ]

    def _judge(self, use: UsageSaid, moment: datetime) -> UseJudge:
        asking = _asking(use)
        if len(self.judges) > JUDGES:
            self.judges.clear()
        if (asking, moment) not in self.judges:
            self.judges[asking, moment] = UseJudge(self.bundle, asking, moment)
        return self.judges[asking, moment]

    def _store(self, new: Sequence[UsageSaid], answers: Sequence[_Answer]) -> None:
        """Write uses, their tracks, their answers, and what these relied on: seven queries."""
        ids = reserve_ids(Usage, len(new))
        checks = reserve_ids(UsageCheck, len(new))
        rows = list(zip(ids, checks, new, answers, strict=True))
        _insert(Usage, [self._usage(pk, use) for pk, _, use, _ in rows])
        _insert(Attribution, [row for pk, _, use, _ in rows for row in _attributions(pk, use)])
        _insert(UsageCheck, [self._check(pk, check, answer) for pk, check, _, answer in rows])
        _insert(UsageAnswers, [answer.packed(check) for _, check, _, answer in rows])
        _insert(Reliance, [row for _, check, _, answer in rows for row in answer.relied(check)])

    def _usage(self, pk: int, use: UsageSaid) -> dict[str, Any]:
        return {
            "id": pk,
            "uuid": uuid.uuid4(),
            "licensee_id": use.licensee.pk,
            "reference": use.reference,
            "stage": Usage.Stage.REPORTED,
            "tracks": len(use.draws),
            "registered_at": self.at,
            "changed_at": self.at,
            **use.columns(),
        }

    def _check(self, usage: int, pk: int, answer: _Answer) -> dict[str, Any]:
        return {
            "id": pk,
            "uuid": uuid.uuid4(),
            "usage_id": usage,
            "bundle_id": self.bundle.pk,
            "as_of": answer.moment,
            "known_at": answer.moment,
            "reported": True,
            "tracks": len(answer.owners),
            "counts": dict(sorted(Counter(one.effect for one in answer.decided).items())),
            "digest": answer.digest,
            "checked_at": self.at,
        }


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer to one use: of each of its tracks the owners and the decision."""

    moment: datetime
    owners: list[tuple[int, tuple[OwnerSaid, ...]]]
    decided: list[Decided]

    @property
    def text(self) -> bytes:
        rows = [
            (track, decision.id, spoke(said))
            for (track, said), decision in zip(self.owners, self.decided, strict=True)
        ]
        return msgspec.json.encode(rows)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text[1:-1] + b",").hexdigest()

    def packed(self, check: int) -> dict[str, Any]:
        return {
            "usage_check_id": check,
            "first_track": self.owners[0][0],
            "last_track": self.owners[-1][0],
            "content": zlib.compress(self.text, 1),
        }

    def relied(self, check: int) -> Iterator[dict[str, Any]]:
        ids = {pk for found in relied(self.owners, self.decided) for pk in found}
        return ({"usage_check_id": check, "consent_id": pk} for pk in sorted(ids))


def _attributions(usage: int, use: UsageSaid) -> Iterator[dict[str, Any]]:
    for each in use.draws:
        yield {
            "usage_id": usage,
            "track_id": each.track_id,
            "weight": each.weight,
            "confidence": each.confidence,
        }


def _insert(model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        insert_rows(model, tuple(rows[0]), (tuple(row.values()) for row in rows), new=True)


def _asking(use: UsageSaid) -> Asking:
    return Asking(
        kind=use.kind,
        licensee=use.licensee.name,
        model=use.model,
        model_version=use.model_version,
        territories=tuple(use.columns()["territories"]),
        research=use.research,
        units=use.units,
        artificial_units=use.artificial_units,
        reported=True,
    )


def _ask(use: UsageSaid, moment: datetime) -> Ask:
    return Ask(
        use=use.kind,
        at=moment,
        known_at=moment,
        licensee=use.licensee.pk,
        model=use.model,
        model_version=use.model_version,
        territories=tuple(use.columns()["territories"]),
    )


def _moments(uses: Sequence[UsageSaid]) -> list[datetime]:
    """For each use the last change before its beginning, at least its day's. Two queries."""
    starts = [use.starts_at for use in uses]
    edges = sorted(_edges({use.kind for use in uses}, min(starts), max(starts)))
    return [_last(edges, start) for start in starts]


def _last(edges: Sequence[datetime], start: datetime) -> datetime:
    day = datetime.combine(start.astimezone(UTC).date(), time(), UTC)
    at = bisect.bisect_right(edges, start)
    return max(day, edges[at - 1]) if at else day


def _edges(kinds: Collection[str], first: datetime, last: datetime) -> set[datetime]:
    """When statements on these uses began, ended, or became known, or were proven."""
    since = datetime.combine(first.astimezone(UTC).date(), time(), UTC)
    span = Q()
    columns = ("valid_from", "valid_until", "recorded_at")
    for column in columns:
        span |= Q(**{f"{column}__gt": since, f"{column}__lte": last})
    rows = Consent.objects.filter(span, use__in=kinds).order_by().values_list(*columns)
    proofs = ConsentProof.objects.filter(recorded_at__gt=since, recorded_at__lte=last).order_by()
    found = {at for row in rows.distinct() for at in row if at is not None}
    return found | set(proofs.values_list("recorded_at", flat=True).distinct())
