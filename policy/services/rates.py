"""Exchange rates: recorded with source and date, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.currency import MoneyRefused, digits
from policy.accounting.exchange import Rate
from policy.accounting.money import LARGEST
from policy.models import ExchangeRate
from policy.services.audit import audit_record

LONGEST_SOURCE = 200


class RateRefused(Exception):
    """A rate cannot be recorded as asked: all problems, one a line."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def rate_record(
    *, rate: Rate, source: str, day: date, at: datetime, actor: User | None = None
) -> ExchangeRate:
    """Record a rate of a day; the same again is the row that is there.

    Raises RateRefused with all that is wrong, and for another rate of the same source and day.
    """
    problems = _problems(rate, source, day, at)
    if problems:
        raise RateRefused(*problems)
    with transaction.atomic():
        row, new = ExchangeRate.objects.get_or_create(
            base=rate.base,
            quote=rate.quote,
            date=day,
            source=source,
            defaults={
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "recorded_at": at,
            },
        )
        if not new and row.numerator * rate.denominator != rate.numerator * row.denominator:
            raise RateRefused(
                f"{source} has a rate of {row} already: {row.numerator}/{row.denominator}; "
                "rates are history, so name another source or day"
            )
        if new:
            detail = {"numerator": rate.numerator, "denominator": rate.denominator}
            audit_record(actor=actor, action="rate_record", subject=row, at=at, detail=detail)
    return row


def rate_on(base: str, quote: str, day: date) -> ExchangeRate | None:
    """The newest rate of a day or before; None for none. One query."""
    rows = ExchangeRate.objects.filter(base=base, quote=quote, date__lte=day)
    return rows.order_by("-date", "-pk").first()


def rate_of(row: ExchangeRate) -> Rate:
    """A recorded rate as numbers."""
    return Rate(row.base, row.quote, row.numerator, row.denominator)


def _problems(rate: Rate, source: str, day: date, at: datetime) -> list[str]:
    found = [*_unknown((rate.base, rate.quote))]
    if rate.base == rate.quote:
        found.append(f"a rate is between two currencies, not from {rate.base} to itself")
    if rate.numerator <= 0 or rate.denominator <= 0:
        found.append("a rate is more than nothing")
    if max(rate.numerator, rate.denominator) > LARGEST:
        found.append(f"{rate.numerator}/{rate.denominator} is too exact a rate: give fewer digits")
    if not source.strip() or len(source) > LONGEST_SOURCE:
        found.append(
            f"a rate has a source: say who publishes it, in up to {LONGEST_SOURCE} characters"
        )
    if day > at.date():
        found.append(f"{day} is still to come: a rate is of today or before")
    return found


def _unknown(currencies: Iterable[str]) -> Iterable[str]:
    for currency in currencies:
        try:
            digits(currency)
        except MoneyRefused as refused:
            yield str(refused)
