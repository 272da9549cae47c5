"""What commands share: where rulesets are, who acts, and how refusals are told."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from policy.services.bundles import NotActivated
from policy.services.rulesets import RulesetRefused


def rulesets_argument(parser: CommandParser) -> None:
    """Add the folder of rulesets; the shipped one unless told otherwise."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(settings.BASE_DIR) / "rulesets",
        help="the folder that holds facts.yaml and the rulesets (default: the shipped one)",
    )


def person_argument(parser: CommandParser) -> None:
    """Add who acts."""
    parser.add_argument("--by", metavar="LOGIN", default="", help="who does this, for the audit")


def shown(folder: Path) -> Path:
    """The folder as messages name it: relative where that is shorter. Refuses what is none."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder")
    return shortened(folder)


def shortened(path: Path) -> Path:
    """A path as messages name it: relative where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def person(name: str) -> User | None:
    """The login that acts; None for Stave itself. Refuses a name that nobody has."""
    if not name:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"there is no login `{name}`")
    return found


def instant(text: str) -> datetime:
    """An ISO 8601 instant; without a zone it is UTC. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"`{text}` is no instant: write 2026-08-02T00:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn what services refuse into the one message that a command ends with."""
    try:
        yield
    except (RulesetRefused, NotActivated) as refused:
        raise CommandError(str(refused)) from None
