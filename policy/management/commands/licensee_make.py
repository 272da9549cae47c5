"""`licensee_make`: make a company known that uses music and delivers none."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy.services.licensees import LicenseeRefused, licensee_make


class Command(BaseCommand):
    """Make a licensee, or find the one that has the DDEX party id."""

    help = "Make a licensee known by its DDEX party id; it can then register uses and owe pools."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is."""
        parser.add_argument("name", help="what it is called")
        parser.add_argument("--dpid", required=True, help="its DDEX party id: PADPIDA...")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell the party's uuid, by which everything names it."""
        try:
            party = licensee_make(
                name=options["name"], dpid=options["dpid"], at=timezone.now(), actor=None
            )
        except LicenseeRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{party.name}  {party.uuid}")
