"""The release that a track stands on, and what else stands on it."""

from __future__ import annotations

from collections.abc import Sequence

from policy.facts.batch import Batch, Sibling, Subject
from policy.facts.document import Release, text
from policy.facts.group import Group, Part, delivery_sources
from policy.models import AiLevel, Track

SHORT = range(30, 41)
"""Playing times in seconds that are just long enough to be counted as a stream."""


def _provide(batch: Batch) -> dict[Subject, Part]:
    return batch.each(lambda track: _part(track, batch.siblings[track.release_id]))


def _part(row: Track, siblings: Sequence[Sibling]) -> Part:
    release = row.release
    facts = Release(
        title=release.title,
        type=release.type,
        icpn=text(release.icpn),
        icpn_valid=release.icpn_valid,
        record_label=text(release.record_label),
        tracks=len(siblings),
        tracks_undeclared=sum(one.contains_ai == AiLevel.UNDECLARED for one in siblings),
        isrc_repeats=sum(one.isrc == row.isrc != "" and one.id != row.pk for one in siblings),
        short_tracks=sum(one.duration_seconds in SHORT for one in siblings),
    )
    return Part((facts,), delivery_sources([release.delivery]))


RELEASE = Group("release", ("release",), _provide)
