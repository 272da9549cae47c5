"""Where statements and shares hold, and the territories in which answers can differ.

Codes are compared as they are written. `Worldwide` stands for everywhere that is not named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")

WORLDWIDE = "Worldwide"


@dataclass(frozen=True, slots=True)
class Where:
    """Named territories (none: everywhere), less excluded ones."""

    named: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def holds_in(self, code: str) -> bool:
        """Whether it holds in a territory, or everywhere that is not named."""
        return code not in self.excluded and (not self.named or code in self.named)

    def within(self, other: Where) -> bool:
        """Whether the other one holds wherever this one does."""
        if self.named:
            return all(other.holds_in(code) for code in self.named - self.excluded)
        return not other.named and other.excluded <= self.excluded


EVERYWHERE = Where()
_NOWHERE = Where(frozenset({""}))


def where(named: Collection[str], excluded: Collection[str]) -> Where:
    """The extent that lists of codes mean, `Worldwide` among them or not."""
    if WORLDWIDE in excluded:
        return _NOWHERE
    return Where(frozenset() if WORLDWIDE in named else frozenset(named), frozenset(excluded))


def cells(asked: Collection[str], extents: Iterable[Where]) -> tuple[str, ...]:
    """The territories in which answers can differ: those that are asked about; where that is
    everywhere, the rest of the world and each that an extent names."""
    if asked and WORLDWIDE not in asked:
        return tuple(sorted(set(asked)))
    named = {code for each in extents for code in (*each.named, *each.excluded) if code}
    return (WORLDWIDE, *sorted(named))


def folded(answers: Mapping[str, Answer]) -> dict[str, tuple[str, ...]]:
    """The cells that must be told, each with those that it tells of: itself and its equals.

    One answer for all is told as `Worldwide`; otherwise each cell that differs from the rest of the
    world, or every cell where there is no rest.
    """
    cells = tuple(answers)
    if len(cells) > 1 and WORLDWIDE not in answers:
        same = all(answers[code] == answers[cells[0]] for code in cells)
        return {WORLDWIDE: cells} if same else {code: (code,) for code in cells}
    rest = answers[cells[0]]
    equal = tuple(code for code in cells if answers[code] == rest)
    return {WORLDWIDE: equal} | {code: (code,) for code in cells if code not in equal}
