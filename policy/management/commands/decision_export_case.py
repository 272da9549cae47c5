"""`decision_export_case`: a recorded decision as a test of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from policy.management.output import refusals_told, shown
from policy.models import Decision
from policy.services.recorded_cases import RecordedCase, Wanted, cases_append, cases_export


class Command(BaseCommand):
    """What was decided, with the facts that the rules read, as a case for `ruleset_test`."""

    help = "Write a decision as a case of tests.yaml: to the screen, or with --append into it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The decision, the rulesets meant, and how the case is written."""
        parser.add_argument("uuid", type=UUID, help="UUID of the decision")
        parser.add_argument(
            "--ruleset",
            action="append",
            default=[],
            metavar="KEY",
            help="the case for this ruleset (default: each that had something to say)",
        )
        parser.add_argument(
            "--folder",
            type=Path,
            default=Path(settings.BASE_DIR) / "rulesets",
            help="the folder of rulesets that the case is for (default: the shipped one)",
        )
        parser.add_argument("--name", default="", help="what the case shows (default: the UUID)")
        parser.add_argument(
            "--all-facts", action="store_true", help="keep facts that no rule reads as well"
        )
        parser.add_argument(
            "--anonymous", action="store_true", help="put other names and numbers in"
        )
        parser.add_argument(
            "--append", action="store_true", help="write it behind the last case of the file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the cases, or add them; say where the rules of today see it otherwise."""
        decision = Decision.objects.filter(uuid=options["uuid"])
        found = decision.select_related("bundle", "snapshot", "supersedes").first()
        if found is None:
            raise CommandError(f"there is no decision {options['uuid']}")
        with refusals_told():
            cases = cases_export(
                decision=found,
                root=shown(options["folder"]),
                rulesets=tuple(dict.fromkeys(options["ruleset"])),
                wanted=Wanted(options["name"], options["all_facts"], options["anonymous"]),
            )
            if options["append"]:
                self._append(cases)
        for case in cases:
            if not options["append"]:
                self.stdout.write(f"# {case.file.path}\n{case.text}", ending="")
            for problem in case.problems:
                self.stderr.write(f"{case.ruleset} {case.current}: {problem}")

    def _append(self, cases: tuple[RecordedCase, ...]) -> None:
        try:
            paths = cases_append(cases=cases)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from None
        for path, case in zip(paths, cases, strict=True):
            self.stdout.write(f"{path}: added `{case.name}`")
