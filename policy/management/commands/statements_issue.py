"""`statements_issue`: issue the payout statements of a period, and pay what is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import issued_told, period, period_arguments
from policy.services.payout_jobs import statements_ask
from policy.services.payout_statements import statements_issue


class Command(BaseCommand):
    """Issue payout statements; what has not changed is not said again."""

    help = (
        "Issue the payout statements of a period and pay what is due. Where pools were run again, "
        "parties get a revision with the difference; the others get nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which period, and in which currency."""
        period_arguments(parser)
        parser.add_argument("--currency", default="", help="in this currency only")
        parser.add_argument("--later", action="store_true", help="leave all to the workers")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue or queue them, and tell."""
        found, now, actor = period(options), timezone.now(), person(options["by"])
        if options["later"]:
            if options["currency"]:
                raise CommandError("workers issue all currencies: leave out --currency or --later")
            with refusals_told():
                statements_ask(period=found, at=now)
            tasks.nudge_work()
            self.stdout.write(f"payout statements of {found.since} to {found.last_day} are queued")
            return
        with refusals_told():
            issued = statements_issue(
                period=found, at=now, currency=options["currency"], actor=actor
            )
        for each in issued:
            self.stdout.write(issued_told(each))
        if not issued:
            self.stdout.write("no pool has its period there, and nothing is owed")
