"""`rate_record`: record an exchange rate."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.accounting.exchange import Rate
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import day, rate
from policy.services.rates import rate_record


class Command(BaseCommand):
    """Record what one unit of a currency is in another one."""

    help = "Record an exchange rate with its source and day; payouts in another currency use it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which currencies, how much, by whom, when."""
        parser.add_argument("base", help="the currency of which one unit is told, like EUR")
        parser.add_argument("quote", help="the currency in which it is told, like JPY")
        parser.add_argument("rate", type=rate, help="units of the latter, like 160.3")
        parser.add_argument("--source", required=True, help="who publishes it")
        parser.add_argument("--date", type=day, help="of which day (default: today)")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record it and say so."""
        now, found = timezone.now(), options["rate"]
        with refusals_told():
            row = rate_record(
                rate=Rate(options["base"], options["quote"], found.numerator, found.denominator),
                source=options["source"],
                day=options["date"] or now.date(),
                at=now,
                actor=person(options["by"]),
            )
        self.stdout.write(f"{row}: {row.numerator}/{row.denominator} by {row.source}")
