"""`consent_show`: what was in force on a day, as known on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.management.output import instant
from policy.management.registry import party_named, track_named
from policy.management.words import counted
from policy.models import Party
from policy.selectors.consents import ConsentRow
from policy.selectors.decision_search import Place
from policy.selectors.masking import Reader
from policy.selectors.registry import consents_in_force, consents_of_party

_STAFF = Reader(everything=True)


class Command(BaseCommand):
    """Show the statements of consent of a track or a party."""

    help = "Show what is in force for a track or a party: on a day, as known on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and as of when."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--track", metavar="NAME", help="UUID or ISRC")
        whose.add_argument("--party", metavar="NAME", help="UUID or name")
        parser.add_argument("--on", type=instant, metavar="INSTANT", help="default: now")
        parser.add_argument("--known", type=instant, metavar="INSTANT", help="default: now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each statement, newest knowledge first."""
        now = timezone.now()
        at, known_at = options["on"] or now, options["known"] or now
        if options["track"]:
            track = track_named(options["track"])
            rows: Iterator[ConsentRow] = iter(
                consents_in_force(track, _STAFF, at=at, known_at=known_at)
            )
        else:
            rows = _of_party(party_named(options["party"]), at, known_at)
        count = 0
        for row in rows:
            self._write(row)
            count += 1
        self.stdout.write(f"{counted(count, 'statement')} in force" if count else _NOTHING)

    def _write(self, row: ConsentRow) -> None:
        self.stdout.write(
            f"{row.use} {row.layer}: {row.decision} by {row.grantor_name or 'nobody'}"
        )
        for line in (_about(row), _period(row), _origin(row)):
            self.stdout.write(f"  {line}")


_NOTHING = "nothing is in force; silence is not consent"


def _of_party(party: Party, at: datetime, known_at: datetime) -> Iterator[ConsentRow]:
    """All statements of a party, page by page."""
    place: Place | None = Place()
    while place is not None:
        page = consents_of_party(party, _STAFF, place, at=at, known_at=known_at)
        yield from page.rows
        place = Place("older", page.rows[-1].uuid) if page.older else None


def _about(row: ConsentRow) -> str:
    """Of what, for whom, on what condition."""
    parts = [row.scope]
    if row.licensee_name:
        parts.append(f"to {row.licensee_name}")
    if row.model:
        parts.append(f"for {row.model} {row.model_version}".strip())
    if row.condition != "none":
        parts.append(f"on condition: {row.condition}" + (f" ({row.terms})" if row.terms else ""))
    return ", ".join(parts)


def _period(row: ConsentRow) -> str:
    """Where and when."""
    where = ", ".join(row.territories) or "everywhere"
    if row.excluded_territories:
        where += " but " + ", ".join(row.excluded_territories)
    until = f" until {_day(row.valid_until)}" if row.valid_until else ""
    return f"{where}, from {_day(row.valid_from)}{until}"


def _origin(row: ConsentRow) -> str:
    """How it is known, and since when."""
    evidence = f", {row.evidence_name} {row.evidence_digest[:12]}" if row.evidence_name else ""
    known = f"known since {_day(row.recorded_at)}"
    if row.replaced_at:
        known += f" to {_day(row.replaced_at)}"
    return f"{row.source} ({row.assurance}){evidence}, {known}, {row.uuid}"


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
