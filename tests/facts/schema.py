"""Checks a fact document against the fact schema, as strictly as can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.schema_file import load_schema
from policy.lang.source import Source

RULESETS = Path(__file__).parents[2] / "rulesets"

_SCALARS: dict[str, type] = {"bool": bool, "int": int, "double": float, "string": str}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@cache
def schema() -> FactSchema:
    """The fact schema that ships."""
    path = RULESETS / "facts.yaml"
    found, diagnostics = load_schema(Source("facts.yaml", path.read_text(encoding="utf-8")))
    assert found is not None, diagnostics
    return found


def problems(document: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a track's document; empty when nothing is."""
    extra = set(document) - {"track", "sources", "unknown"}
    found = [f"{name}: no such part" for name in sorted(extra)]
    unknown = set(document.get("unknown", ()))
    found += _record(document["track"], schema().root("track"), "track", unknown)
    found += [f"{path}: unknown, yet there" for path in unknown if _has(document, path)]
    paths = {"track", *(f"track.{field.name}" for field in schema().root("track").fields)}
    found += [f"sources.{path}: no such fact" for path in set(document["sources"]) - paths]
    return found


def _record(value: Any, record: Record, path: str, unknown: set[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: no record"
        return
    for name in sorted(set(value) - {field.name for field in record.fields}):
        yield f"{path}.{name}: no such fact"
    for field in record.fields:
        here = f"{path}.{field.name}"
        if field.name in value:
            yield from _value(value[field.name], field, field.type, here, unknown)
        elif not field.optional and here not in unknown:
            yield f"{here}: missing"


def _value(value: Any, field: Field, type_: str, path: str, unknown: set[str]) -> Iterator[str]:
    if type_.startswith("list("):
        if not isinstance(value, list):
            yield f"{path}: no list"
            return
        for place, item in enumerate(value):
            yield from _value(item, field, element(type_), f"{path}[{place}]", unknown)
    elif type_ == "timestamp":
        if not (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
            yield f"{path}: no timestamp"
    elif type_ in _SCALARS:
        if type(value) is not _SCALARS[type_]:
            yield f"{path}: {value!r} is no {type_}"
        elif field.values and value not in field.values:
            yield f"{path}: {value!r} is none of {field.values}"
    else:
        record = schema().record(type_)
        assert record is not None
        yield from _record(value, record, path, unknown)


def _has(document: dict[str, Any], path: str) -> bool:
    value: Any = document
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True
