"""`consent_say`: record what a party says of AI uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.lang.words import USES
from policy.management.output import instant, person, person_argument
from policy.management.registry import evidence_read, mistakes_told, party_named, subject_named
from policy.models import Condition, Consent, Layer
from policy.services.registry import consent_say
from policy.services.saying import Saying


class Command(BaseCommand):
    """Record a grant or a refusal, one row for each use."""

    help = (
        "Record what a party allows or refuses of AI uses. What it said before on the same topic "
        "is replaced from then on; nothing is edited. To take a grant back use consent_withdraw."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who says what, of what, to whom, where, when and on what condition."""
        parser.add_argument("--party", required=True, metavar="NAME", help="UUID or name")
        parser.add_argument("--decision", required=True, choices=["granted", "denied"])
        parser.add_argument("--use", required=True, action="append", choices=USES)
        parser.add_argument("--layer", required=True, choices=Layer.values)
        parser.add_argument("--scope", default="catalogue", choices=Consent.Scope.values)
        parser.add_argument(
            "--subject",
            default="",
            help="name of the label or artist, ISRC, ISWC, or UUID of the release or track",
        )
        parser.add_argument("--licensee", default="", metavar="NAME", help="default: anybody")
        parser.add_argument("--model", default="", help="default: any")
        parser.add_argument("--model-version", default="", metavar="VERSION", help="default: any")
        parser.add_argument(
            "--territory", action="append", default=[], metavar="CODE", help="default: everywhere"
        )
        parser.add_argument("--excluded", action="append", default=[], metavar="CODE")
        parser.add_argument("--from", type=instant, metavar="INSTANT", help="default: now")
        parser.add_argument("--until", type=instant, metavar="INSTANT", help="exclusive")
        parser.add_argument("--condition", default="none", choices=Condition.values)
        parser.add_argument("--terms", default="", help="what is asked for, or where it is written")
        parser.add_argument("--source", default="declaration", choices=Consent.Source.values)
        parser.add_argument(
            "--assurance", default="self_declared", choices=Consent.Assurance.values
        )
        parser.add_argument("--evidence", type=Path, metavar="FILE", help="its SHA-256 is kept")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record, and tell the workers."""
        with mistakes_told():
            rows = consent_say(
                saying=_saying(options),
                at=timezone.now(),
                actor=person(options["by"]),
                evidence=evidence_read(options["evidence"]),
            )
        tasks.nudge()
        tasks.nudge_work()
        for row in rows:
            self.stdout.write(f"{row.uuid} {row.use} {row.layer}: {row.decision}")


def _saying(options: dict[str, Any]) -> Saying:
    return Saying(
        grantor=party_named(options["party"]),
        layer=options["layer"],
        uses=tuple(options["use"]),
        decision=options["decision"],
        scope=options["scope"],
        subject=subject_named(options["scope"], options["subject"]),
        licensee=party_named(options["licensee"]) if options["licensee"] else None,
        model=options["model"],
        model_version=options["model_version"],
        territories=tuple(options["territory"]),
        excluded=tuple(options["excluded"]),
        valid_from=options["from"],
        valid_until=options["until"],
        condition=options["condition"],
        terms=options["terms"],
        source=options["source"],
        assurance=options["assurance"],
    )
