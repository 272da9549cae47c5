"""Pages of a table in the order in which its rows came, as ranges of its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models
from django.db.models import QuerySet, Subquery

from policy.selectors.decision_search import Place

Row = TypeVar("Row", bound=models.Model)
Shown = TypeVar("Shown")
Next = TypeVar("Next")


@dataclass(frozen=True, slots=True)
class Page(Generic[Shown]):
    """Rows, newest first; `newer` and `older` tell whether a page lies on that side."""

    rows: tuple[Shown, ...]
    newer: bool
    older: bool

    def map(self, change: Callable[[Shown], Next]) -> Page[Next]:
        """The same page with each row changed."""
        return Page(tuple(change(row) for row in self.rows), self.newer, self.older)


def keyset_page(rows: QuerySet[Row], place: Place, *, size: int) -> Page[Row]:
    """The page at `place` of rows that have a `uuid`, by id; one query."""
    upwards = place.side in ("newer", "last")
    found = rows
    if place.uuid is not None:
        beside = Subquery(rows.filter(uuid=place.uuid).order_by().values("pk")[:1])
        found = rows.filter(**{"pk__gt" if upwards else "pk__lt": beside})
    page = list(found.order_by("pk" if upwards else "-pk")[: size + 1])
    more, page = len(page) > size, page[:size]
    return Page(
        rows=tuple(reversed(page) if upwards else page),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
    )
