"""`hold_release`: share out what nobody claimed in time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.accounting.money import readable
from policy.management.output import person, person_argument, refusals_told
from policy.management.words import counted
from policy.services.releases import Released, hold_release


class Command(BaseCommand):
    """Release money without an owner to the market."""

    help = (
        "Share out by market share what pools have held without a known owner for longer than the"
        " rules say; what waits for decisions is queued. The next payout statements tell of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who does it."""
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Release it, tell the workers, and say what became of it."""
        with refusals_told():
            found = hold_release(at=timezone.now(), actor=person(options["by"]))
        tasks.nudge()
        for each in found:
            self.stdout.write(_told(each))
        if not found:
            self.stdout.write("nothing is to be released")


def _told(each: Released) -> str:
    much = f"pool {each.pool.key}: {readable(each.amount, each.pool.currency)}"
    if each.run is not None:
        return f"{much} released as pool {each.run.pool.key}, run {each.run.number}"
    if each.undecided:
        tracks = counted(each.undecided, "track")
        return f"{much} waits for decisions on {tracks}, which are queued: come again"
    return f"{much} waits: no pool of that period and currency pays anybody"
