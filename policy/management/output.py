"""What commands share: where rulesets are, who acts, and how refusals are told."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from policy.models import Bundle
from policy.services.bundles import NotActivated
from policy.services.disputes import DisputeRefused
from policy.services.payout_statements import StatementsRefused
from policy.services.penalties import PenaltyRefused
from policy.services.pools import PoolRefused
from policy.services.rates import RateRefused
from policy.services.recorded_cases import NotExported
from policy.services.replay_compare import NotCompared
from policy.services.rulesets import RulesetRefused
from policy.services.usage_checks import NotChecked
from policy.services.usages import UsageRefused

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


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
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"`{text}` is no instant: write 2026-08-02T00:00:00Z") from None


def number(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"`{text}` is no number of things: write 1 or more")
    return int(text)


def bundle_named(name: str) -> Bundle:
    """The one bundle that has this UUID, or whose digest begins so; the newest for no name."""
    found = Bundle.objects.defer("content").order_by("-pk")
    if _UUID.fullmatch(name):
        found = found.filter(uuid=name)
    else:
        found = found.filter(digest__startswith=name.lower())
    rows = list(found[:2])
    if not rows:
        what = f"no bundle begins with `{name}`" if name else "there is no bundle"
        raise CommandError(f"{what}: build one with `manage.py bundle_build`")
    if name and len(rows) > 1:
        raise CommandError(f"several bundles begin with `{name}`: give more of the digest")
    return rows[0]


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn what services refuse into the one message that a command ends with."""
    try:
        yield
    except (
        DisputeRefused,
        NotActivated,
        NotChecked,
        NotCompared,
        NotExported,
        PenaltyRefused,
        PoolRefused,
        RateRefused,
        RulesetRefused,
        StatementsRefused,
        UsageRefused,
    ) as refused:
        raise CommandError(str(refused)) from None
