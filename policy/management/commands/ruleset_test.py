"""`ruleset_test`: run the tests that stand beside the rules."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.engines import suite
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.engines test`, for whoever is at manage.py already."""

    help = "Run tests.yaml of every ruleset in a folder, or of one, with coverage of the rules."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and the options of the tests."""
        rulesets_argument(parser)
        suite.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them; exit code 1 when one fails, 2 for wrong usage."""
        wish = suite.asked(argparse.Namespace(**options), shown(options["folder"]))
        code = suite.run(wish, out=self.stdout, err=self.stderr, clock=perf_counter)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
