"""`track_ingest`: take in DDEX ERN messages and JSON deliveries from files."""

from __future__ import annotations

import json
import sys
from argparse import BooleanOptionalAction
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy import tasks
from policy.ingest.limits import MESSAGE_BYTES
from policy.ingest.refusals import MessageRefused, Refusal
from policy.management.catalogues import account_named
from policy.management.draining import drain
from policy.management.output import person, person_argument
from policy.management.words import counted
from policy.models import EvaluationRequest
from policy.services.ingest import MessageConflict, Recorded, delivery_record


@dataclass(slots=True)
class _Count:
    """What the files came to."""

    messages: int = 0
    tracks: int = 0
    refused: int = 0
    requests: list[int] = field(default_factory=list)


class Command(BaseCommand):
    """Deliver files, one message each, and decide on their tracks."""

    help = (
        "Take in DDEX ERN messages or JSON deliveries, one a file, and decide on their tracks. "
        "A file that is refused leaves nothing behind and does not hold up the next; "
        "exit code 1 when one was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which files, for whom, and whether to decide at once."""
        parser.add_argument(
            "file", nargs="+", type=Path, help="a message; `-` reads standard input"
        )
        parser.add_argument(
            "--account",
            metavar="KEY",
            default="",
            help="who delivers (default: the account of the message's sender, made when new)",
        )
        parser.add_argument(
            "--evaluate",
            action=BooleanOptionalAction,
            default=True,
            help="decide what waits, here and now, or leave it to the workers",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver one file after the other, decide, and sum up."""
        self._json = options["json"]
        account = account_named(options["account"])
        actor = person(options["by"])
        count = _Count()
        for path in options["file"]:
            try:
                recorded = delivery_record(
                    raw=_read(path),
                    account=account,
                    file_name=str(path),
                    received_at=timezone.now(),
                    actor=actor,
                )
            except (MessageRefused, MessageConflict) as refused:
                count.refused += 1
                self._refused(path, refused)
            else:
                count.messages += 1
                count.tracks += len(recorded.tracks)
                count.requests += [] if recorded.repeated else _ids(recorded)
                self._taken(path, recorded)
        self._sum_up(count, decided=self._decide(count, here=options["evaluate"]))
        if count.refused:
            sys.exit(1)

    def _decide(self, count: _Count, *, here: bool) -> int:
        """Decide what waits, or tell the workers; how many decisions the files came to so far."""
        if here:
            drain(self._progress)
        elif count.requests:
            tasks.nudge()
        return sum(_effects(count.requests).values())

    def _progress(self, text: str) -> None:
        if not self._json:
            self.stderr.write(text)

    def _taken(self, path: Path, recorded: Recorded) -> None:
        if self._json:
            self._line(_as_json(path, recorded))
            return
        self.stdout.write(f"{path}: {_told(recorded)}")
        for warning in recorded.warnings:
            line = f"line {warning.line}: " if warning.line else ""
            self.stdout.write(f"  {line}warning[{warning.code}]: {warning.message}")

    def _refused(self, path: Path, refused: MessageRefused | MessageConflict) -> None:
        problems = _problems(path, refused)
        if self._json:
            self._line({"file": str(path), "refused": [asdict(found) for found in problems]})
            return
        told = refused if isinstance(refused, MessageRefused) else MessageRefused(list(problems))
        self.stderr.write(str(told))

    def _sum_up(self, count: _Count, *, decided: int) -> None:
        effects = _effects(count.requests)
        if self._json:
            numbers = {"messages": count.messages, "tracks": count.tracks, "decisions": decided}
            self._line({**numbers, "refused": count.refused, "effects": effects})
            return
        self.stdout.write(
            f"{counted(count.messages, 'message')}, {counted(count.tracks, 'track')}, "
            f"{counted(decided, 'decision')}, {count.refused:,} refused"
        )
        if effects:
            self.stdout.write("  " + ", ".join(f"{name} {n:,}" for name, n in effects.items()))

    def _line(self, found: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(found, ensure_ascii=False))


def _read(path: Path) -> bytes:
    """The bytes of a file, no more than a message may have and one. Raises MessageRefused."""
    if str(path) == "-":
        return sys.stdin.buffer.read(MESSAGE_BYTES + 1)
    try:
        with path.open("rb") as file:
            return file.read(MESSAGE_BYTES + 1)
    except OSError as error:
        text = f"the file cannot be read: {error.strerror or error}"
        raise MessageRefused(
            [Refusal("unreadable", text[:1].lower() + text[1:], str(path))]
        ) from None


def _told(recorded: Recorded) -> str:
    """What became of a message, in a few words."""
    tracks = counted(len(recorded.tracks), "track")
    if recorded.superseded:
        return "a later message was here before; kept, and nothing changed"
    if recorded.repeated:
        return f"{tracks}, the same message as before"
    return f"{tracks} taken away" if recorded.delivery.kind == "purge" else tracks


def _as_json(path: Path, recorded: Recorded) -> dict[str, Any]:
    return {
        "file": str(path),
        "delivery": str(recorded.delivery.uuid),
        "message_id": recorded.delivery.message_id,
        "kind": recorded.delivery.kind,
        "tracks": [str(track.uuid) for track in recorded.tracks],
        "requests": len(recorded.requests),
        "repeated": recorded.repeated,
        "superseded": recorded.superseded,
        "warnings": [asdict(warning) for warning in recorded.warnings],
    }


def _problems(path: Path, refused: MessageRefused | MessageConflict) -> Sequence[Refusal]:
    if isinstance(refused, MessageRefused):
        return refused.problems
    return [Refusal("message-id-used", str(refused), str(path))]


def _ids(recorded: Recorded) -> list[int]:
    own = EvaluationRequest.Cause.DELIVERY
    return [request.pk for request in recorded.requests if request.cause == own]


def _effects(requests: Sequence[int]) -> dict[str, int]:
    """Decisions that requests came to, by effect from mild to strict."""
    found: Counter[str] = Counter()
    for start in range(0, len(requests), 5_000):
        rows = EvaluationRequest.objects.filter(pk__in=requests[start : start + 5_000])
        effects = rows.exclude(decision=None).values_list("decision__effect", flat=True)
        found.update(effect for effect in effects if effect)
    order = ("allow", "limit", "review", "withhold", "block")
    return {effect: found[effect] for effect in order if found[effect]}
