"""`dispute_answer`: record that the other side has answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import person, person_argument, refusals_told
from policy.management.payouts import dispute_named
from policy.services.disputes import dispute_answer


class Command(BaseCommand):
    """Record the answer to a dispute."""

    help = "Record that the other side of a dispute has answered, and have the track evaluated."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which dispute."""
        parser.add_argument("uuid", type=UUID, help="the dispute")
        parser.add_argument("--note", default="")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record it, tell the workers, and say so."""
        with refusals_told():
            row = dispute_answer(
                dispute=dispute_named(options["uuid"]),
                at=timezone.now(),
                actor=person(options["by"]),
                note=options["note"],
            )
        tasks.nudge()
        self.stdout.write(f"dispute {row.uuid} is answered")
