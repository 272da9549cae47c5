"""A document as the `facts:` of a test: what differs from a neutral one, in the author's YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.engines.solver.answers import Found, Setting
from policy.engines.solver.board import NOTHING
from policy.engines.solver.documents import Documents
from policy.lang.schema import Field, Record
from policy.lang.situations import NEUTRAL

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]*[A-Za-z0-9_.-]|[A-Za-z]")
_MEANS_MORE = frozenset({"true", "false", "null", "Null", "NULL"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def facts_lines(
    found: Found, setting: Setting, *, base: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """Lines such as `track.ai.detector_score: 0.85`, one for each fact that is not that of `base`.

    `base` is the document that a test without facts has: by default the neutral one.
    """
    documents = Documents(setting.schema, setting.plan.subject, found.as_of)
    return tuple(_Lines(documents).all(found.document, base or documents.neutral()))


class _Lines:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._schema = documents.schema

    def all(self, document: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[str]:
        for subject, facts in document.items():
            if subject in self._schema.subjects:
                record = self._schema.root(subject)
                yield from self._lines(record, facts, base.get(subject, {}), subject)

    def _lines(
        self, record: Record, facts: Mapping[str, Any], base: Mapping[str, Any], path: str
    ) -> Iterator[str]:
        for field in record.fields:
            value = facts.get(field.name, NOTHING)
            known = base.get(field.name, NOTHING)
            inner, place = self._schema.record(field.type), f"{path}.{field.name}"
            if value is NOTHING:
                yield from [] if known is NOTHING else [f"{place}: ~"]
            elif inner and known is not NOTHING:
                yield from self._lines(inner, value, known, place)
            elif value != known:
                yield f"{place}: {self._value(field, value)}"

    def _value(self, field: Field, value: Any) -> str:
        if isinstance(value, list):
            inner = self._schema.record(field.type[5:-1])
            items = [self._record(inner, item) if inner else _scalar(item) for item in value]
            return f"[{', '.join(items)}]"
        record = self._schema.record(field.type)
        return self._record(record, value) if record else _scalar(value)

    def _record(self, record: Record, facts: Mapping[str, Any]) -> str:
        """What is not neutral, and words of which none is."""
        said = [
            f"{field.name}: {self._value(field, facts[field.name])}"
            for field in record.fields
            if field.name in facts and not self._is_neutral(field, facts[field.name])
        ]
        return "{" + ", ".join(said) + "}"

    def _is_neutral(self, field: Field, value: Any) -> bool:
        if field.optional or (field.values and not set(NEUTRAL).intersection(field.values)):
            return False
        return bool(value == self._documents.plain(field))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value not in _MEANS_MORE
        return (
            value if plain or _INSTANT.fullmatch(value) else json.dumps(value, ensure_ascii=False)
        )
    return json.dumps(value)
