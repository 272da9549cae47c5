"""The functions that conditions may call, as authors write them, and what others call them."""

from __future__ import annotations

MACROS = {
    "has": "has(track.isrc)",
    "exists": 'list.exists(item, item == "x")',
    "all": 'list.all(item, item != "")',
    "exists_one": 'list.exists_one(item, item == "x")',
    "filter": 'list.filter(item, item != "")',
    "map": 'list.map(item, item + "!")',
}
"""Quantifiers and `has`: name to a model of their use."""

FUNCTIONS = {
    "size": "size(list)",
    "sum": "numbers.sum()",
    "contains": 'text.contains("part")',
    "startsWith": 'text.startsWith("part")',
    "endsWith": 'text.endsWith("part")',
    "matches": 'text.matches("^[A-Z]+$")',
    "int": "int(value)",
    "double": "double(value)",
    "string": "string(value)",
    "bool": "bool(text)",
    "timestamp": 'timestamp("2026-08-02T00:00:00Z")',
    "duration": 'duration("36h")',
    "getFullYear": "now.getFullYear()",
    "getMonth": "now.getMonth()",
    "getDate": "now.getDate()",
    "getDayOfMonth": "now.getDayOfMonth()",
    "getDayOfWeek": "now.getDayOfWeek()",
    "getDayOfYear": "now.getDayOfYear()",
    "getHours": "now.getHours()",
    "getMinutes": "now.getMinutes()",
    "getSeconds": "now.getSeconds()",
    "getMilliseconds": "now.getMilliseconds()",
}
"""Those of CEL that rules have types for, and `sum`: name to a model of their use."""

CALLS = {**MACROS, **FUNCTIONS}

TYPE_NAMES = frozenset(
    ("bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "dyn")
)
"""Names that mean a type in CEL, so that no fact or variable can be called so."""

_CASE = 'ignore case with `matches("(?i)...")`'
_ELSEWHERE = {
    "any": "did you mean `exists`?",
    "some": "did you mean `exists`?",
    "every": "did you mean `all`?",
    "none": "write `!list.exists(item, ...)`",
    "existsOne": "did you mean `exists_one`?",
    "find": "did you mean `filter`?",
    "where": "did you mean `filter`?",
    "select": "did you mean `map`?",
    "len": "did you mean `size`?",
    "length": "did you mean `size`?",
    "count": "count with `size(list.filter(item, ...))`",
    "isEmpty": "write `size(...) == 0`",
    "empty": "write `size(...) == 0`",
    "exist": "did you mean `exists`?",
    "includes": "write `value in list`, or `text.contains(part)`",
    "regex": "did you mean `matches`?",
    "match": "did you mean `matches`?",
    "test": "did you mean `matches`?",
    "lower": _CASE,
    "upper": _CASE,
    "toLower": _CASE,
    "toUpper": _CASE,
    "lowerAscii": _CASE,
    "upperAscii": _CASE,
    "casefold": _CASE,
    "float": "did you mean `double`?",
    "str": "did you mean `string`?",
    "not": "write `!`",
    "isNull": "ask with `has(...)`",
    "defined": "ask with `has(...)`",
    "exists_in": "write `value in list`",
    "date": "did you mean `timestamp`?",
}


def instead(name: str) -> str:
    """Help for a function of another language; empty when there is none."""
    return _ELSEWHERE.get(name, "")
