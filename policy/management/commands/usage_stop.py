"""`usage_stop`: put on record that a use has stopped, or will not take place."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.management import uses
from policy.management.output import person, person_argument, refusals_told
from policy.services.usages import usage_stop


class Command(BaseCommand):
    """Stop a use."""

    help = "Put on record that a planned or running use has stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which use, why, and who says so."""
        uses.usage_argument(parser)
        parser.add_argument("--why", required=True, help="for the audit")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop and tell."""
        usage = uses.usage_named(options["usage"])
        with refusals_told():
            new = usage_stop(
                usage=usage, why=options["why"], actor=person(options["by"]), at=timezone.now()
            )
        self.stdout.write(f"{usage.reference} " + ("has stopped" if new else "had stopped before"))
