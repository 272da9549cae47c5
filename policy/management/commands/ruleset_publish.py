"""`ruleset_publish`: freeze versions of rulesets."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.lang.diagnostics import render_all
from policy.management.output import (
    person,
    person_argument,
    refusals_told,
    rulesets_argument,
    shown,
)
from policy.management.words import counted
from policy.services.rulesets import ruleset_publish


class Command(BaseCommand):
    """Publish every frozen version that is not published yet; again and again without harm."""

    help = "Compile the version files of a folder of rulesets and publish those that are new."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, the rulesets meant, and who publishes."""
        rulesets_argument(parser)
        parser.add_argument(
            "--ruleset", action="append", default=[], metavar="KEY", help="only this ruleset"
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, and say what is new."""
        with refusals_told():
            published = ruleset_publish(
                root=shown(options["folder"]),
                published_by=person(options["by"]),
                at=timezone.now(),
                keys=options["ruleset"],
            )
        self.stderr.write(render_all(published.warnings, {}), ending="")
        for version in published.new:
            rules = counted(version.rules.count(), "rule")
            self.stdout.write(f"published {version.ruleset.key} {version.version}, {rules}")
        self.stdout.write(f"{len(published.new)} new, {len(published.known)} published before")
