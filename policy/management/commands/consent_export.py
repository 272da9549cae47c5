"""`consent_export`: what a party has said of AI, as a standard says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy.ingest.consents.formats import FORMATS
from policy.management.catalogues import target_argument
from policy.management.output import instant
from policy.management.registry import party_named
from policy.selectors import consent_exports
from policy.services.consent_targets import Target
from policy.services.saying import subject_key


class Command(BaseCommand):
    """Write what is in force for a party."""

    help = (
        "Write what is in force for a party on uses of AI, as aipref (robots.txt), TDMRep, CAWG, "
        "RSL or our own table. What the format cannot say is told on standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose statements, when, and in which format."""
        parser.add_argument("--party", required=True, help="whose: a UUID or a name")
        parser.add_argument("--format", required=True, choices=FORMATS, help="the format")
        target_argument(parser)
        parser.add_argument("--on", type=instant, help="in force on (default: now)")
        parser.add_argument("--known", type=instant, help="as known on (default: now)")
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Select, write, and tell what could not be said."""
        now = timezone.now()
        export = consent_exports.consent_export(
            party=party_named(options["party"]),
            on=options["on"] or now,
            known=options["known"] or now,
        )
        if options["format"] != "table":
            export = consent_exports.public(export, [_path(one) for one in options["map"]])
        written = FORMATS[options["format"]].write(export.statements)
        self._put(written.text, options["out"])
        for warning in (*export.warnings, *written.warnings):
            self.stderr.write(f"warning[{warning.code}]: {warning.message}")

    def _put(self, text: str, out: Path | None) -> None:
        if out is None:
            self.stdout.write(text, ending="")
            return
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise CommandError(f"{out} cannot be written: {why}") from None


def _path(one: Target) -> consent_exports.Path:
    """A target as statements name their subjects."""
    scope = one.scope or "skip"
    named = scope in ("label", "artist", "work", "recording")
    subject = subject_key(scope, one.subject) if named else one.subject
    return consent_exports.Path(one.path, scope, subject)
