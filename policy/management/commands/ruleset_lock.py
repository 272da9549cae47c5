"""`ruleset_lock`: write new versions and dated values into `versions.lock`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.lang.__main__ import main
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.lang lock`, for whoever is at manage.py already."""

    help = "Add new versions and dated values to the lock; what is there is never changed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder."""
        rulesets_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Lock; exit code 1 for mistakes, 2 for wrong usage."""
        arguments = ["lock", str(shown(options["folder"]))]
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
