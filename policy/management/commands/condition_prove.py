"""`condition_prove`: record that what a grant asks for in return was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import person, person_argument
from policy.management.registry import consent_named, evidence_read, mistakes_told, party_named
from policy.services.registry import condition_prove


class Command(BaseCommand):
    """Record the proof, for one licensee or for all."""

    help = "Record the document that proves that the condition of a grant is met."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which grant, by what document, for whom."""
        parser.add_argument("consent", metavar="UUID", help="the statement, as consent_show tells")
        parser.add_argument("evidence", type=Path, metavar="FILE", help="its SHA-256 is kept")
        parser.add_argument("--licensee", default="", metavar="NAME", help="default: everybody")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record, and tell the workers."""
        evidence = evidence_read(options["evidence"])
        assert evidence is not None  # the argument is required
        licensee = party_named(options["licensee"]) if options["licensee"] else None
        with mistakes_told():
            proof = condition_prove(
                consent=consent_named(options["consent"]),
                evidence=evidence,
                licensee=licensee,
                at=timezone.now(),
                actor=person(options["by"]),
            )
        tasks.nudge()
        whom = licensee.name if licensee else "everybody"
        self.stdout.write(f"{proof.uuid} proven for {whom} by {proof.evidence_name}")
