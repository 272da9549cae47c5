"""What payout statements will say: drafts of some parties, from runs and the statements before."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from django.db.models import Max, Min, Q

from policy.accounting.currency import digits
from policy.accounting.earnings import FINE
from policy.accounting.statements import Document, Line, Name, Payout, RunStated, runs_stated
from policy.models import Party, PartyIdentifier, PayoutStatement, PoolRun, Transaction
from policy.selectors.stated_lines import RunOf, lines_of, reversed_line
from policy.services.payouts import Way
from policy.services.pools import Period

SENDER = Name("Stave")
"""Who issues."""


class NotWhole(ArithmeticError):
    """The lines of a party do not add up to whole minor units: a run is not as it was written."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the statements of a period and a currency are made.

    `runs` are all of the period's pools, by pool and number, `current` the number in force by pool.
    `ways` says how the parties are paid that want another currency, by party.
    """

    period: Period
    currency: str
    at: datetime
    runs: Mapping[tuple[str, int], RunOf]
    current: Mapping[str, int]
    way: Way
    ways: Mapping[int, Way]

    def way_of(self, party: int) -> Way:
        """How a party is paid."""
        return self.ways.get(party, self.way)


@dataclass(frozen=True, slots=True)
class Before:
    """The statement of the same period before, and the runs that it covers, by pool."""

    id: int
    uuid: uuid.UUID
    revision: int
    held: int
    runs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before its payout is made; amounts are minor units."""

    party: int
    before: Before | None
    opening: int
    earned: int
    held: int
    paid: int
    way: Way
    lines: tuple[Line, ...]

    @property
    def revision(self) -> int:
        """Its number among the statements of the period."""
        return self.before.revision + 1 if self.before else 1

    @property
    def closing(self) -> int:
        """What stays owed."""
        return self.opening + self.earned - self.paid


def runs_of(period: Period, currency: str) -> tuple[dict[tuple[str, int], RunOf], dict[str, int]]:
    """The runs of a period's pools by pool and number, and which is in force. Two queries.

    A pool is told of in one period only: the one that came first, of those that it lies in.
    """
    rows = PoolRun.objects.filter(_within(period.since, period.until), pool__currency=currency)
    for since, until in _stated_before(period, currency):
        rows = rows.exclude(_within(since, until))
    rows = rows.order_by("pool__key", "number")
    columns = ("pk", "number", "pool__key", "pool__licensee__name", "pool__model")
    found = [RunOf(*row) for row in rows.values_list(*columns, "pool__model_version")]
    return {(run.pool, run.number): run for run in found}, {run.pool: run.number for run in found}


def _within(since: date, until: date) -> Q:
    """That the pool of a run has its period in these days."""
    return Q(pool__period_from__gte=since, pool__period_until__lte=until)


def _stated_before(period: Period, currency: str) -> list[tuple[date, date]]:
    """Overlapping periods whose statements came before the first one of this period."""
    rows = PayoutStatement.objects.filter(
        currency=currency, period_from__lt=period.until, period_until__gt=period.since
    ).order_by()
    firsts = rows.values_list("period_from", "period_until").annotate(first=Min("pk"))
    order = [(since, until) for since, until, _ in sorted(firsts, key=lambda row: row[2])]
    own = (period.since, period.until)
    return order[: order.index(own)] if own in order else order


def drafts(terms: Terms, parties: Collection[int]) -> list[Draft]:
    """The statements that there is something to say in. Six queries at most."""
    owed = _owed(terms, parties)
    before = _before(terms, parties)
    lines = _lines(terms, parties, before)
    found = (
        _draft(terms, party, owed.get(party, 0), before.get(party), lines.get(party, {}))
        for party in sorted(parties)
    )
    return [draft for draft in found if draft is not None]


def documents(
    terms: Terms, some: Sequence[Draft], payouts: Mapping[int, Transaction]
) -> Iterator[tuple[Draft, Document]]:
    """The drafts as documents, each with a UUID of its own. Two queries."""
    names = _names([draft.party for draft in some])
    runs = tuple(RunStated(pool, run) for pool, run in sorted(terms.current.items()))
    for draft in some:
        yield (
            draft,
            Document(
                uuid=str(uuid.uuid4()),
                revision=draft.revision,
                corrects=str(draft.before.uuid) if draft.before else "",
                issued_at=terms.at.astimezone(UTC).isoformat(timespec="seconds"),
                sender=SENDER,
                party=names[draft.party],
                currency=terms.currency,
                digits=digits(terms.currency),
                period_from=terms.period.since.isoformat(),
                period_until=terms.period.until.isoformat(),
                opening=draft.opening,
                earned=draft.earned,
                held=draft.held,
                paid=draft.paid,
                closing=draft.closing,
                threshold=draft.way.threshold,
                payout=_payout(draft, payouts[draft.party]) if draft.paid else None,
                runs=runs,
                lines=draft.lines,
            ),
        )


