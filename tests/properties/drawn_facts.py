"""Facts and parameters full of edge cases, drawn from the shipped schema."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from policy.lang.schema import FactSchema, Field, Record, element

INTS = (0, 1, -1, 2, 3, 7, 100, 10_000, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**62)
DOUBLES = (0.0, -0.0, 1.0, -1.5, 0.1, 0.9, 1e-9, 1e15, 9007199254740993.0, 1.7e308, -1.7e308)
TEXTS = (
    "",
    "a",
    "Blue Hour",
    "blue (live)",
    "ÄÖ",
    "é",
    "😀",
    "a\nb",
    "٣٤",
    "\u212a",
    "\u017f",
    "İ",
    "x" * 300,
)
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-08-31T12:00:00Z",
    "2026-08-31T12:00:00.000000001Z",
    "2026-09-01T11:59:59.999Z",
    "1969-12-31T23:59:59.5Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2024-02-29T23:30:00Z",
)
LENGTHS = ("0s", "1s", "-1s", "86400s", "1.5s", "0.000000001s", "31536000s", "-300000000s")
PARAMETERS = {
    "many": "int",
    "high": "double",
    "word": "string",
    "words": "list(string)",
    "since": "timestamp",
    "span": "duration",
    "on": "bool",
}


def documents(schema: FactSchema) -> st.SearchStrategy[dict[str, Any]]:
    """Complete documents; optional fields are there half of the time."""
    return st.integers(0, 2**32).map(lambda seed: _document(schema, seed))


def parameters() -> st.SearchStrategy[dict[str, Any]]:
    """A value for each of PARAMETERS, as a bundle keeps it."""
    return st.fixed_dictionaries(
        {
            "many": st.sampled_from(INTS),
            "high": st.sampled_from(DOUBLES),
            "word": st.sampled_from(TEXTS),
            "words": st.lists(st.sampled_from(TEXTS), max_size=3),
            "since": st.sampled_from(MOMENTS),
            "span": st.sampled_from(LENGTHS),
            "on": st.booleans(),
        }
    )


def _document(schema: FactSchema, seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    return {"track": _record(schema, schema.root("track"), dice)}


def _record(schema: FactSchema, record: Record, dice: random.Random) -> dict[str, Any]:
    return {
        field.name: _value(schema, field, field.type, dice)
        for field in record.fields
        if not field.optional or dice.random() < 0.5
    }


def _value(schema: FactSchema, field: Field, kind: str, dice: random.Random) -> Any:
    if kind.startswith("list("):
        return [_value(schema, field, element(kind), dice) for _ in range(dice.randrange(4))]
    inner = schema.record(kind)
    if inner:
        return _record(schema, inner, dice)
    if field.values:
        return dice.choice(field.values)
    pool: dict[str, tuple[Any, ...]] = {
        "bool": (True, False),
        "int": INTS if dice.random() < 0.5 else (0, 1, 2, 3, 7),
        "double": DOUBLES,
        "string": TEXTS,
        "timestamp": MOMENTS,
        "duration": LENGTHS,
    }
    return dice.choice(pool[kind])
