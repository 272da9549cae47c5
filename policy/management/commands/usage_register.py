"""`usage_register`: put a planned use of tracks by AI on record, and ask whether it may happen."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.lang.words import USES
from policy.management import uses
from policy.management.output import person, person_argument, refusals_told
from policy.management.registry import party_named
from policy.models import Job, Usage
from policy.services.usage_checks import usage_ask
from policy.services.usages import UsageSaid, usage_register


class Command(BaseCommand):
    """Register a use under its licensee's reference, and answer it."""

    help = (
        "Put a planned use of tracks by AI on record, and ask for each of them whether it may "
        "happen. The same again is the same use; exit code 1 when it cannot be registered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, what, with what, when, where, and of which tracks."""
        parser.add_argument("reference", help="the licensee's own name for the use")
        parser.add_argument(
            "--licensee", metavar="PARTY", required=True, help="who uses: a UUID or a name"
        )
        parser.add_argument("--kind", required=True, choices=USES, metavar="USE", help="of AI")
        parser.add_argument("--model", default="", help="what learns from the tracks, or makes")
        parser.add_argument("--model-version", default="", help="its version")
        parser.add_argument(
            "--research", action="store_true", help="mining for scientific research"
        )
        uses.period_arguments(parser)
        uses.tracks_arguments(parser)
        parser.add_argument(
            "--ask", action=BooleanOptionalAction, default=True, help="answer whether it may happen"
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Register, and tell the answer or who gives it."""
        now = timezone.now()
        said = _said(options, options["starts_at"] or now)
        with refusals_told():
            registered = usage_register(said=said, actor=person(options["by"]), at=now)
        usage = registered.usage
        self.stdout.write(uses.told(usage) + ("" if registered.new else ", registered before"))
        self.stdout.write(f"  {usage.uuid}")
        if options["ask"]:
            self._ask(usage, now)

    def _ask(self, usage: Usage, now: datetime) -> None:
        with refusals_told():
            found = usage_ask(usage=usage, at=now)
        if isinstance(found, Job):
            tasks.nudge_work()
        for line in uses.answer_told(found):
            self.stdout.write(line)


def _said(options: dict[str, Any], starts_at: Any) -> UsageSaid:
    return UsageSaid(
        licensee=party_named(options["licensee"]),
        reference=options["reference"],
        kind=options["kind"],
        starts_at=starts_at,
        ends_at=options["ends_at"],
        model=options["model"],
        model_version=options["model_version"],
        research=options["research"],
        territories=tuple(options["territory"]),
        query=uses.query(options),
        draws=uses.drawn(options["track"], options["isrc"]),
    )
