"""Differences as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

What: TypeAlias = OneOf[
    "subject",
    "combine",
    "effective_from",
    "effective_until",
    "effect",
    "on_error",
    "territories",
    "order",  # the place of a rule in a first-match table
    "conjunct",  # a part of `a && b`
    "alternative",  # a part of `a || b`
    "limit",  # a number that something is compared with
    "operator",
    "values",  # words that something is compared with
    "condition",  # a condition that is another altogether
    "wording",  # a condition with other words for the same
    "title",
    "reason",
    "reference",
    "dsa",
    "obligation",
    "deadline",
    "detail",
    "type",
    "doc",
    "read_by",
    "value",  # a dated value of a parameter
]

Weight: TypeAlias = OneOf[
    "stricter",  # tracks that were fine may no longer be
    "milder",
    "unclear",  # either, for all that can be told
    "duties",  # the same outcomes, other obligations
    "words",  # nothing that decides
]
WEIGHTS: tuple[Weight, ...] = ("stricter", "unclear", "milder", "duties", "words")
"""From what weighs most."""

Reach: TypeAlias = OneOf["", "more", "less", "unclear"]
"""How many subjects match: more or less of them than before, unclear, or (empty) as many."""

Kind: TypeAlias = OneOf["added", "removed", "renamed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `before` is empty for what is new, `after` for what is gone.

    `about` is the part that it concerns: an obligation, an operand, a day.
    """

    what: What
    before: str
    after: str
    weight: Weight
    about: str = ""
    reach: Reach = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A rule that a changed variable or parameter is read by, and what that does to it."""

    rule: str
    reach: Reach
    weight: Weight


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """A rule that differs. `was` is its id before a renaming; `weight` as in Difference."""

    kind: Kind
    id: str
    title: str
    effect: str
    weight: Weight | None
    changes: tuple[Change, ...] = ()
    was: str = ""


@dataclass(frozen=True, slots=True)
class NamedDifference:
    """A variable or parameter that differs, and the rules that read it."""

    kind: Kind
    name: str
    changes: tuple[Change, ...] = ()
    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two versions of a ruleset.

    `before` and `after` name them: `1.0.0`, `draft`; empty when there is none on that side.
    `weight` is the heaviest of all; None when there is no difference in meaning.
    """

    ruleset: str
    before: str
    after: str
    weight: Weight | None = None
    changes: tuple[Change, ...] = ()
    rules: tuple[RuleDifference, ...] = ()
    variables: tuple[NamedDifference, ...] = ()
    parameters: tuple[NamedDifference, ...] = ()


def weight_of(changes: Iterable[Change]) -> Weight | None:
    """The weight of changes together; None when they all are other words for the same."""
    return heaviest(*(change.weight for change in changes if change.what != "wording"))


def heaviest(*weights: Weight | None) -> Weight | None:
    """The weight that counts most; None for none."""
    found = [weight for weight in weights if weight]
    return min(found, key=WEIGHTS.index) if found else None
