"""Other names in a fact document, so that a test can be shown to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy.lang.schema import FactSchema, Field, Record, element

NAMES = frozenset(
    (
        "title", "title_key", "version_title", "display_artist", "name", "grantor", "party",
        "record_label", "licensee", "model", "model_version", "other_artists", "confusable_with",
    )
)  # fmt: skip
"""Fields of facts.yaml, in whatever record, that hold the name of a party, a work or a model, or
words of its version, which may name somebody too."""

IDENTIFIERS = frozenset(("isrc", "iswc", "icpn", "dpid"))
"""Fields that hold a number of a registry."""


class Pseudonyms:
    """Gives every name and number another; equal ones stay equal, and empty ones empty."""

    def __init__(self, schema: FactSchema, subject: str) -> None:
        self._schema = schema
        self._subject = subject
        self._given: dict[str, str] = {}

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The same document under other names."""
        root = self._schema.root(self._subject)
        return {**document, self._subject: self._record(root, document[self._subject])}

    def _record(self, record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
        fields = {field.name: field for field in record.fields}
        return {name: self._value(fields[name], each) for name, each in value.items()}

    def _value(self, field: Field, value: Any) -> Any:
        if isinstance(value, list):
            inner = self._schema.record(element(field.type))
            return [
                self._record(inner, item) if inner else self._text(field, item) for item in value
            ]
        inner = self._schema.record(field.type)
        return self._record(inner, value) if inner else self._text(field, value)

    def _text(self, field: Field, value: Any) -> Any:
        if not value or not isinstance(value, str):
            return value
        if field.name in IDENTIFIERS:
            return self._given.setdefault(value, f"{len(self._given) + 1:0{len(value)}}")
        if field.name in NAMES:
            what = "Title" if field.name.startswith("title") else "Name"
            return self._given.setdefault(value, f"{what} {len(self._given) + 1}")
        return value
