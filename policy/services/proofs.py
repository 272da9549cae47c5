"""What a proof over rows comes to: how many were looked at, and the first that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that breaks a promise: its table, how it is named there, what is and should be."""

    table: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise, the rows that were looked at, and the first that breaks it; None if it holds."""

    promise: str
    rows: int
    wrong: Wrong | None = None


class Tally:
    """Holds one promise against row after row, and remembers the first that breaks it."""

    def __init__(self, promise: str, table: str) -> None:
        self._promise, self._table = promise, table
        self._rows = 0
        self._wrong: Wrong | None = None

    def look(self, row: object, what: str | None) -> None:
        """Count a row; `what` says what is wrong with it, None for nothing."""
        self._rows += 1
        if what is not None and self._wrong is None:
            self._wrong = Wrong(self._table, str(row), what)

    def proof(self) -> Proof:
        """What it came to."""
        return Proof(self._promise, self._rows, self._wrong)


def looked_through(
    promise: str, table: str, rows: Iterable[T], name: Callable[[T], object],
    check: Callable[[T], str | None],
) -> Proof:  # fmt: skip
    """The proof of one promise over rows, as they come."""
    tally = Tally(promise, table)
    for row in rows:
        tally.look(name(row), check(row))
    return tally.proof()
