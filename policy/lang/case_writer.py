"""Writes situations back: a fact document as the few facts that a test must say.

The inverse of `policy.lang.situations`: what is written, read over the same base, makes the same
document again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.situations import ABSENT, neutral
from policy.lang.yaml_text import Value, entry

Facts: TypeAlias = Mapping[str, Any]


def facts_yaml(
    document: Facts, schema: FactSchema, subject: str, *, as_of: str, base: Facts | None = None
) -> str:
    """The lines below `facts:` that make `document` out of `base`; empty when nothing is to say.

    Both are shaped like fact documents, `{"track": {...}}`. `base` may be a whole document or have
    gaps, such as the `given` of a file; without one it is a situation of which nothing is said.
    `as_of` is the case's instant as RFC 3339 text, the neutral value of timestamps. Facts that the
    schema lacks are left out, and so is what `document` lacks although it cannot be absent.
    """
    said = facts_said(document, schema, subject, as_of=as_of, base=base)
    return "".join(f"{line}\n" for line in _lines(subject, said))


def facts_said(
    document: Facts, schema: FactSchema, subject: str, *, as_of: str, base: Facts | None = None
) -> dict[str, Value]:
    """The same as values below the subject; None is an optional fact that is taken away."""
    held = (base or {}).get(subject, {})
    return _Differ(schema, as_of).record(schema.root(subject), document[subject], held)


@dataclass(frozen=True, slots=True)
class _Differ:
    """Finds what must be said on top of something."""

    schema: FactSchema
    as_of: str

    def record(self, record: Record, wanted: Facts, held: Facts) -> dict[str, Value]:
        """The fields of a record that `held`, made whole, does not have as wanted."""
        whole = neutral(self.schema, record, self.as_of, held)
        return {
            field.name: said
            for field in record.fields
            for said in self._field(field, wanted.get(field.name, ABSENT), whole)
        }

    def _field(self, field: Field, wanted: Any, whole: Facts) -> Iterator[Value]:
        held = whole.get(field.name, ABSENT)
        if wanted is ABSENT:
            if field.optional and held is not ABSENT:
                yield None
            return
        inner = self.schema.record(field.type)
        if inner:
            below = self.record(inner, wanted, {} if held is ABSENT else held)
            if below or held is ABSENT:
                yield below
        elif field.type.startswith("list("):
            items = self._items(field, wanted)
            if items != self._items(field, held):
                yield items
        elif wanted != held:
            yield wanted

    def _items(self, field: Field, items: Any) -> list[Value]:
        record = self.schema.record(element(field.type))
        return [self.record(record, item, {}) for item in items] if record else list(items)


def _lines(subject: str, said: Mapping[str, Value]) -> Iterator[str]:
    for name, value in said.items():
        path = f"{subject}.{name}"
        while isinstance(value, Mapping) and len(value) == 1:
            [(inner, value)] = value.items()
            path = f"{path}.{inner}"
        yield from entry(path, value)
