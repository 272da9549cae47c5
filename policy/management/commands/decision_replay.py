"""`decision_replay`: make decisions again from what was kept, and compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from policy.lang.bundle import BundlePlan
from policy.lang.diagnostics import did_you_mean
from policy.management.compared import compared
from policy.management.output import bundle_named, instant, number, refusals_told, shown
from policy.management.words import counted
from policy.models import Decision, Ruleset
from policy.services.replay import decisions_replay
from policy.services.replay_compare import bundle_of_folder, bundle_of_row, decisions_compare

EVERY = 1_000
"""Decisions after which progress is told."""

Options: TypeAlias = dict[str, Any]


class Command(BaseCommand):
    """A decision is a function of bundle and snapshot: the same bytes must come out again."""

    help = (
        "Make decisions again from their bundle and snapshot; exit code 1 when one differs. "
        "With --bundle or --folder: say what other rules would make of the same facts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which decisions, under which rules, and how it is told."""
        parser.add_argument("uuid", nargs="*", type=UUID, help="decisions (default: all)")
        parser.add_argument("--newest", type=number, metavar="N", help="only the N newest")
        parser.add_argument("--since", type=instant, help="only decided at or after this instant")
        parser.add_argument("--until", type=instant, help="only decided before this instant")
        parser.add_argument(
            "--ruleset", default="", metavar="KEY", help="look only at what this ruleset says"
        )
        under = parser.add_mutually_exclusive_group()
        under.add_argument(
            "--bundle", metavar="DIGEST", help="under this bundle: its UUID, or digest or beginning"
        )
        under.add_argument(
            "--folder", type=Path, help="under the drafts, else newest versions, of this folder"
        )
        parser.add_argument(
            "--examples", type=number, default=3, metavar="N", help="decisions named of each change"
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, name what differs, and say how many did not."""
        decisions = _chosen(options)
        with refusals_told():
            other = _other(options)
            if other is not None:
                self._compare(decisions, other, options)
                return
        _check(options["ruleset"])
        self._replay(decisions, options)

    def _compare(
        self, decisions: QuerySet[Decision], other: tuple[BundlePlan, str], options: Options
    ) -> None:
        plan, what = other
        found = decisions_compare(
            decisions=decisions,
            other=plan,
            ruleset=options["ruleset"],
            examples=options["examples"],
            tell=self._progress,
        )
        if options["json"]:
            self._json(found)
        else:
            self.stdout.write(compared(found, what), ending="")

    def _replay(self, decisions: QuerySet[Decision], options: Options) -> None:
        same = otherwise = 0
        named: list[dict[str, object]] = []
        for replayed in decisions_replay(decisions=decisions, ruleset=options["ruleset"]):
            same += replayed.same
            otherwise += not replayed.same
            self._progress(same + otherwise)
            uuid, what = replayed.decision.uuid, replayed.differences
            if what and options["json"]:
                named.append({"uuid": uuid, "differences": what})
            elif what:
                self.stdout.write(f"{uuid} comes out otherwise: {', '.join(what)}")
        if options["json"]:
            self._json({"same": same, "otherwise": otherwise, "decisions": named})
        else:
            self.stdout.write(f"{counted(same, 'decision')} as before, {otherwise} otherwise")
        if otherwise:
            sys.exit(1)

    def _json(self, found: object) -> None:
        self.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode())

    def _progress(self, decisions: int) -> None:
        if decisions % EVERY == 0:
            self.stderr.write(f"  {decisions} decisions made again")


def _other(options: Options) -> tuple[BundlePlan, str] | None:
    """The other rules, and how to call them."""
    if options["folder"]:
        folder = shown(options["folder"])
        return bundle_of_folder(root=folder), folder.as_posix()
    if options["bundle"]:
        row = bundle_named(options["bundle"])
        return bundle_of_row(row=row), f"bundle {row.digest[:12]}"
    return None


def _check(ruleset: str) -> None:
    """Refuse a ruleset that nobody has published: it cannot have said anything."""
    known = list(Ruleset.objects.order_by("key").values_list("key", flat=True))
    if ruleset and ruleset not in known:
        told = (f"no ruleset `{ruleset}` is published", did_you_mean(ruleset, known))
        raise CommandError(": ".join(filter(None, told)))


def _chosen(options: Options) -> QuerySet[Decision]:
    decisions = Decision.objects.all()
    if options["uuid"]:
        decisions = decisions.filter(uuid__in=options["uuid"])
        missing = set(options["uuid"]) - set(decisions.values_list("uuid", flat=True))
        if missing:
            raise CommandError(f"there is no decision {min(missing)}")
    if options["since"]:
        decisions = decisions.filter(decided_at__gte=options["since"])
    if options["until"]:
        decisions = decisions.filter(decided_at__lt=options["until"])
    if options["newest"]:
        newest = options["newest"]
        last = decisions.order_by("-pk").values_list("pk", flat=True)[newest - 1 : newest]
        decisions = decisions.filter(pk__gte=last.first() or 0)
    return decisions
