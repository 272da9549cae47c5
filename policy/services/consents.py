"""What parties say about AI uses, kept bitemporally: nothing is edited, further rows replace.

A row speaks about `valid_from` to `valid_until` and is known from `recorded_at` until another row
names it in `replaces`. A message says anew all that its release's deals permit, so what it says is
compared with what stands: equal statements are left alone, changed ones replaced, and a grant that
is gone is withdrawn from the time of the message on. What was in force before stays in force
before: no row ever takes back the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q

from policy.ingest.delivery import DeliveredConsent
from policy.models import Consent, Delivery, Party
from policy.services.parties import SENDER
from policy.services.taking_back import taking_back_request

GRANTED, DENIED, WITHDRAWN = "granted", "denied", "withdrawn"

Subject: TypeAlias = tuple[int | None, int | None]
"""What a statement hangs on: ids of release and track; neither for all that its grantor has."""

Topic: TypeAlias = tuple[Subject, int | None, str, str]
"""What two statements must share for one to speak about the other: subject, grantor's id, layer
and use."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said, ready to become a row. Territories are sorted; both empty is everywhere."""

    subject: Subject
    grantor: int | None
    layer: str
    use: str
    decision: str
    source: str
    territories: tuple[str, ...]
    excluded: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None

    @property
    def topic(self) -> Topic:
        return self.subject, self.grantor, self.layer, self.use

    @property
    def where(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.territories, self.excluded


@dataclass(frozen=True, slots=True)
class Standing:
    """A statement that stands: its row's id, and since when it speaks."""

    id: int
    said: Statement
    since: datetime


@dataclass(frozen=True, slots=True)
class Further:
    """A row to add: what it says, from when, and the id of the row that it replaces."""

    said: Statement
    since: datetime
    replaces: int | None = None


def consents_store(
    *,
    said: Iterable[Statement],
    standing: Iterable[Consent],
    delivery: Delivery,
    complete: bool = True,
) -> list[Consent]:
    """Write the rows by which `standing` becomes what was said; at most two queries, none for
    nothing said and no change.

    What is taken back leaves a job to carry it out, some queries more. `complete` tells that what
    is not said any more is no longer granted. A grant that its party took back here is not granted
    anew by a message that only repeats it.
    """
    at = spoken_at(delivery)
    before = [Standing(row.pk, statement_of(row), row.valid_from) for row in standing]
    anew = _without_taken_back(list(said), delivery)
    rows = [_row(one, delivery) for one in further(before, anew, at, complete=complete)]
    stored = Consent.objects.bulk_create(rows)
    taking_back_request(said=stored, at=delivery.received_at)
    return stored


def _without_taken_back(said: list[Statement], delivery: Delivery) -> list[Statement]:
    if not said:
        return said
    releases, tracks = ({one.subject[n] for one in said} - {None} for n in (0, 1))
    grantors = {one.grantor for one in said if one.subject == (None, None)}
    of = Q(release__in=releases) | Q(track__in=tracks)
    of |= Q(grantor__in=grantors, scope=Consent.Scope.CATALOGUE)
    rows = Consent.objects.filter(
        of, decision=WITHDRAWN, delivery=None, replaces__delivery__account=delivery.account,
        replaced_by=None,
    ).select_related("replaces")  # fmt: skip
    gone = [statement_of(row.replaces) for row in rows if row.replaces]
    taken_back = {(one.topic, one.where, one.decision) for one in gone}
    return [one for one in said if (one.topic, one.where, one.decision) not in taken_back]


def spoken_at(delivery: Delivery) -> datetime:
    """The instant that a message speaks from: when it was made, and never later than it came."""
    return min(delivery.message_created_at, delivery.received_at)


def statement(one: DeliveredConsent, subject: Subject, parties: dict[str, Party]) -> Statement:
    """A delivered consent about a subject. `parties` are by reference, the sender among them when
    the consent names no grantor."""
    return Statement(
        subject=subject,
        grantor=parties[SENDER if one.grantor is None else one.grantor].pk,
        layer=one.layer,
        use=one.use,
        decision=one.decision,
        source=one.source,
        territories=tuple(sorted(set(one.territories))),
        excluded=tuple(sorted(set(one.excluded_territories))),
        valid_from=one.valid_from,
        valid_until=one.valid_until,
    )


def statement_of(row: Consent) -> Statement:
    """What a row says."""
    return Statement(
        subject=(row.release_id, row.track_id),
        grantor=row.grantor_id,
        layer=row.layer,
        use=row.use,
        decision=row.decision,
        source=row.source,
        territories=tuple(row.territories),
        excluded=tuple(row.excluded_territories),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def further(
    standing: Sequence[Standing], said: Iterable[Statement], at: datetime, *, complete: bool = True
) -> list[Further]:
    """The rows to add so that what stands becomes what is said, as of `at`."""
    topics: dict[Topic, tuple[list[Standing], list[Statement]]] = defaultdict(lambda: ([], []))
    for old in standing:
        topics[old.said.topic][0].append(old)
    for new in dict.fromkeys(said):
        topics[new.topic][1].append(new)
    return [
        row for olds, news in topics.values() for row in _topic(olds, news, at, complete=complete)
    ]


def _topic(
    olds: Sequence[Standing], news: Sequence[Statement], at: datetime, *, complete: bool
) -> Iterator[Further]:
    """The rows to add on one topic."""
    left, fresh = _without_equals(olds, news, at)
    stay = [new for new in news if new not in fresh and not _is_over(new, new.valid_from, at)]
    left = [old for old in left if not _is_over(old.said, old.since, at)]
    ended = [new for new in fresh if _is_over(new, new.valid_from, at)]
    current = [new for new in fresh if new not in ended]
    yield from (Further(new, new.valid_from or min(at, new.valid_until or at)) for new in ended)
    for new in current:
        since, old = new.valid_from or at, _meant(new, left)
        yield Further(new, since, old.id if old else None)
        if old is not None:
            left.remove(old)
            if not _tells_past(new, since, old):
                yield from _past(old, at)
    for old in left:
        if any(_overlap(old.said, new) for new in current):
            yield _closed(old, at)
        elif old.said.decision == GRANTED and complete:
            # What another grant still allows there is not withdrawn; this one is just not needed.
            still = any(_overlap(old.said, new) for new in stay)
            yield from [_closed(old, at)] if still else _withdrawal(old, ended, at)


def _meant(new: Statement, left: Sequence[Standing]) -> Standing | None:
    """Which of several statements a new one replaces: the likest, a grant before a refusal."""
    found = [old for old in left if _overlap(old.said, new)]
    return min(
        found,
        key=lambda old: (
            old.said.where != new.where,
            old.said.decision != GRANTED,
            old.since,
            old.id,
        ),
        default=None,
    )


def _without_equals(
    olds: Sequence[Standing], news: Sequence[Statement], at: datetime
) -> tuple[list[Standing], list[Statement]]:
    """What stands and is not said again, and what is said and does not stand.

    A statement without a beginning equals one that has begun.
    """
    left, fresh = list(olds), []
    for new in news:
        equal = next((old for old in left if _equal(old, new, at)), None)
        if equal is None:
            fresh.append(new)
        else:
            left.remove(equal)
    return left, fresh


def _equal(old: Standing, new: Statement, at: datetime) -> bool:
    begins = new.valid_from or min(old.since, at)
    return old.since == begins and replace(old.said, valid_from=new.valid_from) == new


def _is_over(said: Statement, since: datetime | None, at: datetime) -> bool:
    """Whether a statement holds no more, or, closed before it began, never did."""
    until = said.valid_until
    return until is not None and (until <= at or (since is not None and until <= since))


def _tells_past(new: Statement, since: datetime, old: Standing) -> bool:
    """Whether a statement says itself what the one that it replaces said of the time before."""
    return (new.decision, new.where) == (old.said.decision, old.said.where) and since <= old.since


def _past(old: Standing, until: datetime) -> Iterator[Further]:
    """What a replaced row said of the time before, if it had begun by then."""
    if old.since < until:
        yield Further(replace(old.said, valid_until=until), old.since)


def _closed(old: Standing, at: datetime) -> Further:
    """That a statement no longer holds, because another one speaks for its territories now."""
    return Further(replace(old.said, valid_until=max(old.since, at)), old.since, old.id)


def _withdrawal(old: Standing, ended: Sequence[Statement], at: datetime) -> Iterator[Further]:
    """That a grant is gone: since the message, or since the end that the message gives it."""
    same = [new for new in ended if new.where == old.said.where and new.decision == GRANTED]
    since = max((new.valid_until for new in same if new.valid_until), default=at)
    gone = replace(old.said, decision=WITHDRAWN, valid_from=since, valid_until=None)
    yield Further(gone, since, old.id)
    if not any(new.valid_from and new.valid_from <= old.since for new in same):
        yield from _past(old, since)


def _overlap(one: Statement, other: Statement) -> bool:
    """Whether there is a territory that both speak about."""
    if one.territories and other.territories:
        common = set(one.territories) & set(other.territories)
        return bool(common - set(one.excluded) - set(other.excluded))
    if not one.territories and not other.territories:
        return True
    named, world = (one, other) if one.territories else (other, one)
    return bool(set(named.territories) - set(named.excluded) - set(world.excluded))


def _row(one: Further, delivery: Delivery) -> Consent:
    release, track = one.said.subject
    return Consent(
        grantor_id=one.said.grantor,
        scope=_scope(one.said.subject),
        release_id=release,
        track_id=track,
        layer=one.said.layer,
        use=one.said.use,
        decision=one.said.decision,
        territories=list(one.said.territories),
        excluded_territories=list(one.said.excluded),
        valid_from=one.since,
        valid_until=one.said.valid_until,
        source=one.said.source,
        delivery=delivery,
        replaces_id=one.replaces,
        recorded_at=delivery.received_at,
    )


def _scope(subject: Subject) -> Consent.Scope:
    release, track = subject
    if release is not None:
        return Consent.Scope.RELEASE
    return Consent.Scope.CATALOGUE if track is None else Consent.Scope.TRACK
