"""`track_evaluate`: have tracks evaluated again."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.draining import drain
from policy.management.output import person, person_argument
from policy.management.words import counted
from policy.models import Track
from policy.services.reevaluation import catalogue_request, evaluations_request


class Command(BaseCommand):
    """Queue tracks for evaluation, by the rules that are active and the facts of now."""

    help = "Have tracks evaluated again, by the active rules and the facts of now."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which tracks, who asks, and whether to decide at once."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--track", metavar="UUID", type=UUID, action="append", default=[], help="a track"
        )
        which.add_argument("--isrc", action="append", default=[], help="all tracks with an ISRC")
        which.add_argument("--all", action="store_true", help="every track that is there")
        parser.add_argument(
            "--evaluate",
            action=BooleanOptionalAction,
            default=False,
            help="decide here and now instead of leaving it to the workers",
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue, and decide or tell the workers."""
        total = self._queue(options)
        self.stdout.write(f"{counted(total, 'track')} queued")
        if options["evaluate"]:
            decided = drain(self.stderr.write)
            self.stdout.write(counted(decided, "decision"))
        elif total:
            tasks.nudge()

    def _queue(self, options: dict[str, Any]) -> int:
        now = timezone.now()
        if not options["all"]:
            tracks = _chosen(options["track"], options["isrc"])
            return len(evaluations_request(tracks=tracks, at=now, actor=person(options["by"])))
        total = 0
        for total in catalogue_request(at=now):
            self.stderr.write(f"  {counted(total, 'track')} queued")
        return total


def _chosen(uuids: list[UUID], isrcs: list[str]) -> list[Track]:
    """The tracks that were named. Refuses a name that no track has."""
    keys = [isrc.replace("-", "").upper() for isrc in isrcs]
    there = Track.objects.filter(removed_at=None)
    tracks = list(there.filter(uuid__in=uuids) if uuids else there.filter(isrc__in=keys))
    found = {*(track.uuid for track in tracks), *(track.isrc for track in tracks)}
    missing = [name for name in (*uuids, *keys) if name not in found]
    if missing:
        raise CommandError("there is no track " + ", ".join(f"`{name}`" for name in missing))
    return tracks
