"""`ruleset_test`: run the tests that stand beside the rules."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.engines.__main__ import main
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.engines test`, for whoever is at manage.py already."""

    help = "Run tests.yaml of every ruleset in a folder, or of one, with coverage of the rules."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and where a JUnit report goes."""
        rulesets_argument(parser)
        parser.add_argument("--junit", metavar="FILE", help="write a JUnit report as well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them; exit code 1 when one fails, 2 for wrong usage."""
        arguments = ["test", str(shown(options["folder"]))]
        if options["junit"]:
            arguments += ["--junit", options["junit"]]
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
