"""`dispute_close`: record how a dispute ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import dispute_named
from policy.services.disputes import dispute_close


class Command(BaseCommand):
    """Close a dispute with its outcome."""

    help = "Record how a dispute ended, and have the track evaluated."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which dispute."""
        parser.add_argument("uuid", type=UUID, help="the dispute")
        parser.add_argument("outcome", help="upheld, rejected, settled or expired")
        parser.add_argument("--note", default="")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record it, tell the workers, and say so."""
        with refusals_told():
            row = dispute_close(
                dispute=dispute_named(options["uuid"]),
                outcome=options["outcome"],
                at=timezone.now(),
                actor=person(options["by"]),
                note=options["note"],
            )
        tasks.nudge()
        self.stdout.write(f"dispute {row.uuid} is closed: {row.outcome}")
