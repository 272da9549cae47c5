"""Facts that rules read, but that were not yet declared when a snapshot was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.lang.facts_read import FactsRead, Path, every_fact
from policy.lang.schema import FactSchema, element


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact that only the newer schema has: `fact` of every item where `path` is a list.

    Where it is missing, an optional one is absent and any other unknown.
    """

    path: Path
    fact: str
    optional: bool

    @property
    def name(self) -> str:
        """As rules and people name it."""
        return ".".join((*self.path, self.fact))

    def missing(self, document: Mapping[str, Any]) -> bool:
        """Whether a document says nothing of it, though it says of what it is a part."""
        place: Any = document
        for name in self.path:
            place = place.get(name)
            if place is None:
                return False
        places = place if isinstance(place, list) else [place]
        return any(self.fact not in each for each in places)


def new_facts(
    read: FactsRead, schema: FactSchema, before: FactSchema, subject: str
) -> tuple[NewFact, ...]:
    """The facts of `schema` that are read and that `before` does not have, sorted by name.

    Of a record that is new as a whole, the record alone.
    """
    found = (*_on_paths(read, schema, before), *_in_items(read, schema, before, subject))
    return tuple(sorted(found, key=lambda each: each.name))


def _on_paths(read: FactsRead, schema: FactSchema, before: FactSchema) -> Iterator[NewFact]:
    for path in read.paths:
        field = schema.resolve(path)
        known_above = len(path) == 2 or before.resolve(path[:-1])
        if field and known_above and not before.resolve(path):
            yield NewFact(path[:-1], path[-1], field.optional)


def _in_items(
    read: FactsRead, schema: FactSchema, before: FactSchema, subject: str
) -> Iterator[NewFact]:
    for path in every_fact(schema, subject).paths:
        field = schema.resolve(path)
        if field and before.resolve(path) and field.type.startswith("list("):
            name = element(field.type)
            record, known = schema.record(name), before.record(name)
            if record and known:
                for inner in record.fields:
                    if (name, inner.name) in read.fields and not known.field(inner.name):
                        yield NewFact(path, inner.name, inner.optional)
