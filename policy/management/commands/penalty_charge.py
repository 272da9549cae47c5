"""`penalty_charge`: charge what a duty says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy.management.output import person, person_argument, refusals_told
from policy.models import Obligation
from policy.services.penalties import penalty_charge


class Command(BaseCommand):
    """Carry out a duty to charge a penalty."""

    help = (
        "Charge the penalty that an obligation says, in EUR, once; a person has confirmed the"
        " finding."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which obligation, and who confirms."""
        parser.add_argument("uuid", type=UUID, help="the obligation")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Charge it and say so."""
        found = Obligation.objects.filter(uuid=options["uuid"]).first()
        if found is None:
            raise CommandError(f"there is no obligation `{options['uuid']}`")
        with refusals_told():
            posted = penalty_charge(
                obligation=found, at=timezone.now(), actor=person(options["by"])
            )
        self.stdout.write(f"charged: transaction {posted.uuid}, {posted.reason}")
