"""A fact document as the few facts that an author has to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.situations import completed

_GONE = object()
"""Stands for a fact that is absent."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """Leaves out of a document what a test says anyway: neutral values, at the instant `as_of`."""

    schema: FactSchema
    as_of: str

    def facts(
        self, subject: str, document: Mapping[str, Any], given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The facts by path that make the document of what is `given`; None takes a fact away."""
        root = self.schema.root(subject)
        base = self._whole(root, given[subject])
        return dict(self._facts(root, document[subject], base, subject))

    def _whole(self, record: Record, said: Mapping[str, Any]) -> dict[str, Any]:
        return completed(self.schema, record, said, self.as_of)

    def _facts(
        self, record: Record, said: Mapping[str, Any], base: Mapping[str, Any], path: str
    ) -> Iterator[tuple[str, Any]]:
        for field in record.fields:
            value, before = said.get(field.name, _GONE), base.get(field.name, _GONE)
            inner = self.schema.record(field.type)
            here = f"{path}.{field.name}"
            if value is _GONE:
                yield from [] if before is _GONE else [(here, None)]
            elif inner:
                yield from self._record(inner, value, before, here)
            elif value != before:
                yield here, self._value(field, value)

    def _record(
        self, record: Record, said: Mapping[str, Any], before: object, path: str
    ) -> Iterator[tuple[str, Any]]:
        absent = not isinstance(before, Mapping)
        base = self._whole(record, before if isinstance(before, Mapping) else {})
        found = list(self._facts(record, said, base, path))
        yield from [(path, {})] if absent and not found else found

    def _value(self, field: Field, value: Any) -> Any:
        """A value; of a list of records each item with what is not neutral in it."""
        item = self.schema.record(element(field.type)) if field.type.startswith("list(") else None
        if item is None:
            return value
        return [dict(self._item(item, each)) for each in value]

    def _item(self, record: Record, said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The fields of an item that are not neutral; a record in it is written within it."""
        base = self._whole(record, {})
        for field in record.fields:
            value = said.get(field.name, _GONE)
            inner = self.schema.record(field.type)
            if value is not _GONE and value != base.get(field.name, _GONE):
                told = dict(self._item(inner, value)) if inner else self._value(field, value)
                yield field.name, told
