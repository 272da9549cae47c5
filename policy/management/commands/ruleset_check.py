"""`ruleset_check`: find every mistake in a folder of rulesets."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.lang.__main__ import main
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.lang check`, for whoever is at manage.py already."""

    help = "Compile every version of every ruleset and show all mistakes with their place."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and the form of the report."""
        rulesets_argument(parser)
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; exit code 1 for mistakes, 2 for wrong usage."""
        arguments = ["check", str(shown(options["folder"])), *["--json"][: options["json"]]]
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
