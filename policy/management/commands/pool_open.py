"""`pool_open`: open a pool for a licensee's uses in a period."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.accounting.money import readable
from policy.lang.words import USES
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import amounts, period, period_arguments
from policy.management.registry import party_named
from policy.services.pools import PoolAsked, pool_open


class Command(BaseCommand):
    """Open a pool."""

    help = "Open a pool: what a licensee owes for its uses of some kinds in a period."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the pool is to be."""
        parser.add_argument("key", help="its name in commands and payout statements: letters, -")
        period_arguments(parser)
        parser.add_argument("--licensee", required=True, help="a party, by UUID or name")
        parser.add_argument("--scheme", required=True, help="how it is shared out, like training")
        parser.add_argument(
            "--kind", action="append", required=True, help=f"a use that it pays: {', '.join(USES)}"
        )
        parser.add_argument("--currency", required=True, help="ISO 4217, like EUR")
        parser.add_argument("--income", default="", help="fee or net income, like 1000.00")
        parser.add_argument("--minimum", default="", help="what the contract guarantees")
        parser.add_argument("--title", default="", help="its name for people (default: the key)")
        parser.add_argument("--model", default="", help="uses by this model only")
        parser.add_argument("--model-version", default="", help="uses by this version only")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Open it and say so."""
        told = amounts(options["currency"], income=options["income"], minimum=options["minimum"])
        asked = PoolAsked(
            key=options["key"],
            licensee=party_named(options["licensee"]),
            scheme=options["scheme"],
            kinds=tuple(options["kind"]),
            currency=options["currency"],
            period=period(options),
            title=options["title"],
            model=options["model"],
            model_version=options["model_version"],
            **told,
        )
        with refusals_told():
            pool = pool_open(asked=asked, at=timezone.now(), actor=person(options["by"]))
        self.stdout.write(f"pool {pool.key} is open: {readable(pool.income, pool.currency)}")
