"""What commands about money share: days, amounts and rates, and which row is meant."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from policy.accounting.currency import MoneyRefused
from policy.accounting.money import parse, readable
from policy.management.words import counted
from policy.models import Dispute, PayoutStatement, Pool, PoolRun
from policy.services.payout_statements import Issued
from policy.services.pools import Period

_RATE = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)


def day(text: str) -> date:
    """A day in ISO 8601. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"`{text}` is no day: write 2026-07-01") from None


def rate(text: str) -> Fraction:
    """A positive decimal number, exactly. Raises ArgumentTypeError."""
    if not _RATE.fullmatch(text) or not Fraction(text):
        raise ArgumentTypeError(f"`{text}` is no rate: write digits and a point, like 160.3")
    return Fraction(text)


def period_arguments(parser: CommandParser) -> None:
    """Add a period of days."""
    parser.add_argument("since", metavar="FROM", type=day, help="first day, like 2026-07-01")
    parser.add_argument("until", metavar="UNTIL", type=day, help="the day after the last one")


def period(options: dict[str, object]) -> Period:
    """The period that was told. Refuses one that ends before it begins."""
    since, until = options["since"], options["until"]
    assert isinstance(since, date)
    assert isinstance(until, date)
    if since >= until:
        raise CommandError(f"the period ends on {until} before it begins on {since}")
    return Period(since, until)


def amounts(currency: str, **texts: str) -> dict[str, int]:
    """Amounts by name in minor units; empty ones are left out. Refuses all that are none."""
    found: dict[str, int] = {}
    problems = []
    for name, text in texts.items():
        try:
            found |= {name: parse(text, currency)} if text else {}
        except MoneyRefused as refused:
            problems.append(f"{name}: {refused}")
    if problems:
        raise CommandError("\n".join(problems))
    return found


def pool_named(key: str) -> Pool:
    """The pool of a key. Refuses a key that none has."""
    found = Pool.objects.select_related("licensee").filter(key=key).first()
    if found is None:
        known = ", ".join(Pool.objects.order_by("key").values_list("key", flat=True)[:10])
        raise CommandError(f"there is no pool `{key}`" + (f"; there are {known}" if known else ""))
    return found


def dispute_named(uuid: UUID) -> Dispute:
    """The dispute of a UUID. Refuses one that names none."""
    found = Dispute.objects.filter(uuid=uuid).first()
    if found is None:
        raise CommandError(f"there is no dispute `{uuid}`")
    return found


def statement_named(uuid: UUID) -> PayoutStatement:
    """The payout statement of a UUID. Refuses one that names none."""
    found = PayoutStatement.objects.filter(uuid=uuid).first()
    if found is None:
        raise CommandError(f"there is no payout statement `{uuid}`")
    return found


def run_told(pool: Pool, run: PoolRun, *, new: bool) -> Iterator[str]:
    """What became of a pool, in lines."""
    state = "" if new else ": as before, nothing is posted"
    corrects = f", which corrects run {run.number - 1}" if new and run.corrects_id else ""
    yield f"pool {pool.key}, run {run.number}{corrects}{state}"
    parts = {
        "gross": run.gross, "deducted": run.deducted, "paid": run.paid, "held": run.held,
        "reserved": run.reserved,
    }  # fmt: skip
    for name, amount in parts.items():
        yield f"  {name:<9}{readable(amount, pool.currency):>20}"
    yield f"  {run.lines:,} lines"


def issued_told(issued: Issued) -> str:
    """What was issued in a currency, in a line."""
    if not issued.statements:
        return f"{issued.currency}: nothing changed, no payout statement is due"
    statements = counted(issued.statements, "payout statement")
    payouts = counted(issued.payouts, "payout")
    return f"{issued.currency}: {statements}, {payouts}, {readable(issued.paid, issued.currency)}"
