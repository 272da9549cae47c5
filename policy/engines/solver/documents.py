"""Whole fact documents: the neutral one, and what a board has settled, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy.engines.rows.documents import attribute
from policy.engines.rows.poison import Absent, Poison
from policy.engines.rows.times import (
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)
from policy.engines.rows.values import Duration, Timestamp
from policy.engines.solver.board import NOTHING, Facts
from policy.lang.schema import FactSchema, Field, Record
from policy.lang.situations import NEUTRAL

_NOBODY = Facts()


class Documents:
    """Documents of one subject at an instant (RFC 3339 text)."""

    def __init__(self, schema: FactSchema, subject: str, as_of: str) -> None:
        self.schema = schema
        self._subject = subject
        self._as_of = as_of

    def neutral(self) -> dict[str, Any]:
        """What a test says that gives no facts; an enum without a neutral word is its first."""
        return self.written(_NOBODY, {})

    def written(self, document: Facts, base: Mapping[str, Any]) -> dict[str, Any]:
        """What is settled, and where nothing is, the facts of `base` or neutral ones."""
        root = self.schema.root(self._subject)
        facts = getattr(document, attribute(self._subject), _NOBODY)
        return {self._subject: self.record(root, facts, base.get(self._subject, {}))}

    def record(self, record: Record, facts: Facts, base: Any) -> dict[str, Any]:
        """The same for one record of the document."""
        made = {}
        for field in record.fields:
            given = base.get(field.name, NOTHING) if isinstance(base, Mapping) else NOTHING
            value = self._field(field, getattr(facts, attribute(field.name), NOTHING), given)
            if value is not NOTHING:
                made[field.name] = value
        return made

    def _field(self, field: Field, value: Any, given: Any) -> Any:
        """A field's value as JSON; NOTHING when it is absent."""
        if isinstance(value, Absent):
            return NOTHING
        if value is NOTHING or isinstance(value, Poison):
            return self.plain(field) if given is NOTHING and not field.optional else given
        if isinstance(value, list):
            return [self._item(field, item) for item in value]
        inner = self.schema.record(field.type)
        return self.record(inner, value, given) if inner else as_json(value)

    def _item(self, field: Field, item: Any) -> Any:
        inner = self.schema.record(field.type[5:-1])
        return self.record(inner, item, {}) if inner else as_json(item)

    def plain(self, field: Field) -> Any:
        """The neutral value of a fact that is always there."""
        if field.type.startswith("list("):
            return []
        inner = self.schema.record(field.type)
        if inner:
            return self.record(inner, _NOBODY, {})
        if field.values:
            return next((word for word in NEUTRAL if word in field.values), field.values[0])
        plain = {"bool": False, "int": 0, "double": 0.0, "string": "", "duration": "0s"}
        return plain.get(field.type, self._as_of)


def as_json(value: Any) -> Any:
    """A value of the engine as a document keeps it."""
    match value:
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
    return value


def as_value(value: Any, type_name: str) -> Any:
    """The inverse of `as_json`. Raises EvaluationError for a text that is no time."""
    if isinstance(value, list):
        return [as_value(item, type_name[5:-1]) for item in value]
    match type_name:
        case "timestamp":
            return parse_timestamp(value)
        case "duration":
            return parse_duration(value)
        case "double":
            return float(value)
    return value
