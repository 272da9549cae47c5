"""Payout statements are issued: for a period, to every party that earned or is owed something.

Some hundred parties are one transaction with their payouts. A statement begins with what the one
before closed with, in the order in which they were issued, so that no balance is ever lost. When
pools were run again, the next revision takes back the lines that no longer hold and gives the new
ones; a party for which nothing changed gets none.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.currency import MoneyRefused, digits
from policy.accounting.scheme import SchemeRefused, Values, payout_minimum
from policy.accounting.statements import Document, encode
from policy.models import (
    LedgerAccount,
    Notice,
    Party,
    PayoutLine,
    PayoutStatement,
    PayoutTerms,
    Pool,
    Transaction,
)
from policy.services.audit import audit_record
from policy.services.bulk import insert_rows, reserve_ids
from policy.services.payouts import Payment, Way, payouts_post
from policy.services.pools import Period, bundle_in_force, values_of
from policy.services.rates import rate_on
from policy.services.stating import Draft, Terms, documents, drafts, runs_of

CHUNK = 500
"""Parties whose statements are one transaction."""

_COLUMNS = (
    "id", "uuid", "party_id", "currency", "period_from", "period_until", "revision", "corrects_id",
    "opening", "earned", "held", "paid", "closing", "payout_id", "document", "digest", "issued_at",
)  # fmt: skip


class StatementsRefused(Exception):
    """Statements cannot be issued as asked: all problems, one a line."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued in a currency: statements, how many of them with a payout, and the sum of
    these in minor units of that currency."""

    currency: str
    statements: int = 0
    payouts: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """How far issuing has come: the currency, and the last party (a row's id) that is done."""

    currency: str
    party: int


def statements_issue(
    *,
    period: Period,
    at: datetime,
    currency: str = "",
    actor: User | None = None,
    after: Step | None = None,
    step: Callable[[Step], None] = lambda _: None,
) -> list[Issued]:
    """Issue the statements of a period in one currency or, for none, in all; pay what is due.

    Whoever is interrupted goes on `after` the last step; `step` is called in the transaction of
    each. Raises StatementsRefused, before anything is written, for a period that is not over, for
    what is no currency, and with all thresholds and rates that are missing.
    """
    refuse_early(period, at)
    _refuse_unknown(currency)
    begin = after or Step("", 0)
    found = _all_terms(period, [currency] if currency else _currencies(period), at)
    return [
        _issue(terms, begin.party if terms.currency == begin.currency else 0, actor, step)
        for terms in found
        if terms.currency >= begin.currency
    ]


def refuse_early(period: Period, at: datetime) -> None:
    """Raises StatementsRefused for a period that is not over."""
    if at < period.ends_at:
        raise StatementsRefused(f"the period ends on {period.until}: issue its statements then")


def _refuse_unknown(currency: str) -> None:
    try:
        digits(currency or "EUR")
    except MoneyRefused as refused:
        raise StatementsRefused(str(refused)) from None


def _currencies(period: Period) -> list[str]:
    """Those of the period's pools, and those in which a balance may be carried."""
    pools = Pool.objects.filter(period_from__gte=period.since, period_until__lte=period.until)
    stated = PayoutStatement.objects.values_list("currency", flat=True).distinct()
    return sorted({*pools.values_list("currency", flat=True), *stated})


def _all_terms(period: Period, currencies: Iterable[str], at: datetime) -> list[Terms]:
    values = values_of(bundle_in_force(at), period.last_day)
    problems: list[str] = []
    found = []
    for currency in currencies:
        ways = _Ways(currency, values, at)
        runs, current = runs_of(period, currency)
        way, others = ways.way(currency), ways.of_parties()
        problems += ways.problems
        if way is not None:
            found.append(Terms(period, currency, at, runs, current, way, others))
    if problems:
        raise StatementsRefused(*dict.fromkeys(problems))
    return found


class _Ways:
    """Finds out how parties are paid what they are owed in a currency, and what is missing."""

    def __init__(self, base: str, values: Values, at: datetime) -> None:
        self._base, self._values, self._at = base, values, at
        self.problems: list[str] = []

    def way(self, quote: str) -> Way | None:
        """The way into a currency; None, with a problem, when it is not known."""
        rate = None
        if quote != self._base:
            rate = rate_on(self._base, quote, self._at.date())
            if rate is None:
                self.problems.append(
                    f"no rate from {self._base} to {quote} up to {self._at.date()}: record one"
                    f" with `manage.py rate_record {self._base} {quote}`"
                )
        try:
            return Way(self._base, quote, rate, payout_minimum(self._values, quote))
        except SchemeRefused as refused:
            self.problems += refused.problems
        return None

    def of_parties(self) -> Mapping[int, Way]:
        """The ways of the parties that are owed something here and want another currency."""
        owed = LedgerAccount.objects.filter(kind="payable", currency=self._base)
        terms = PayoutTerms.objects.filter(party__in=owed.values("party"))
        rows = list(terms.exclude(currency=self._base).values_list("party", "currency"))
        ways = {quote: self.way(quote) for quote in sorted({quote for _, quote in rows})}
        found = ((party, ways[quote]) for party, quote in rows)
        return {party: way for party, way in found if way is not None}


def _issue(terms: Terms, after: int, actor: User | None, step: Callable[[Step], None]) -> Issued:
    count = payouts = paid = 0
    while parties := _parties(terms, after):
        after = parties[-1]
        with transaction.atomic():
            made = _issue_some(terms, parties, actor)
            step(Step(terms.currency, after))
        count += len(made)
        payouts += sum(1 for draft in made if draft.paid)
        paid += sum(draft.paid for draft in made)
    return Issued(terms.currency, count, payouts, paid)


def _parties(terms: Terms, after: int) -> list[int]:
    """The next parties that may have something to be told, by id: those with lines in runs of the
    period, and those to which something was owed."""
    runs = [run.id for run in terms.runs.values()]
    lines = PayoutLine.objects.filter(run__in=runs, party__gt=after)
    owed = PayoutStatement.objects.filter(currency=terms.currency, party__gt=after)
    found: set[int] = set()
    for rows in (lines, owed.exclude(closing=0)):
        found |= set(rows.order_by("party").values_list("party", flat=True).distinct()[:CHUNK])
    return sorted(found)[:CHUNK]


def _issue_some(terms: Terms, parties: Sequence[int], actor: User | None) -> list[Draft]:
    """The statements of some parties, their payouts and notices, in the caller's transaction."""
    # The parties are the lock: of two who issue at a time, the second finds what the first said.
    list(Party.objects.select_for_update(of=("self",)).filter(pk__in=parties).order_by("pk"))
    made = drafts(terms, parties)
    payouts = payouts_post(
        payments=[
            Payment(draft.party, draft.revision, draft.paid, draft.way)
            for draft in made
            if draft.paid
        ],
        about=f"payout statements {terms.period.since} to {terms.period.last_day}",
        at=terms.at,
        actor=actor,
    )
    told = list(documents(terms, made, payouts))
    rows = _write(terms, told, payouts)
    _tell(terms, told)
    if rows:
        audit_record(
            actor=actor, action="statements_issue", subject=rows[0], at=terms.at,
            detail={"statements": len(rows), "currency": terms.currency},
        )  # fmt: skip
    return made


def _write(
    terms: Terms,
    told: Sequence[tuple[Draft, Document]],
    payouts: Mapping[int, Transaction],
) -> list[PayoutStatement]:
    ids = reserve_ids(PayoutStatement, len(told))
    rows = [
        PayoutStatement(
            id=id,
            uuid=uuid.UUID(document.uuid),
            party_id=draft.party,
            currency=terms.currency,
            period_from=terms.period.since,
            period_until=terms.period.until,
            revision=draft.revision,
            corrects_id=draft.before.id if draft.before else None,
            opening=draft.opening,
            earned=draft.earned,
            held=draft.held,
            paid=draft.paid,
            closing=draft.closing,
            payout=payouts.get(draft.party),
            **_kept(document),
            issued_at=terms.at,
        )
        for id, (draft, document) in zip(ids, told, strict=True)
    ]
    values = ([getattr(row, column) for column in _COLUMNS] for row in rows)
    insert_rows(PayoutStatement, _COLUMNS, values, new=True)
    return rows


def _kept(document: Document) -> dict[str, bytes | str]:
    raw = encode(document)
    return {"document": zlib.compress(raw, 6), "digest": hashlib.sha256(raw).hexdigest()}


def _tell(terms: Terms, told: Sequence[tuple[Draft, Document]]) -> None:
    """A notice of each statement to its party."""
    text = f"Your payout statement of {terms.period.since} to {terms.period.last_day}"
    insert_rows(
        Notice,
        ("uuid", "key", "kind", "party_id", "text", "sent_at"),
        [
            (
                uuid.uuid4(), hashlib.sha256(document.uuid.encode()).hexdigest(),
                Notice.Kind.STATEMENT_ISSUED, draft.party,
                f"{text} in {terms.currency} is there: {document.uuid}.", terms.at,
            )
            for draft, document in told
        ],
        new=True,
    )  # fmt: skip
