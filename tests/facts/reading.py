"""Reads one track's facts in tests."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from policy.facts import collect
from policy.models import Track
from tests.factories import NOW


def facts(track: Track, at: datetime = NOW) -> dict[str, Any]:
    """What stands below `track` in the track's document."""
    collected = collect([track.pk], as_of=at)[track.pk]
    assert collected.unknown == ()
    found: dict[str, Any] = json.loads(collected.document)["track"]
    return found