def _draft(
    terms: Terms,
    party: int,
    opening: int,
    before: Before | None,
    lines: Mapping[tuple[str, int], Sequence[Line]],
) -> Draft | None:
    """A party's statement; None when there is nothing that was not said before."""
    told = tuple(_told(terms, before, lines))
    if not told and (before or not opening):
        return None
    earned = _whole(line.net for line in told if not line.hold)
    waiting = _whole(line.net for line in told if line.hold)
    way = terms.way_of(party)
    balance = opening + earned
    return Draft(
        party=party,
        before=before,
        opening=opening,
        earned=earned,
        held=waiting + (before.held if before else 0),
        paid=balance if way.pays(balance) else 0,
        way=way,
        lines=told,
    )


def _told(
    terms: Terms, before: Before | None, lines: Mapping[tuple[str, int], Sequence[Line]]
) -> Iterator[Line]:
    """For each pool that was run again: what no longer holds, then what holds now."""
    for pool, run in sorted(terms.current.items()):
        stated = before.runs.get(pool) if before else None
        if stated == run:
            continue
        olds = lines.get((pool, stated), ()) if stated else ()
        news = lines.get((pool, run), ())
        if [_content(line) for line in olds] != [_content(line) for line in news]:
            yield from map(reversed_line, olds)
            yield from news


def _content(line: Line) -> Line:
    """What a line says, whatever it is called and whichever decision it names."""
    return replace(line, reference="", decision="")


def _whole(nets: Iterator[int]) -> int:
    amount, rest = divmod(sum(nets), FINE)
    if rest:
        raise NotWhole(f"the lines of a party come to {rest} millionths of a minor unit too much")
    return amount


def _owed(terms: Terms, parties: Collection[int]) -> dict[int, int]:
    """What the last statement of each party closed with, whatever its period."""
    rows = PayoutStatement.objects.filter(party__in=parties, currency=terms.currency)
    last = rows.order_by().values_list("party").annotate(last=Max("pk")).values_list("last")
    closed = PayoutStatement.objects.filter(pk__in=[row[0] for row in last])
    return dict(closed.values_list("party", "closing"))


def _before(terms: Terms, parties: Collection[int]) -> dict[int, Before]:
    rows = PayoutStatement.objects.filter(
        party__in=parties,
        currency=terms.currency,
        period_from=terms.period.since,
        period_until=terms.period.until,
        corrected_by=None,
    ).values_list("party", "pk", "uuid", "revision", "held", "document")
    return {
        party: Before(pk, uuid, revision, held, runs_stated(zlib.decompress(bytes(document))))
        for party, pk, uuid, revision, held, document in rows
    }


def _lines(
    terms: Terms, parties: Collection[int], before: Mapping[int, Before]
) -> dict[int, dict[tuple[str, int], list[Line]]]:
    """The lines of parties in the runs that some of them has not been told of, or must be told
    that they no longer hold."""
    needed: set[tuple[str, int]] = set()
    for party in parties:
        stated = before[party].runs if party in before else {}
        for pool, run in terms.current.items():
            if stated.get(pool) != run:
                needed |= {(pool, run)} | ({(pool, stated[pool])} if pool in stated else set())
    runs = {terms.runs[name].id: name for name in needed}
    found = lines_of(parties, [terms.runs[name] for name in needed]) if needed else {}
    return {
        party: {runs[run]: lines for run, lines in by_run.items()}
        for party, by_run in found.items()
    }


def _names(parties: Sequence[int]) -> dict[int, Name]:
    ids = PartyIdentifier.objects.filter(party__in=parties, kind="dpid", valid=True)
    dpids = dict(ids.order_by("-pk").values_list("party", "value"))
    rows = Party.objects.filter(pk__in=parties).values_list("pk", "name", "uuid")
    return {pk: Name(name, str(uuid), dpids.get(pk, "")) for pk, name, uuid in rows}


def _payout(draft: Draft, transaction: Transaction) -> Payout:
    way = draft.way
    made = Payout(
        transaction=str(transaction.uuid),
        currency=way.quote,
        digits=digits(way.quote),
        amount=way.received(draft.paid),
    )
    if way.rate is None:
        return made
    return replace(
        made,
        numerator=way.rate.numerator,
        denominator=way.rate.denominator,
        source=way.rate.source,
        date=way.rate.date.isoformat(),
    )
