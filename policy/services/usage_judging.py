"""What the rules say of a use of tracks: equal situations are judged once, and stored once.

A situation is what the rules read of a use and its instant. Where they read more of a track than
who owns it, that is collected track by track, which is slow; the shipped rules do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from policy import facts
from policy.facts.owners import OwnerFact, OwnerSaid
from policy.facts.uses import TITLE, Asking, situation
from policy.lang.territories import WORLDWIDE
from policy.models import Bundle, Layer, UsageDecision
from policy.services.bulk import batched
from policy.services.bundle_parts import BundlePart, use_part
from policy.services.judging import JudgedRule, Judgement, judge, snapshot
from policy.services.usage_decisions import (
    Blocking,
    JudgedUse,
    usage_decisions_record,
    with_part,
)

PART = "use"

CHUNK = 5_000
"""Tracks of a stream that are judged at once."""

Owners: TypeAlias = tuple[OwnerFact, ...]

Answering: TypeAlias = tuple[int, tuple[OwnerSaid, ...]]
"""A track's id, and what its owners say."""

Key: TypeAlias = tuple[object, ...]
"""What makes a situation of one use one."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a use of tracks: its row's id, and its strictest effect anywhere."""

    id: int
    effect: str


@dataclass(frozen=True, slots=True)
class Others:
    """Facts of a track beyond its use, and the paths of those that are not known."""

    facts: Mapping[str, Any]
    unknown: tuple[str, ...]


NO_OTHERS = Others({}, ())


class UseJudge:
    """Judges one use of many tracks under a bundle, as of an instant. Keeps what it has judged."""

    def __init__(self, bundle: Bundle, asking: Asking, as_of: datetime) -> None:
        self.bundle, self.asking, self.as_of = bundle, asking, as_of
        self.part: BundlePart = use_part(bundle.digest)
        self.known: dict[Key, Decided] = {}
        self._beyond = self.part.fields.get("Track", frozenset()) - {"use", "title"}
        if self.part.decides_by_title:
            self._beyond |= {"title"}

    def decide(
        self, tracks: Sequence[Answering], attributed: Collection[int], at: datetime
    ) -> list[Decided]:
        """The decision on each track with its owners, in their order; new ones are written.

        `attributed` are the tracks that a method of attribution gave a weight in the use.
        """
        keys, new = self.situations(tracks, attributed)
        if new:
            self.learn(new, decided(self.bundle, dict.fromkeys(new.values(), self.part), at))
        return [self.known[key] for key in keys]

    def effects(self, stream: Iterable[Answering]) -> Iterator[tuple[int, str]]:
        """The effect on each track of a stream, none of them attributed; nothing is written. For a
        judge that is asked nothing else."""
        for tracks in batched(stream, CHUNK):
            keys, new = self.situations(tracks, ())
            effects = {made: judge(self.part, made).effect for made in new.values()}
            self.learn(new, {made: Decided(0, effect) for made, effect in effects.items()})
            for (track, _), key in zip(tracks, keys, strict=True):
                yield track, self.known[key].effect

    def situations(
        self, tracks: Sequence[Answering], attributed: Collection[int]
    ) -> tuple[list[Key], dict[Key, bytes]]:
        """The situation of each track in their order, and the snapshots of those that are new."""
        others = self._others([track for track, _ in tracks])
        keys: list[Key] = []
        new: dict[Key, bytes] = {}
        for track, said in tracks:
            owners, weighed = tuple([one.fact for one in said]), track in attributed
            key: Key = (owners, weighed, track) if self._beyond else (owners, weighed)
            keys.append(key)
            if key not in self.known and key not in new:
                new[key] = self.snapshot(owners, weighed, others.get(track, NO_OTHERS))
        return keys, new

    def learn(self, new: Mapping[Key, bytes], decisions: Mapping[bytes, Decided]) -> None:
        """Keep the decisions on new situations."""
        self.known |= {key: decisions[made] for key, made in new.items()}

    def snapshot(self, owners: Owners, attributed: bool, others: Others = NO_OTHERS) -> bytes:
        """All that the rules see of a situation."""
        document = situation(
            self.asking,
            owners,
            attributed=attributed,
            fields=self.part.fields,
            others=others.facts,
            unknown=others.unknown,
        )
        return snapshot(with_part(document, PART), self.as_of)

    def judge(self, owners: Owners, attributed: bool, others: Others = NO_OTHERS) -> Judgement:
        """What the rules say of a situation; nothing is kept."""
        return judge(self.part, self.snapshot(owners, attributed, others))

    def _others(self, track_ids: Sequence[int]) -> dict[int, Others]:
        """What the rules read beyond the use, by track; nothing when they read no more."""
        if not self._beyond:
            return {}
        collected = facts.collect(track_ids, as_of=self.as_of)
        return {track: self._read(found) for track, found in collected.items()}

    def _read(self, collected: facts.Collected) -> Others:
        told = msgspec.json.decode(collected.document)["track"]
        unknown = (path for path in collected.unknown if path.split(".")[1] in self._beyond)
        return Others(
            {name: value for name, value in told.items() if name in self._beyond}, tuple(unknown)
        )


