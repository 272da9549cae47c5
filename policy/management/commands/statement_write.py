"""`statement_write`: write a payout statement in a format."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policy.accounting.statements import FORMATS, decode, file_name, write
from policy.management.payouts import statement_named


class Command(BaseCommand):
    """Write a payout statement as it was issued, the same bytes on any day."""

    help = "Write a payout statement as CSV, JSON or DSR-style TSV: the same bytes on any day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, how and where to."""
        parser.add_argument("uuid", type=UUID, help="the payout statement")
        parser.add_argument("--format", choices=FORMATS, default="csv", help="default: csv")
        parser.add_argument(
            "--to", metavar="FOLDER", type=Path, help="write a file there (default: print)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        document = decode(zlib.decompress(bytes(statement_named(options["uuid"]).document)))
        content = write(document, options["format"])
        if options["to"] is None:
            self.stdout.write(content.decode(), ending="")
            return
        path = options["to"] / file_name(document, options["format"])
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
        self.stdout.write(str(path))
