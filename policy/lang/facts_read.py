"""Which facts a version reads, and a fact document without all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from policy.lang.plan import Plan, trees
from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.situations import neutral_word
from policy.lang.tree import Fact, Select, walk

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactsRead:
    """What rules read: `paths` of facts, with every record and list on the way to them, and
    `fields` of what lists hold, as record and field."""

    paths: frozenset[Path]
    fields: frozenset[tuple[str, str]]

    def __or__(self, other: FactsRead) -> FactsRead:
        return FactsRead(self.paths | other.paths, self.fields | other.fields)


def facts_read(plan: Plan) -> FactsRead:
    """What variables, conditions, territories and reasons of a version read."""
    nodes = [node for tree in trees(plan) for node in walk(tree)]
    facts = [node.path for node in nodes if isinstance(node, Fact)]
    return FactsRead(
        frozenset(path[:end] for path in facts for end in range(2, len(path) + 1)),
        frozenset((node.operand.type, node.field) for node in nodes if isinstance(node, Select)),
    )


@dataclass(frozen=True, slots=True)
class Reducer:
    """Takes out of fact documents of `schema` what nobody reads."""

    schema: FactSchema
    subject: str
    reads: FactsRead

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The facts that are read, and under `unknown` those of them that are not known.

        Facts that rules read, that cannot be absent and that the document lacks are unknown too.
        An enum that a situation must say stays. An unknown part of a list's items makes the list
        unknown, which is all that a situation can say.
        """
        root = self.schema.root(self.subject)
        found = self._record(root, document.get(self.subject, {}), (self.subject,))
        named = self._named(document.get("unknown", ()))
        gaps = self._gaps(root, found, (self.subject,))
        unknown = {".".join(path) for path in (*named, *gaps)}
        return {self.subject: found} | ({"unknown": sorted(unknown)} if unknown else {})

    def _record(self, record: Record, value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """`path` is empty within the items of a list."""
        return {
            field.name: self._value(field, value[field.name], path and (*path, field.name))
            for field in record.fields
            if field.name in value and self._stays(record, field, path)
        }

    def _stays(self, record: Record, field: Field, path: Path) -> bool:
        if (*path, field.name) in self.reads.paths if path else self._of_item(record, field):
            return True
        inner = None if field.optional else self.schema.record(field.type)
        if inner:
            below = path and (*path, field.name)
            return any(self._stays(inner, each, below) for each in inner.fields)
        return bool(field.values) and not field.optional and not neutral_word(field)

    def _of_item(self, record: Record, field: Field) -> bool:
        return (record.name, field.name) in self.reads.fields

    def _value(self, field: Field, value: Any, path: Path) -> Any:
        if field.type.startswith("list("):
            inner = self.schema.record(element(field.type))
            return [self._record(inner, item, ()) for item in value] if inner else value
        inner = self.schema.record(field.type)
        return self._record(inner, value, path) if inner else value

    # What is not known

    def _named(self, unknown: Iterable[str]) -> Iterator[Path]:
        for text in unknown:
            path = self._sayable(tuple(text.split(".")))
            if path in self.reads.paths:
                yield path

    def _sayable(self, path: Path) -> Path:
        """As far as a path leads through single records: to the list that holds the rest."""
        ends = (end for end in range(2, len(path) + 1) if not self.schema.resolve(path[:end]))
        return path[: next(ends, len(path) + 1) - 1]

    def _gaps(self, record: Record, value: Mapping[str, Any], path: Path) -> Iterator[Path]:
        """Facts that are read and must be there, but are not."""
        for field in record.fields:
            below = (*path, field.name)
            if below not in self.reads.paths:
                continue
            if field.name in value:
                yield from self._gaps_in(field, value[field.name], below)
            elif not field.optional:
                yield below

    def _gaps_in(self, field: Field, value: Any, path: Path) -> Iterator[Path]:
        inner = self.schema.record(field.type)
        if inner:
            yield from self._gaps(inner, value, path)
        elif field.type.startswith("list(") and self._item_gap(field, value):
            yield path

    def _item_gap(self, field: Field, items: Iterable[Any]) -> bool:
        record = self.schema.record(element(field.type))
        if record is None:
            return False
        read = [each for each in record.fields if self._of_item(record, each)]
        needed = [each.name for each in read if not each.optional]
        return any(name not in item for item in items for name in needed)
