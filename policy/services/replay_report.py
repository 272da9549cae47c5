"""What comes out of comparing decisions with another bundle: frozen, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from policy.lang.plan import Effect
from policy.services.replay_changes import RuleChangeKind


@dataclass(frozen=True, slots=True)
class Example:
    """A decision that changes: its track, and the strictest effect before and after."""

    uuid: UUID
    track: str
    before: Effect
    after: Effect


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """How many decisions went from one strictest effect to another; both can be the same."""

    before: Effect
    after: Effect
    decisions: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """In how many decisions one thing happened to a rule."""

    ruleset: str
    rule: str
    kind: RuleChangeKind
    decisions: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class PartyChange:
    """How many tracks of a party change; one whose decisions go both ways counts in both."""

    party: str
    tracks: int
    stricter: int
    milder: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """A ruleset: the versions that decided, and the one that it is compared with, empty if none."""

    ruleset: str
    recorded: tuple[str, ...]
    compared: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that so many snapshots lack, since it was declared later.

    An optional one is taken as absent, any other as unknown.
    """

    fact: str
    optional: bool
    decisions: int


@dataclass(frozen=True, slots=True)
class OutOfForce:
    """A ruleset whose compared version does not hold on the day of so many decisions."""

    ruleset: str
    decisions: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A decision whose snapshot does not fit the compared fact schema, and why."""

    uuid: UUID
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What another bundle makes of recorded facts.

    `decisions` were run again; of them `same` keep their outcome everywhere. `unreadable` holds
    examples of the `unread` ones that could not be run.
    """

    versions: tuple[Versions, ...]
    decisions: int
    same: int
    stricter: int
    milder: int
    mixed: int
    outcomes: tuple[OutcomeChange, ...]
    rules: tuple[RuleChange, ...]
    deliverers: tuple[PartyChange, ...]
    rights_holders: tuple[PartyChange, ...]
    lacking: tuple[Lacking, ...]
    out_of_force: tuple[OutOfForce, ...]
    unread: int
    unreadable: tuple[Unreadable, ...]
