"""What a withdrawal would stop, and what not, before anybody withdraws. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from msgspec.structs import replace

from policy.facts.owners import OwnerFact, OwnerSaid, owners_stream
from policy.models import (
    Account,
    Bundle,
    Consent,
    Decision,
    Party,
    Reliance,
    Usage,
)
from policy.registry.said import ARTIST_LAYERS, GRANTED, WITHDRAWN
from policy.registry.speaking import CONTRACTS, DECLARED, VERIFIED
from policy.services.bundles import active_at
from policy.services.coverage import covered
from policy.services.judging import Judgement
from policy.services.usage_checks import ALLOWED, NotChecked, ask_of, asking_of
from policy.services.usage_deadlines import Deadline, deadline_of
from policy.services.usage_decisions import rules_told
from policy.services.usage_judging import UseJudge
from policy.services.withdrawals import concerned, touched

SHOWN = 100
"""Co-owners that are named."""


@dataclass(frozen=True, slots=True)
class PastUse:
    """A use that took place by the grants: lawful, and stays on record."""

    usage: Usage
    took_place_at: datetime


@dataclass(frozen=True, slots=True)
class RunningUse:
    """A use that is planned or goes on. Of `tracks` that the grants are about, `stopped` are
    allowed now and would no longer be, with the rule's deadline."""

    usage: Usage
    tracks: int
    stopped: int
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class ToldParty:
    """Who would be told, as what (licensee, deliverer, owner), and by when it must act."""

    name: str
    role: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WithdrawalPreview:
    """What withdrawing `grants` at `at` comes to.

    `tracks` are covered, of which `redecided` have a decision that is made anew. `owners` counts
    the co-owners that are told; `told` names the first of them.
    """

    grants: tuple[Consent, ...]
    at: datetime
    tracks: int
    redecided: int
    past: tuple[PastUse, ...]
    running: tuple[RunningUse, ...]
    owners: int
    told: tuple[ToldParty, ...]


def withdrawal_preview(
    *, grants: Sequence[Consent], at: datetime, assurance: str = ""
) -> WithdrawalPreview:
    """What withdrawing grants would stop, with the assurance that the withdrawal would have (empty:
    that of each grant). Raises NotChecked when no rules are active."""
    active = active_at(at)
    if active is None:
        raise NotChecked("no bundle is active: run `manage.py bundle_build` and `bundle_activate`")
    said = Consent.objects.filter(pk__in=[grant.pk for grant in grants])
    past = tuple(_past(grants))
    running = tuple(_running(said, active.bundle, at, assurance))
    tracks = covered(said)
    names = _owners(said, grants)
    return WithdrawalPreview(
        grants=tuple(grants),
        at=at,
        tracks=tracks.count(),
        redecided=Decision.objects.filter(track__in=tracks)
        .order_by()
        .values("track")
        .distinct()
        .count(),
        past=past,
        running=running,
        owners=names.count(),
        told=(
            *_licensees(grants, past, running),
            *_deliverers(said),
            *(ToldParty(name, "owner") for name in names.values_list("name", flat=True)[:SHOWN]),
        ),
    )


def grants_standing(
    *, grantor: Party, at: datetime, use: str = "", layer: str = "", scope: str = ""
) -> QuerySet[Consent]:
    """The grants of a party that hold or are still to begin, narrowed by what is given."""
    rows = Consent.objects.filter(grantor=grantor, decision="granted", replaced_by=None)
    rows = rows.exclude(valid_until__lte=at)
    given = {"use": use, "layer": layer, "scope": scope}
    return rows.filter(**{name: value for name, value in given.items() if value}).order_by("pk")


def _past(grants: Sequence[Consent]) -> Iterator[PastUse]:
    relied = Reliance.objects.filter(consent__in=grants).values("usage_check__usage")
    rows = Usage.objects.filter(pk__in=relied).select_related("licensee")
    for usage in rows.order_by("starts_at", "pk"):
        yield PastUse(usage, usage.starts_at)


