"""`sample_load`: a catalogue to look at, delivered through the same doors a user has."""

from __future__ import annotations

import hashlib
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from policy import tasks
from policy.management import demo, demo_uses, over_http
from policy.management.draining import drain
from policy.management.words import counted
from policy.models import Delivery, Party
from policy.samples.generator import DELIVERIES, SEED
from policy.services.bundles import active_at
from policy.services.ingest import delivery_read, delivery_record
from policy.services.logins import logins_make

EVERY = 50
"""Deliveries after which progress is told."""


class Command(BaseCommand):
    """Deliver the sample messages, decide on them, and make the demonstration's logins."""

    help = (
        "Load the sample catalogue and make logins to look at it. What is there already stays as "
        "it is, so it may run at any time. Not for an installation with real catalogues."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, and through which door."""
        parser.add_argument(
            "--seed", type=int, default=SEED, help="another number, another catalogue"
        )
        parser.add_argument(
            "--releases",
            type=_number,
            default=DELIVERIES,
            metavar="N",
            help=f"ordinary deliveries beside the planted cases (default: {DELIVERIES})",
        )
        parser.add_argument(
            "--url",
            default="",
            help="deliver over HTTP to the API at this address (default: in this process, with "
            "the dates of the samples)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver what is missing, decide, and tell the logins."""
        if settings.PRODUCTION:
            raise CommandError(
                "this installation is marked as production (STAVE_PRODUCTION=1): "
                "the sample catalogue and its logins do not belong there"
            )
        found = demo.messages(seed=options["seed"], deliveries=options["releases"])
        new = _missing(found)
        if new:
            self.stdout.write(f"delivering {counted(len(new), 'sample message')}")
            self._deliver(new, over_http.door(options["url"]) if options["url"] else _deliver)
            tasks.nudge()
            drain(self.stdout.write)
        else:
            self.stdout.write("the sample catalogue is there")
        self._tell_logins(self._show_uses())

    def _deliver(
        self, messages: Sequence[demo.Message], deliver: Callable[[demo.Message], int]
    ) -> None:
        tracks = 0
        for number, message in enumerate(messages, start=1):
            tracks += deliver(message)
            if number % EVERY == 0 or number == len(messages):
                self.stdout.write(f"  {number:,} of {len(messages):,}, {counted(tracks, 'track')}")
                self.stdout.flush()

    def _show_uses(self) -> Party | None:
        """Let a licensee use some tracks, when rules are live; the licensee."""
        if active_at(timezone.now()) is None:
            return None
        shown = demo_uses.show_uses(demo.label())
        self.stdout.write(f"{shown.licensee.name} used {counted(shown.tracks, 'track')}")
        drain(self.stdout.write)
        return shown.licensee

    def _tell_logins(self, licensee: Party | None) -> None:
        cast, password = demo.cast(licensee), demo.password()
        logins_make(logins=[told.login for told in cast], password=password, at=timezone.now())
        self.stdout.write("sign in as")
        for told in cast:
            self.stdout.write(f"  {told.login.name:<12} {told.who}")
        self.stdout.write(f"with the password  {password}")


def _number(text: str) -> int:
    """A number of releases. Raises ArgumentTypeError."""
    if not text.isdigit() or int(text) > 100_000:
        raise ArgumentTypeError(f"`{text}` is no number of releases: write one up to 100000")
    return int(text)


def _missing(messages: Sequence[demo.Message]) -> list[demo.Message]:
    """The messages that have not been delivered yet. Refuses those of another catalogue, which
    has the same message ids."""
    digests = {message: hashlib.sha256(message.raw).hexdigest() for message in messages}
    there = set(Delivery.objects.values_list("digest", flat=True))
    new = [message for message, digest in digests.items() if digest not in there]
    if there:
        ids = [delivery_read(raw=one.raw, file_name=one.name).message_id for one in new]
        if Delivery.objects.filter(message_id__in=ids).exists():
            raise CommandError(
                "the sample catalogue of another --seed or --releases is here: "
                "load this one into a state folder of its own (STAVE_STATE)"
            )
    return new


def _deliver(message: demo.Message) -> int:
    """Hand a message to the service as of the day of the sample; how many tracks it has."""
    recorded = delivery_record(
        raw=message.raw, account=None, file_name=message.name, received_at=message.received_at
    )
    return len(recorded.tracks)
