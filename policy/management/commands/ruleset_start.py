"""`ruleset_start`: lay out a new folder of rulesets from a preset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.lang.__main__ import main


class Command(BaseCommand):
    """The same as `python -m policy.lang start`, for whoever is at manage.py already."""

    help = "Lay out a new folder of rulesets: those that ship, with a preset's in place of them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which preset, and where to."""
        parser.add_argument(
            "service", help="the preset to start from, a folder of rulesets/presets"
        )
        parser.add_argument("folder", type=Path, help="the new folder; empty or not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Lay it out; exit code 2 when that is refused."""
        arguments = ["start", options["service"], str(options["folder"])]
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
