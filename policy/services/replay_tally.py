"""Counts what changes between decisions and the same facts under another bundle.

Decisions are counted one by one, those of a track behind each other, so that what is held in memory
grows with rules and parties, not with decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from policy.lang.plan import EFFECTS, Effect
from policy.models import Decision
from policy.services.replay_changes import RuleChangeKind, Said, Way, rule_changes, way
from policy.services.replay_report import Example, OutcomeChange, PartyChange, RuleChange

Cell: TypeAlias = tuple[Effect, Effect]
RuleCell: TypeAlias = tuple[str, str, RuleChangeKind]


@dataclass(slots=True)
class _Counted:
    """A number with its first examples."""

    number: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, example: Example | None, most: int) -> None:
        self.number += 1
        if example and len(self.examples) < most:
            self.examples.append(example)


@dataclass(slots=True)
class _Party:
    """A party's tracks; `seen` is the last track, with the ways that were counted of it."""

    counts: Counter[str] = field(default_factory=Counter)
    seen: tuple[int, set[str]] = (0, set())
    examples: list[Example] = field(default_factory=list)

    def add(self, track: int, changed: Way, example: Example, most: int) -> None:
        if self.seen[0] != track:
            self.seen = (track, set())
            if len(self.examples) < most:
                self.examples.append(example)
        ways = {"tracks"} | ({"stricter", "milder"} if changed == "mixed" else {changed})
        self.counts.update(ways - self.seen[1])
        self.seen[1].update(ways)


@dataclass(slots=True)
class Tally:
    """What was counted so far; `most` examples are kept of each number."""

    most: int
    ways: Counter[Way] = field(default_factory=Counter)
    _outcomes: dict[Cell, _Counted] = field(default_factory=dict)
    _rules: dict[RuleCell, _Counted] = field(default_factory=dict)

    def add(self, decision: Decision, before: Said, after: Said) -> tuple[Way, Example]:
        """Count a decision; how its outcome changed, and the decision as an example of it."""
        changed = way(before.outcome, after.outcome)
        track = f"{decision.track.display_artist} - {decision.track.title}"
        example = Example(decision.uuid, track, before.effect, after.effect)
        self.ways[changed] += 1
        cell = self._outcomes.setdefault((before.effect, after.effect), _Counted())
        cell.add(None if changed == "same" else example, self.most)
        for (ruleset, rule), kind in rule_changes(before, after):
            self._rules.setdefault((ruleset, rule, kind), _Counted()).add(example, self.most)
        return changed, example

    def outcomes(self) -> tuple[OutcomeChange, ...]:
        """From the mildest effect before to the strictest."""
        cells = sorted(self._outcomes, key=lambda cell: tuple(map(EFFECTS.index, cell)))
        return tuple(
            OutcomeChange(*cell, counted.number, tuple(counted.examples))
            for cell in cells
            for counted in [self._outcomes[cell]]
        )

    def rules(self) -> tuple[RuleChange, ...]:
        """By ruleset, rule and what happened."""
        return tuple(
            RuleChange(*cell, counted.number, tuple(counted.examples))
            for cell, counted in sorted(self._rules.items(), key=lambda each: each[0])
        )


@dataclass(slots=True)
class PartyTally:
    """The tracks of parties that change, by the id of the party."""

    most: int
    parties: dict[int, _Party] = field(default_factory=dict)

    def add(self, ids: Iterable[int], track: int, changed: Way, example: Example) -> None:
        """Count a changed decision for the parties of its track."""
        for pk in ids:
            self.parties.setdefault(pk, _Party()).add(track, changed, example, self.most)

    def changes(self, names: dict[int, str]) -> tuple[PartyChange, ...]:
        """Those with the most tracks first, then by name."""
        found = [
            PartyChange(
                party=names[pk],
                tracks=party.counts["tracks"],
                stricter=party.counts["stricter"],
                milder=party.counts["milder"],
                examples=tuple(party.examples),
            )
            for pk, party in self.parties.items()
        ]
        return tuple(sorted(found, key=lambda each: (-each.tracks, each.party)))
