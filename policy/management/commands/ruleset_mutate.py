"""`ruleset_mutate`: change rules one by one, and see whether their tests notice."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policy.engines.__main__ import main
from policy.engines.mutation.command import add_options
from policy.management.output import rulesets_argument, shown


class Command(BaseCommand):
    """The same as `python -m policy.engines mutate`, for whoever is at manage.py already."""

    help = "Change rules one by one and tell which changes their tests do not notice."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and what is wanted of it."""
        rulesets_argument(parser)
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them; exit code 1 for a low score, 2 for wrong usage."""
        arguments = ["mutate", str(shown(options["folder"])), *_passed_on(options)]
        code = main(arguments, out=self.stdout, err=self.stderr)  # type: ignore[arg-type]  # both write
        if code:
            sys.exit(code)


def _passed_on(options: dict[str, Any]) -> list[str]:
    """The options as they were written."""
    named = ("ruleset", "rule", "only", "fail_under", "survivors")
    words = [f"--{name.replace('_', '-')}={options[name]}" for name in named]
    return [*words, *(f"--{name}" for name in ("json", "quick") if options[name])]
