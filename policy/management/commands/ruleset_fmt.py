"""`ruleset_fmt`: bring rule files into the one layout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from policy.lang.__main__ import main
from policy.management.output import shortened


class Command(BaseCommand):
    """The same as `python -m policy.lang fmt`, for whoever is at manage.py already."""

    help = "Rewrite rule files in the one layout; published versions stay as they are."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which files, and whether they are written."""
        shipped = Path(settings.BASE_DIR) / "rulesets"
        paths = "rule files, or folders of them (default: the shipped rulesets)"
        parser.add_argument("path", nargs="*", type=Path, default=[shipped], help=paths)
        parser.add_argument("--check", action="store_true", help="name files to rewrite only")
        parser.add_argument("--diff", action="store_true", help="show what would change only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Format; exit code 1 for mistakes or with --check another layout, 2 for wrong usage."""
        flags = [f"--{name}" for name in ("check", "diff") if options[name]]
        paths = [str(shortened(path)) for path in options["path"]]
        code = main(["fmt", *flags, *paths], out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)