def _running(
    said: QuerySet[Consent], bundle: Bundle, at: datetime, assurance: str
) -> Iterator[RunningUse]:
    sources = dict((*_sources(said), *_sources(_no_longer_heard(said, assurance))))
    for usage in concerned(said, at):
        found = _without(usage, said, sources, bundle, at)
        if found.tracks:
            yield found


def _sources(said: QuerySet[Consent]) -> Iterable[tuple[int, str]]:
    return said.order_by().values_list("pk", "source")


def _no_longer_heard(said: QuerySet[Consent], assurance: str) -> QuerySet[Consent]:
    """Grants that were only declared in the name of artists who then would be known to refuse."""
    own = said.filter(layer__in=ARTIST_LAYERS)
    if assurance not in VERIFIED:
        own = own.filter(assurance__in=VERIFIED)
    topics = own.order_by().values_list("grantor", "layer", "use").distinct()
    about = Q(pk__in=())
    for grantor, layer, use in topics:
        about |= Q(grantor=grantor, layer=layer, use=use)
    return Consent.objects.filter(about, decision=GRANTED, assurance=DECLARED)


def _without(
    usage: Usage, said: QuerySet[Consent], sources: dict[int, str], bundle: Bundle, at: datetime
) -> RunningUse:
    """A use if the statements of these sources, by id, were withdrawn."""
    judge = UseJudge(bundle, asking_of(usage), max(usage.starts_at, at))
    stream = owners_stream(ask_of(usage, judge.as_of, at), touched(usage, said))
    situations = Counter(
        (tuple(one.fact for one in owners), tuple(_changed(owners, sources)))
        for _, owners in stream
    )
    stopped, deadlines = 0, [Deadline()]
    for (before, after), count in situations.items():
        then = judge.judge(after, False)
        if _allows(judge.judge(before, False)) and not _allows(then):
            stopped += count
            deadlines.append(deadline_of(rules_told(then.rules), at))
    first = min(deadlines, key=Deadline.order)
    return RunningUse(usage, sum(situations.values()), stopped, first)


def _allows(judgement: Judgement) -> bool:
    return judgement.effect in ALLOWED


def _changed(owners: Iterable[OwnerSaid], sources: dict[int, str]) -> Iterator[OwnerFact]:
    """What owners would say."""
    for one in owners:
        fact = one.fact
        for consent in one.consents:
            if consent in sources:
                fact = _withdrawn(fact, contract=sources[consent] in CONTRACTS)
        yield fact


def _withdrawn(fact: OwnerFact, *, contract: bool) -> OwnerFact:
    manner = "contract" if contract else "preference"
    fact = replace(fact, **{manner: WITHDRAWN})
    return replace(fact, condition="none", condition_met=False)


def _licensees(
    grants: Sequence[Consent], past: Sequence[PastUse], running: Sequence[RunningUse]
) -> Iterator[ToldParty]:
    stops: dict[int, list[Deadline]] = {}
    for each in running:
        if each.stopped:
            stops.setdefault(each.usage.licensee_id, []).append(each.deadline)
    named = {grant.licensee_id for grant in grants if grant.licensee_id}
    ids = {*stops, *named, *(each.usage.licensee_id for each in past)}
    for party in Party.objects.filter(pk__in=ids).order_by("name", "pk"):
        deadline = min(stops.get(party.pk, [Deadline()]), key=Deadline.order)
        yield ToldParty(party.name, "licensee", deadline.due_at)


def _deliverers(said: QuerySet[Consent]) -> Iterator[ToldParty]:
    ids = covered(said).order_by().values("account")
    for name in (
        Account.objects.filter(pk__in=ids).order_by("name", "pk").values_list("name", flat=True)
    ):
        yield ToldParty(name, "deliverer")


def _owners(said: QuerySet[Consent], grants: Sequence[Consent]) -> QuerySet[Party]:
    tracks = covered(said).order_by().values("pk")
    rows = Party.objects.filter(shares__track__in=tracks).distinct()
    return rows.exclude(pk__in={grant.grantor_id for grant in grants}).order_by("name", "pk")