def decided(
    bundle: Bundle, snapshots: Mapping[bytes, BundlePart], at: datetime
) -> dict[bytes, Decided]:
    """Judge snapshots and write what came of them. Three queries for some hundred."""
    judged = {made: _judged(part, made) for made, part in snapshots.items()}
    ids = usage_decisions_record(bundle=bundle, judged=list(judged.values()), at=at)
    return {made: Decided(ids[each.digest], each.judgement.effect) for made, each in judged.items()}


def _judged(part: BundlePart, made: bytes) -> JudgedUse:
    judgement = judge(part, made)
    return JudgedUse(made, judgement, tuple(blocking(part, made, judgement)))


def blocking(part: BundlePart, made: bytes, judgement: Judgement) -> Iterator[Blocking]:
    """What makes a situation stricter than allow: by rule, the layers that it would speak about
    even if the owners of all others said yes, and where; no layer when all owners' yes would not
    silence it.
    """
    against = [rule for rule in judgement.rules if rule.determining and rule.effect != "allow"]
    if not against:
        return
    document = msgspec.json.decode(made)
    named = {layer: _spoken(part, document, but=layer) for layer in Layer.values}
    anyway = _spoken(part, document, but="")
    for rule in against:
        name = (rule.ruleset, rule.rule)
        if name in anyway:
            yield from (("", place, rule.rule) for place in _places(anyway[name]))
            continue
        for layer, spoken in named.items():
            if name in spoken:
                yield from ((layer, place, rule.rule) for place in _places(spoken[name]))


def _spoken(
    part: BundlePart, document: Mapping[str, Any], *, but: str
) -> dict[tuple[str, str], JudgedRule]:
    """The rules that speak when all other layers are owned everywhere and their owners say yes."""
    use = document["track"]["use"]
    owners = [one if one["layer"] == but else one | _YES for one in use.get("owners", ())]
    others = (layer for layer in Layer.values if layer != but)
    owners += [{"layer": layer, "territory": WORLDWIDE, **_YES} for layer in others]
    track = document["track"] | {"use": use | {"owners": owners}}
    changed = msgspec.json.encode({**document, "track": track})
    return {(rule.ruleset, rule.rule): rule for rule in judge(part, changed).rules}


_YES: Mapping[str, Any] = {
    "contract": "granted",
    "preference": "granted",
    "condition": "none",
    "condition_met": True,
    "model_covered": True,
}


def _places(rule: JudgedRule) -> Sequence[str]:
    return (WORLDWIDE,) if rule.territories is None else tuple(dict.fromkeys(rule.territories))


def reasons_of(decision: UsageDecision, *, title: str) -> list[str]:
    """The sentences of the rules that decided, about a track of that title."""
    determining: Iterable[Mapping[str, Any]] = (
        rule for rule in decision.rules if rule["determining"]
    )
    return [rule["reason"].replace(TITLE, title) for rule in determining]
