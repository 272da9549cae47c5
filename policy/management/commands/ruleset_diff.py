"""`ruleset_diff`: tell in words what differs between two versions of a ruleset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from policy.lang.__main__ import main
from policy.lang.differences.command import add_arguments
from policy.management.output import shortened


class Command(BaseCommand):
    """The same as `python -m policy.lang diff`, which finds KEY@VERSION in the shipped rulesets."""

    help = "Tell in words what differs between two versions: KEY@VERSION, files, or folders."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What is compared, and how it is told."""
        add_arguments(parser)
        parser.set_defaults(usual=shortened(Path(settings.BASE_DIR) / "rulesets"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare; exit code 0 for the same meaning, 1 when they differ, 2 for wrong usage."""
        arguments = ["diff", options["before"], options["after"], "--in", str(options["usual"])]
        arguments += ["--json"] if options["json"] else []
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
