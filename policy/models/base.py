"""What all rows share: an outside identity, and for history the refusal to change."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model, covariant=True)


class HistoryIsAppendOnly(Exception):
    """Somebody tried to change or delete a row of history. Write a further row instead."""


class Identified(models.Model):
    """A row that other systems name by `uuid`; `id` never leaves the database."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Reads and inserts; nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnly(f"{self.model.__name__} rows are history: add a row instead")

    def delete(self) -> NoReturn:
        raise HistoryIsAppendOnly(f"{self.model.__name__} rows are history: they are never deleted")


class AppendOnly(models.Model):
    """A row of history: written once, never changed, never deleted."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnly(f"{type(self).__name__} rows are history: add a row instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnly(f"{type(self).__name__} rows are history: never deleted")
