"""The facts of tests as JSON Schema: every path that a test can name, with the values it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy.lang.schema import FactSchema, Field, Record, element

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "double": {"type": "number"},
    "string": {"type": ["string", "number", "boolean"]},
    "timestamp": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$"},
    "duration": {"type": "string", "pattern": r"^[0-9.]+s$"},
}

FACTS = "facts"
"""The definition of a mapping of facts; records have names with a capital."""


class Situations:
    """Facts by path and by record, as `policy.lang.situations` reads them."""

    def __init__(self, schema: FactSchema) -> None:
        self._schema = schema

    def paths(self) -> list[str]:
        """The paths of all facts and records of facts, with their subject: `track.ai.declared`."""
        return [
            f"{subject}.{path}"
            for subject in self._schema.subjects
            for path, _ in self._within(self._schema.root(subject))
        ]

    def facts(self, further: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping of facts by path or by record, with further keys."""
        properties: dict[str, Any] = dict(further)
        for subject, record in self._schema.subjects.items():
            properties[subject] = reference(record)
            for path, field in self._within(self._schema.root(subject)):
                properties[f"{subject}.{path}"] = self._value(field)
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def definitions(self) -> dict[str, Any]:
        """The records by name, and all facts of a situation."""
        records = {record.name: self._record(record) for record in self._schema.records}
        return {FACTS: self.facts({}), **records}

    def _record(self, record: Record) -> dict[str, Any]:
        properties = {path: self._value(field) for path, field in self._within(record)}
        return {
            "description": record.doc,
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }

    def _within(self, record: Record) -> Iterator[tuple[str, Field]]:
        """Facts of a record by their path from it, those of single records in it too."""
        for field in record.fields:
            yield field.name, field
            inner = self._schema.record(field.type)
            if inner:
                yield from ((f"{field.name}.{path}", each) for path, each in self._within(inner))

    def _value(self, field: Field) -> dict[str, Any]:
        made = self._of_type(field, field.type)
        said = {"description": f"{field.doc} ({field.unit})" if field.unit else field.doc}
        return {**said, "anyOf": [made, {"type": "null"}]} if field.optional else {**said, **made}

    def _of_type(self, field: Field, type_name: str) -> dict[str, Any]:
        if type_name.startswith("list("):
            return {"type": "array", "items": self._of_type(field, element(type_name))}
        if self._schema.record(type_name):
            return {"allOf": [reference(type_name)]}
        return {"enum": list(field.values)} if field.values else dict(_TYPES[type_name])


def reference(name: str) -> dict[str, Any]:
    """A definition by its name; beside it, draft 7 reads nothing else."""
    return {"$ref": f"#/definitions/{name}"}
