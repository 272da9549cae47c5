"""How long a duty may take: `P14D`, `PT48H`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_WITHIN = re.compile(r"P(?:(\d+)D)?(?:T(\d+)H)?")


def time_allowed(within: str) -> timedelta | None:
    """The length of `P14D` or `PT48H`; None for no deadline. Raises ValueError for other text."""
    if not within:
        return None
    found = _WITHIN.fullmatch(within)
    if not found or not any(found.groups()):
        raise ValueError(f"`{within}` is no duration in days and hours")
    days, hours = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours)


def due(as_of: str, within: str) -> datetime | None:
    """The instant in UTC at which a duty of a subject evaluated at `as_of` (RFC 3339) is due.

    A day has 24 hours: instants are in UTC, which no clock change moves.
    """
    allowed = time_allowed(within)
    return datetime.fromisoformat(as_of).astimezone(UTC) + allowed if allowed else None
