"""`payout_terms`: in which currency a party is paid."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.management.output import person, person_argument, refusals_told
from policy.management.registry import party_named
from policy.models import PayoutTerms
from policy.services.payout_terms import payout_terms_set


class Command(BaseCommand):
    """Show or set the terms of a party."""

    help = "Show in which currency a party is paid, or set it with --currency."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose terms, and what they are to be."""
        parser.add_argument("party", help="whose, by UUID or name")
        parser.add_argument("--currency", default="", help="from now on, like SEK")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set them where that is asked, and say what they are."""
        party, row = party_named(options["party"]), None
        if options["currency"]:
            with refusals_told():
                row = payout_terms_set(
                    party=party, currency=options["currency"], at=timezone.now(),
                    actor=person(options["by"]),
                )  # fmt: skip
        row = row or PayoutTerms.objects.filter(party=party).first()
        told = f"is paid in {row.currency}" if row else "has no terms: it is paid in what it earns"
        self.stdout.write(f"{party} {told}")
