"""`consent_import`: record what a file of consents says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.ingest.consents.table import SOURCES
from policy.ingest.limits import MESSAGE_BYTES
from policy.ingest.refusals import MessageRefused
from policy.lang.words import LAYERS
from policy.management.catalogues import account_named, target_argument
from policy.management.output import person, person_argument
from policy.management.registry import party_named
from policy.management.words import counted
from policy.services.consent_files import FORMAT_NAMES, Imported, consent_file_import
from policy.services.consent_rows import LICENCES, FileOf


class Command(BaseCommand):
    """Read a file, record what it says, and have its tracks evaluated again."""

    help = (
        "Record what a file says on uses of AI: robots.txt or headers (aipref), tdmrep.json, a "
        "CAWG assertion, an RSL document, our own table, or a table of tracks with licences. The "
        "same file again changes nothing; a new version of it ends what the old one said. A file "
        "with mistakes leaves nothing behind; exit code 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, in whose name, and what its paths are."""
        parser.add_argument("file", type=Path, help="the file; `-` reads standard input")
        parser.add_argument("--format", required=True, choices=FORMAT_NAMES, help="its format")
        parser.add_argument("--party", default="", help="who says this: a UUID or a name")
        parser.add_argument(
            "--layer",
            action="append",
            default=[],
            choices=LAYERS,
            help="layer of what names none (default: those in which the party has shares)",
        )
        target_argument(parser)
        parser.add_argument(
            "--licence-map", type=Path, help=f"what each licence permits, with --format {LICENCES}"
        )
        parser.add_argument(
            "--account", metavar="KEY", default="", help="whose references name the tracks"
        )
        parser.add_argument(
            "--source", default="", choices=SOURCES, help="where it comes from, if not as usual"
        )
        parser.add_argument(
            "--name", default="", help="the name that the file's versions share (default: its own)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only tell what would be recorded"
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, record and tell."""
        try:
            file = _file(options)
            imported = consent_file_import(
                file=file,
                at=timezone.now(),
                actor=person(options["by"]),
                dry_run=options["dry_run"],
            )
        except MessageRefused as refused:
            self.stderr.write(str(refused))
            sys.exit(1)
        self._tell(file, imported, dry=options["dry_run"])
        if (imported.added or imported.ended) and not options["dry_run"]:
            tasks.nudge()
            tasks.nudge_work()

    def _tell(self, file: FileOf, imported: Imported, *, dry: bool) -> None:
        added, same = counted(imported.added, "statement"), f"{imported.unchanged:,} stood already"
        verb = "would be added" if dry else "added"
        self.stdout.write(f"{file.name}: {added} {verb}, {imported.ended:,} ended, {same}")
        for warning in imported.warnings:
            place = f"{warning.line}:{warning.column}: " if warning.line else ""
            self.stdout.write(f"  {place}warning[{warning.code}]: {warning.message}")


def _file(options: dict[str, Any]) -> FileOf:
    """The file with all that was said of it."""
    is_licences = options["format"] == LICENCES
    if is_licences != bool(options["licence_map"]):
        word = "needs" if is_licences else "takes no"
        raise CommandError(f"the format `{options['format']}` {word} --licence-map")
    if not options["party"] and options["format"] not in ("table", LICENCES):
        raise CommandError("say who says this: `--party NAME`")
    if options["map"] and options["format"] in ("table", LICENCES):
        raise CommandError(f"the format `{options['format']}` names its subjects: no --map")
    path = options["file"]
    licence_map = options["licence_map"]
    return FileOf(
        raw=_read(path),
        name=options["name"] or str(path),
        format=options["format"],
        party=party_named(options["party"]) if options["party"] else None,
        layers=tuple(dict.fromkeys(options["layer"])),
        targets=tuple(options["map"]),
        account=account_named(options["account"]),
        source=options["source"],
        licence_map=_read(licence_map) if licence_map else b"",
        licence_map_name=str(licence_map or ""),
    )


def _read(path: Path) -> bytes:
    """The bytes of a file, no more than a reader takes and one."""
    if str(path) == "-":
        return sys.stdin.buffer.read(MESSAGE_BYTES + 1)
    try:
        with path.open("rb") as file:
            return file.read(MESSAGE_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CommandError(f"{path} cannot be read: {why}") from None
