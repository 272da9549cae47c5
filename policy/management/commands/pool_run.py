"""`pool_run`: share a pool out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import pool_named, run_told
from policy.services.payout_jobs import pool_run_ask
from policy.services.pool_runs import pool_run


class Command(BaseCommand):
    """Share a pool out under the rules in force; the same again posts nothing."""

    help = (
        "Share a pool out under the rules in force and post it. A run with the same inputs posts "
        "nothing; any other corrects the run before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which pool, and who does it."""
        parser.add_argument("key", help="the pool")
        parser.add_argument("--later", action="store_true", help="leave it to the workers")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run or queue it, and tell."""
        pool, now = pool_named(options["key"]), timezone.now()
        actor = person(options["by"])
        if options["later"]:
            with refusals_told():
                pool_run_ask(pool=pool, at=now)
            tasks.nudge_work()
            self.stdout.write(f"pool {pool.key} is queued")
            return
        with refusals_told():
            ran = pool_run(pool=pool, at=now, actor=actor)
        for line in run_told(pool, ran.run, new=ran.new):
            self.stdout.write(line)
