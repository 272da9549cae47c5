"""`pool_change`: correct what a pool holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy.accounting.money import readable
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import amounts, pool_named
from policy.services.pools import pool_change


class Command(BaseCommand):
    """Correct the amounts of a pool."""

    help = "Correct a pool's income or minimum; its next run corrects what was shared out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which pool, and its amounts."""
        parser.add_argument("key", help="the pool")
        parser.add_argument("--income", default="", help="fee or net income, like 1000.00")
        parser.add_argument("--minimum", default="", help="what the contract guarantees")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Correct it and say so."""
        pool = pool_named(options["key"])
        told = amounts(pool.currency, income=options["income"], minimum=options["minimum"])
        if not told:
            raise CommandError("nothing to change: give --income or --minimum")
        with refusals_told():
            pool = pool_change(pool=pool, at=timezone.now(), actor=person(options["by"]), **told)
        income, least = (readable(each, pool.currency) for each in (pool.income, pool.minimum))
        self.stdout.write(f"pool {pool.key}: income {income}, at least {least}")
