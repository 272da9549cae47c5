"""`bundle_activate`: let a bundle decide."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management.output import bundle_named, instant, person, person_argument, refusals_told
from policy.management.words import counted
from policy.models import Activation
from policy.services.bundles import bundle_activate, requeue_chunk


class Command(BaseCommand):
    """Activate a bundle, now or from an instant on, and have the catalogue evaluated anew."""

    help = "Let a bundle decide from now on; every track is evaluated again under it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which bundle, from when, why, by whom, and whether tracks are evaluated anew."""
        parser.add_argument(
            "digest", nargs="?", default="", help="digest or its beginning (default: newest bundle)"
        )
        parser.add_argument("--live-from", type=instant, help="ISO 8601 instant (default: now)")
        parser.add_argument("--why", default="", help="the reason, for the record")
        parser.add_argument(
            "--no-requeue",
            action="store_true",
            help="evaluate only what is delivered from then on, not the tracks that are there",
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Activate, queue, and say both."""
        now = timezone.now()
        bundle = bundle_named(options["digest"])
        with refusals_told():
            activated = bundle_activate(
                bundle=bundle,
                live_from=options["live_from"] or now,
                activated_by=person(options["by"]),
                why=options["why"],
                at=now,
            )
        activation = activated.activation
        since = f"{activation.live_from:%Y-%m-%d %H:%M} UTC"
        state = "live" if activation.live_from <= now else "going live"
        again = "" if activated.new else ", as before"
        self.stdout.write(f"bundle {bundle.digest[:12]} is {state} from {since}{again}")
        if not options["no_requeue"]:
            self._requeue(activation)

    def _requeue(self, activation: Activation) -> None:
        """Queue the tracks that are there; once interrupted, the next call goes on."""
        total = 0
        while number := requeue_chunk(activation=activation, at=timezone.now()):
            total += number
            self.stdout.write(f"  {counted(total, 'track')} queued")
        if total:
            tasks.nudge()
