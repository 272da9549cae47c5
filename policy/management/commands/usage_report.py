"""`usage_report`: put on record which uses of tracks by AI took place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy.ingest.usage_lines import Line, read_csv, read_json_lines
from policy.lang.plan import EFFECTS
from policy.management.output import person, person_argument, refusals_told
from policy.management.registry import party_named
from policy.management.words import counted
from policy.services.usage_reports import Reported, usages_report


class Command(BaseCommand):
    """Report the uses of a file."""

    help = (
        "Put uses that took place on record, from a file of JSON lines (one use each) or a CSV "
        "table (one track of a use each), and answer whether they were allowed. Mistakes are told "
        "all at once with their lines, and then nothing is written. After an interruption give "
        "the same file again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, whose uses, and how weights are taken."""
        parser.add_argument("file", type=Path, help="JSON lines, or CSV when its name ends so")
        parser.add_argument(
            "--licensee", metavar="PARTY", required=True, help="who used: a UUID or a name"
        )
        parser.add_argument(
            "--even", action="store_true", help="make the weights of each use add up to 1"
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write, and sum up."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is no file that could be read twice")
        total = Reported()
        with refusals_told():
            for part in usages_report(
                read=lambda: _lines(path),
                licensee=party_named(options["licensee"]),
                actor=person(options["by"]),
                at=timezone.now(),
                even=options["even"],
            ):
                total += part
                self.stderr.write(f"  {total.new + total.before:,} read")
        self.stdout.write(_told(total))


def _lines(path: Path) -> Iterator[Line]:
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as text:
            yield from read_csv(text)
    else:
        with path.open("rb") as lines:
            yield from read_json_lines(lines)


def _told(total: Reported) -> str:
    found: Counter[str] = total.answers
    answers = ", ".join(f"{effect} {found[effect]:,}" for effect in EFFECTS if found[effect])
    before = f", {total.before:,} were on record" if total.before else ""
    return f"{counted(total.new, 'use')} reported{before}" + (
        f"; tracks: {answers}" if answers else ""
    )
