"""`decision_explain`: why a decision came out as it did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from policy.management.explained import explained
from policy.management.output import person
from policy.selectors.decision_page import get_decision_page


class Command(BaseCommand):
    """Verdict, reasons, and the deciding lines of the rules with the values seen."""

    help = "Print why a decision came out as it did."

    def add_arguments(self, parser: CommandParser) -> None:
        """The decision, and through whose eyes."""
        parser.add_argument("uuid", type=UUID, help="UUID of the decision")
        parser.add_argument(
            "--as", dest="login", metavar="LOGIN", default="", help="only what this login may see"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it. Whoever has this terminal sees everything, unless told otherwise."""
        reader = person(options["login"]) or User(is_staff=True)
        page = get_decision_page(reader, options["uuid"])
        if page is None:
            whose = f" that {options['login']} may see" if options["login"] else ""
            raise CommandError(f"there is no decision {options['uuid']}{whose}")
        self.stdout.write(explained(page), ending="")
