"""`usage_check`: may this use happen? The answer for each of its tracks."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.management import uses
from policy.management.output import refusals_told
from policy.models import Track, UsageCheck, UsageDecision
from policy.selectors.usage_answers import answers_of
from policy.selectors.usages import latest_check
from policy.services.bulk import batched
from policy.services.usage_checks import usage_check
from policy.services.usage_judging import reasons_of


class Command(BaseCommand):
    """Answer a use here and now, or tell its last answer."""

    help = "Answer whether a registered use may happen, here and now, for all of its tracks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which use, and how much to tell."""
        uses.usage_argument(parser)
        parser.add_argument(
            "--last", action="store_true", help="tell the answer on record instead of a new one"
        )
        parser.add_argument(
            "--tracks", action="store_true", help="the answer of each track, one JSON object a line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer and tell."""
        usage = uses.usage_named(options["usage"])
        with refusals_told():
            check = latest_check(usage) if options["last"] else None
            check = check or usage_check(usage=usage, at=timezone.now())
        if options["tracks"]:
            self._tracks(check)
            return
        self.stdout.write(uses.told(usage))
        for line in uses.answer_told(check):
            self.stdout.write(line)

    def _tracks(self, check: UsageCheck) -> None:
        """One line a track; the rows are looked up by some thousand."""
        decisions: dict[int, UsageDecision] = {}
        for rows in batched(answers_of(check), 1_000):
            tracks = Track.objects.only("uuid", "isrc", "title").in_bulk([row[0] for row in rows])
            new = {row[1] for row in rows} - decisions.keys()
            decisions |= UsageDecision.objects.defer("trace").in_bulk(new)
            for track, decision, _ in rows:
                self.stdout.write(_line(tracks[track], decisions[decision]))


def _line(track: Track, decision: UsageDecision) -> str:
    told = {
        "track": str(track.uuid),
        "isrc": track.isrc,
        "answer": decision.effect,
        "blocking": decision.blocking,
        "reasons": reasons_of(decision, title=track.title),
    }
    return json.dumps(told, ensure_ascii=False)
