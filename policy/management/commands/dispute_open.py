"""`dispute_open`: record that a party contests a right in a track."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.lang.territories import WORLDWIDE
from policy.lang.words import LAYERS
from policy.management.output import instant, person, person_argument, refusals_told
from policy.management.registry import party_named
from policy.models import Dispute, Track
from policy.services.disputes import dispute_open


class Command(BaseCommand):
    """Open a dispute; the rules decide what is held meanwhile."""

    help = "Record that a party contests a right in a track, and have the track evaluated."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who contests what."""
        parser.add_argument("--track", metavar="UUID", type=UUID, required=True)
        parser.add_argument("--party", required=True, help="who contests, by UUID or name")
        parser.add_argument("--kind", choices=Dispute.Kind.values, required=True)
        parser.add_argument("--layer", choices=LAYERS, required=True)
        parser.add_argument("--territory", metavar="CODE", default=WORLDWIDE)
        parser.add_argument("--finding", type=instant, help="when it came up (default: now)")
        parser.add_argument("--note", default="")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Open it, tell the workers, and say so."""
        now = timezone.now()
        track = Track.objects.filter(uuid=options["track"]).first()
        if track is None:
            raise CommandError(f"there is no track `{options['track']}`")
        with refusals_told():
            row = dispute_open(
                track=track,
                party=party_named(options["party"]),
                kind=options["kind"],
                layer=options["layer"],
                territory=options["territory"],
                finding_at=options["finding"] or now,
                at=now,
                actor=person(options["by"]),
                note=options["note"],
            )
        tasks.nudge()
        self.stdout.write(f"dispute {row.uuid} is open: {row.layer} of {track}")
