"""Pools as pages: what a licensee owes for a period, how each run shared it out, and by what.

Amounts are integers of the currency's minor unit. A pool is its licensee's and staff's to see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from policy.models import LedgerAccount, PayoutLine, Pool, PoolRun, Posting, UsageDecision
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.ledger_pages import account_purpose
from policy.selectors.people import Named
from policy.selectors.visibility import User, pools_visible_to

SAMPLED = 2_000
"""Lines of a run whose decisions tell the rules behind it; tracks alike share decisions."""

RULES = 20
"""Rules that are told of a run."""


PARAMETERS = ("funding", "key", "fallback", "deduction", "per_use", "minimum")
"""What a scheme's parameters are called behind its word, as a run keeps them."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One sharing out; `gross` = `deducted` + `paid` + `held` + `reserved`.

    `corrects` is the number of the run that it took the place of, `current` whether none did of
    its own.
    """

    uuid: UUID
    number: int
    gross: int
    deducted: int
    paid: int
    held: int
    reserved: int
    lines: int
    corrects: int | None
    current: bool
    bundle: str
    input_digest: str
    transaction: UUID | None
    ran_at: datetime


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool in a list with its current run, None before the first."""

    uuid: UUID
    key: str
    title: str
    licensee: Named
    scheme: str
    kinds: tuple[str, ...]
    currency: str
    income: int
    minimum: int
    period_from: date
    period_until: date
    run: RunRow | None


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter as the current run applied it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where money of the current run went: accounts of one kind, and one reason where it is held.

    `accounts` is how many share it.
    """

    kind: str
    reason: str
    accounts: int
    amount: int


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule behind the lines of the current run, with the duty that it set."""

    ruleset: str
    rule: str
    do: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PoolPage:
    """A pool with its runs, newest first, and what the current one was made of."""

    row: PoolRow
    model: str
    model_version: str
    created_at: datetime
    changed_at: datetime
    runs: tuple[RunRow, ...]
    numbers: tuple[Number, ...]
    destinations: tuple[Destination, ...]
    rules: tuple[AppliedRule, ...]


def list_pools(user: User, place: Place, *, size: int) -> Page[PoolRow]:
    """The pools that the login may see, newest first; two queries beside its own."""
    page = keyset_page(pools_visible_to(user).select_related("licensee"), place, size=size)
    runs = _current(page.rows)
    return page.map(lambda pool: _row(pool, runs.get(pool.pk)))


def get_pool_page(user: User, uuid: UUID) -> PoolPage | None:
    """One pool, None when the login sees none such; at most six queries."""
    pool = pools_visible_to(user).filter(uuid=uuid).select_related("licensee").first()
    if pool is None:
        return None
    runs = list(_runs([pool]).order_by("-number"))
    current = next((run for run in runs if _is_current(run)), None)
    return PoolPage(
        row=_row(pool, current),
        model=pool.model,
        model_version=pool.model_version,
        created_at=pool.created_at,
        changed_at=pool.changed_at,
        runs=tuple(map(_run, runs)),
        numbers=_numbers(pool, current.scheme) if current else (),
        destinations=_destinations(current) if current else (),
        rules=_rules(current) if current else (),
    )


def _runs(pools: Iterable[Pool]) -> Any:
    rows = PoolRun.objects.filter(pool__in=[pool.pk for pool in pools])
    shown = ("bundle", "corrects", "corrected_by", "transaction")
    return rows.select_related(*shown).defer("bundle__content")


def _current(pools: Iterable[Pool]) -> dict[int, PoolRun]:
    return {run.pool_id: run for run in _runs(pools).filter(corrected_by=None)}


def _is_current(run: PoolRun) -> bool:
    return getattr(run, "corrected_by", None) is None


def _run(run: PoolRun) -> RunRow:
    return RunRow(
        uuid=run.uuid,
        number=run.number,
        gross=run.gross,
        deducted=run.deducted,
        paid=run.paid,
        held=run.held,
        reserved=run.reserved,
        lines=run.lines,
        corrects=run.corrects.number if run.corrects else None,
        current=_is_current(run),
        bundle=run.bundle.digest,
        input_digest=run.input_digest,
        transaction=run.transaction.uuid if run.transaction else None,
        ran_at=run.ran_at,
    )


def _row(pool: Pool, run: PoolRun | None) -> PoolRow:
    return PoolRow(
        uuid=pool.uuid,
        key=pool.key,
        title=pool.title,
        licensee=Named(pool.licensee.uuid, pool.licensee.name),
        scheme=pool.scheme,
        kinds=tuple(pool.kinds),
        currency=pool.currency,
        income=pool.income,
        minimum=pool.minimum,
        period_from=pool.period_from,
        period_until=pool.period_until,
        run=_run(run) if run else None,
    )


def _numbers(pool: Pool, scheme: Mapping[str, object]) -> tuple[Number, ...]:
    """The parameters of the scheme by the names that they have in the ruleset."""
    said = ((f"{pool.scheme}_{name}", scheme.get(name)) for name in PARAMETERS)
    return tuple(Number(name, str(value)) for name, value in said if value is not None)


def _destinations(run: PoolRun) -> tuple[Destination, ...]:
    """The postings of a run's transaction, summed up; holds by their reason."""
    rows = Posting.objects.filter(transaction=run.transaction_id or 0).order_by()
    sums = rows.values_list("account__kind").annotate(number=Count("pk"), amount=Sum("amount"))
    found = [Destination(kind, "", number, amount) for kind, number, amount in sums]
    rest = [one for one in found if one.kind != LedgerAccount.Kind.HOLD]
    return tuple(sorted((*rest, *_held(rows)), key=_order))


def _held(rows: QuerySet[Posting]) -> Iterable[Destination]:
    """Holds by reason: there is an account for each party that a reason concerns."""
    holds = rows.filter(account__kind=LedgerAccount.Kind.HOLD)
    numbers, amounts = Counter[str](), Counter[str]()
    for key, amount in holds.values_list("account__key", "amount"):
        numbers[account_purpose(key)] += 1
        amounts[account_purpose(key)] += amount
    kind = LedgerAccount.Kind.HOLD
    return (Destination(kind, word, numbers[word], amounts[word]) for word in numbers)


def _order(found: Destination) -> tuple[bool, int]:
    """What the money came from first, then the largest parts."""
    return found.amount > 0, -abs(found.amount)


def _rules(run: PoolRun) -> tuple[AppliedRule, ...]:
    lines = PayoutLine.objects.filter(run=run, position__lt=SAMPLED).values("decision")
    rows = UsageDecision.objects.filter(pk__in=lines).order_by("pk").values_list("rules", flat=True)
    found = dict.fromkeys(rule for rules in rows[:RULES] for rule in _applied(rules))
    return tuple(found)[:RULES]


def _applied(rules: Iterable[Mapping[str, Any]]) -> Iterable[AppliedRule]:
    for rule in rules:
        for duty in rule.get("obligations", ()):
            details = duty.get("details", {})
            told = tuple((str(name), str(value)) for name, value in sorted(dict(details).items()))
            yield AppliedRule(rule["ruleset"], rule["rule"], duty["do"], told)
