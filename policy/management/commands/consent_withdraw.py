"""`consent_withdraw`: withdraw grants, or see beforehand what that would stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.lang.words import LAYERS, USES
from policy.management import uses
from policy.management.output import instant, person, person_argument, refusals_told
from policy.management.registry import consent_named, evidence_read, mistakes_told, party_named
from policy.management.words import counted
from policy.models import Consent
from policy.services.withdrawal_preview import (
    RunningUse,
    WithdrawalPreview,
    grants_standing,
    withdrawal_preview,
)
from policy.services.withdrawals import withdraw


class Command(BaseCommand):
    """Withdraw grants; what follows is done by the workers."""

    help = (
        "Withdraw grants of consent. What took place by them stays lawful; what is planned or "
        "running is answered anew, and everybody concerned is told. `--preview` tells what it "
        "comes to and writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which grants, since when, and whether only to look."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--consent", metavar="UUID", action="append", default=[])
        which.add_argument("--party", default="", help="all grants of a party: a UUID or a name")
        parser.add_argument("--use", default="", choices=("", *USES), metavar="USE")
        parser.add_argument("--layer", default="", choices=("", *LAYERS), metavar="LAYER")
        parser.add_argument(
            "--since", metavar="INSTANT", type=instant, help="from when on (default: now)"
        )
        parser.add_argument(
            "--evidence", metavar="FILE", type=Path, help="a document that proves it"
        )
        parser.add_argument("--preview", action="store_true", help="tell, and write nothing")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell what it comes to, or do it."""
        now = timezone.now()
        grants = _grants(options, now)
        if options["preview"]:
            with refusals_told():
                found = withdrawal_preview(grants=grants, at=now)
            for line in _told(found):
                self.stdout.write(line)
            return
        with mistakes_told():
            made = withdraw(
                consents=grants,
                actor=person(options["by"]),
                at=now,
                since=options["since"],
                evidence=evidence_read(options["evidence"]),
            )
        tasks.nudge_work()
        self.stdout.write(
            f"{counted(len(made), 'grant')} withdrawn; the workers queue the tracks, answer uses "
            "anew and tell who must know"
        )


def _grants(options: dict[str, Any], now: Any) -> list[Consent]:
    """The grants that are meant. Refuses names that nobody has, and when there are none."""
    if options["party"]:
        party = party_named(options["party"])
        found = list(
            grants_standing(grantor=party, at=now, use=options["use"], layer=options["layer"])
        )
        if not found:
            raise CommandError(f"{party} has no such grant that stands")
        return found
    return [consent_named(text) for text in options["consent"]]


def _told(found: WithdrawalPreview) -> list[str]:
    """A preview in lines."""
    lines = [
        f"{counted(len(found.grants), 'grant')} would be withdrawn, about "
        f"{counted(found.tracks, 'track')}; {counted(found.redecided, 'decision')} made anew"
    ]
    lines += [f"  {_grant(grant)}" for grant in found.grants]
    lines.append(f"lawful, and stays on record: {counted(len(found.past), 'use')}")
    lines += [f"  {uses.told(each.usage)}" for each in found.past]
    lines.append(f"planned or running: {counted(len(found.running), 'use')}")
    lines += [f"  {_running(each)}" for each in found.running]
    lines.append("told:")
    for one in found.told:
        due = f", must act by {one.due_at:%Y-%m-%d %H:%M} UTC" if one.due_at else ""
        lines.append(f"  {one.role}: {one.name}{due}")
    named = sum(one.role == "owner" for one in found.told)
    if found.owners > named:
        lines.append(f"  and {counted(found.owners - named, 'further owner')}")
    return lines


def _grant(grant: Consent) -> str:
    return f"{grant.uuid}  {grant.use} ({grant.layer}), {grant.get_scope_display().lower()}"


def _running(each: RunningUse) -> str:
    stops = (
        f"must leave out {each.stopped:,} of {counted(each.tracks, 'track')}. {each.deadline.cited}"
        if each.stopped
        else f"goes on: none of {counted(each.tracks, 'track')} depends on it"
    )
    return f"{uses.told(each.usage)}\n    {stops}"
