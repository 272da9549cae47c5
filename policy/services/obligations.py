"""Whom a duty binds, and until when."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from policy.models import Detection, Share, Track

PartyIds: TypeAlias = tuple[int | None, ...]

NOBODY: PartyIds = (None,)
"""Of a duty that binds no party on record: the service itself, or an owner whom nobody named."""

_LAYER_OF = {
    "master_owner": "master",
    "publisher": "publishing",
    "performer": "performer",
    "voice_owner": "likeness",
}
_WITHIN = re.compile(r"P(?:(\d+)D)?(?:T(\d+)H)?")


@dataclass(frozen=True, slots=True)
class Holding:
    """A party's share: layer and the days in which it holds (`until` exclusive, None = open)."""

    party_id: int
    layer: str
    valid_from: date | None
    valid_until: date | None

    def holds(self, day: date) -> bool:
        """Whether the share is in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True)
class Bound:
    """Who can be bound by duties about some tracks, by track id."""

    deliverers: Mapping[int, int | None]
    holdings: Mapping[int, tuple[Holding, ...]]
    voices: Mapping[int, tuple[int, ...]]

    def parties(self, of: str, track_id: int, day: date) -> PartyIds:
        """The parties that `of` (a word of `policy.lang.vocabulary.PARTIES`) means for a track.

        Each once, in the order of their ids; NOBODY when it means none on record.
        """
        if of == "deliverer":
            return (self.deliverers.get(track_id),)
        held = [held for held in self.holdings.get(track_id, ()) if held.holds(day)]
        found = {share.party_id for share in held if share.layer == _LAYER_OF.get(of)}
        if of == "rights_holders":
            found = {share.party_id for share in held}
        if of == "voice_owner":
            found.update(self.voices.get(track_id, ()))
        return tuple(sorted(found)) or NOBODY


def parties_bound(track_ids: Collection[int]) -> Bound:
    """Look up whom duties about these tracks can bind; three queries."""
    deliverers = Track.objects.filter(pk__in=track_ids).values_list("pk", "account__party")
    holdings: dict[int, list[Holding]] = defaultdict(list)
    shares = Share.objects.filter(track__in=track_ids)
    for track_id, party_id, layer, valid_from, valid_until in shares.values_list(
        "track_id", "party_id", "layer", "valid_from", "valid_until"
    ):
        holdings[track_id].append(Holding(party_id, layer, valid_from, valid_until))
    voices: dict[int, list[int]] = defaultdict(list)
    heard = Detection.objects.filter(
        track__in=track_ids, kind=Detection.Kind.VOICE_MATCH, party__isnull=False
    )
    for track_id, party_id in heard.values_list("track_id", "party_id"):
        voices[track_id].append(party_id)
    return Bound(
        dict(deliverers),
        {track: tuple(found) for track, found in holdings.items()},
        {track: tuple(found) for track, found in voices.items()},
    )


def time_allowed(within: str) -> timedelta | None:
    """The length of `P14D` or `PT48H`; None for no deadline. Raises ValueError for other text."""
    if not within:
        return None
    found = _WITHIN.fullmatch(within)
    if not found or not any(found.groups()):
        raise ValueError(f"`{within}` is no duration in days and hours")
    days, hours = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours)
