"""Fact documents of any kind that the fact schema allows, for properties."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from policy.lang.folders import FACTS
from policy.lang.schema import SCALARS, FactSchema, Field, Record, element
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from tests.trees import SHIPPED

_MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z")
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers(-5, 20_000),
    "double": st.floats(0, 1),
    "string": st.sampled_from(["", "Lantern Song", "ZZHAL2600001", "naïve 字"]),
    "timestamp": _MOMENTS,
    "duration": st.integers(0, 10**6).map(lambda seconds: f"{seconds}s"),
}


@cache
def shipped_schema() -> FactSchema:
    """The fact schema of the shipped rulesets."""
    schema, found = load_schema(Source.read(SHIPPED / FACTS))
    assert schema is not None, found
    return schema


def documents() -> st.SearchStrategy[bytes]:
    """JSON documents of tracks; sometimes a fact is unknown."""
    track = _record(shipped_schema().root("track"))
    unknown = st.lists(st.sampled_from(["track.ai", "track.shares", "track.title"]), max_size=1)
    return st.builds(_text, track, unknown)


def _text(track: dict[str, Any], unknown: list[str]) -> bytes:
    return json.dumps({"track": track, "unknown": unknown}).encode()


@cache
def _record(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.name: _value(field) for field in record.fields}
    optional = {field.name for field in record.fields if field.optional}
    required = {name: made for name, made in fields.items() if name not in optional}
    return st.fixed_dictionaries(required, optional={name: fields[name] for name in optional})


def _value(field: Field) -> st.SearchStrategy[Any]:
    if field.type.startswith("list("):
        return st.lists(_of_type(element(field.type), field), max_size=3)
    return _of_type(field.type, field)


def _of_type(name: str, field: Field) -> st.SearchStrategy[Any]:
    if field.values:
        return st.sampled_from(field.values)
    if name in SCALARS:
        return _PLAIN[name]
    record = shipped_schema().record(name)
    assert record is not None
    return _record(record)
