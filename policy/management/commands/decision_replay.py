"""`decision_replay`: make decisions again from what was kept, and compare."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policy.management.words import counted
from policy.models import Decision
from policy.services.replay import decisions_replay

EVERY = 1_000
"""Decisions after which progress is told."""


class Command(BaseCommand):
    """A decision is a function of bundle and snapshot: the same bytes must come out again."""

    help = "Make decisions again from their bundle and snapshot; exit code 1 when one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which decisions: all, the newest, or those named."""
        parser.add_argument("uuid", nargs="*", type=UUID, help="decisions (default: all)")
        parser.add_argument("--newest", type=int, metavar="N", help="only the N newest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, name what differs, and say how many did not."""
        same = 0
        differing = 0
        for replayed in decisions_replay(decisions=_chosen(options["uuid"], options["newest"])):
            same += replayed.same
            differing += not replayed.same
            if not replayed.same:
                what = ", ".join(replayed.differences)
                self.stdout.write(f"{replayed.decision.uuid} comes out otherwise: {what}")
            if (same + differing) % EVERY == 0:
                self.stderr.write(f"  {same + differing} decisions made again")
        self.stdout.write(f"{counted(same, 'decision')} as before, {differing} otherwise")
        if differing:
            sys.exit(1)


def _chosen(uuids: list[UUID], newest: int | None) -> Any:
    decisions = Decision.objects.all()
    if uuids:
        decisions = decisions.filter(uuid__in=uuids)
        missing = set(uuids) - set(decisions.values_list("uuid", flat=True))
        if missing:
            raise CommandError(f"there is no decision {min(missing)}")
    if newest:
        last = decisions.order_by("-pk").values_list("pk", flat=True)[newest - 1 : newest]
        decisions = decisions.filter(pk__gte=last.first() or 0)
    return decisions
