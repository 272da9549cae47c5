"""`ruleset_lint`: doubts about rules that compile."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.engines.lints import command
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.engines lint`, for whoever is at manage.py already."""

    help = "Find doubts about rules that compile: what is never reached, idle, expired, untested."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and the options of the lints."""
        rulesets_argument(parser)
        command.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Look; exit code 1 for mistakes or, under `--strict`, doubts; 2 for wrong usage."""
        asked = argparse.Namespace(**{**options, "path": shown(options["folder"])})
        today = datetime.now(UTC).date()
        code = command.run(asked, today=today, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
