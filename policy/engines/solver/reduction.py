"""Takes out of a witness what the goal does not need, so that a person sees what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from policy.engines.solver.board import NOTHING
from policy.engines.solver.documents import Documents
from policy.lang.schema import FactSchema, Field, Record

Document: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]

_PASSES = 3
"""What one step needs another may take away; three passes have been enough for every rule."""


def reduced(
    document: Document,
    base: Mapping[str, Any],
    documents: Documents,
    holds: Callable[[Document], bool],
) -> Document:
    """The document with as many facts as the goal allows put back to those of `base`.

    `holds` tells whether the goal still does. Whole records and items go before what is in them.
    """
    edits = Edits(documents)
    for _ in range(_PASSES):
        before = document
        for path, value in edits.of(document, base):
            changed = _put(document, path, value)
            if changed != document and holds(changed):
                document = changed
        if document == before:
            break
    return document


class Edits:
    """Steps from a document towards another, each a path and the value to put there."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._schema: FactSchema = documents.schema

    def of(self, document: Document, base: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
        """Steps that change something; NOTHING takes a fact or an item away."""
        for subject, facts in document.items():
            record = self._schema.root(subject)
            yield from self._record(record, facts, base.get(subject, {}), (subject,))

    def _record(
        self, record: Record, facts: Document, base: Mapping[str, Any], path: Path
    ) -> Iterator[tuple[Path, Any]]:
        for field in record.fields:
            neutral = NOTHING if field.optional else self._documents.plain(field)
            wanted = base.get(field.name, neutral)
            value = facts.get(field.name, NOTHING)
            if value != wanted:
                place = (*path, field.name)
                yield place, wanted
                yield from self._within(field, value, wanted, place)

    def _within(
        self, field: Field, value: Any, wanted: Any, path: Path
    ) -> Iterator[tuple[Path, Any]]:
        if isinstance(value, list):
            inner = self._schema.record(field.type[5:-1])
            for at in reversed(range(len(value))):
                yield (*path, at), NOTHING
                if inner:
                    yield from self._record(inner, value[at], {}, (*path, at))
        inner = self._schema.record(field.type)
        if inner and isinstance(value, dict):
            yield from self._record(inner, value, wanted if isinstance(wanted, dict) else {}, path)


def _put(document: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a path; the document itself when the path leads nowhere."""
    name, *rest = path
    if isinstance(document, list):
        return _put_item(document, int(name), tuple(rest), value)
    if not isinstance(document, dict) or (rest and name not in document):
        return document
    if rest:
        return {**document, name: _put(document[name], tuple(rest), value)}
    if value is NOTHING:
        return {key: inner for key, inner in document.items() if key != name}
    return {**document, name: value}


def _put_item(items: list[Any], at: int, rest: Path, value: Any) -> list[Any]:
    if at >= len(items):
        return items
    made = [_put(items[at], rest, value)] if rest else [] if value is NOTHING else [value]
    return [*items[:at], *made, *items[at + 1 :]]
