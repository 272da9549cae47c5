"""Optional facts that rules read and no test gives: half of those conditions was never tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from policy.engines.lints.looked import Looked
from policy.lang.diagnostics import Diagnostic, quoted
from policy.lang.plan import trees
from policy.lang.schema import FactSchema, Record, element
from policy.lang.source import Span
from policy.lang.tree import Fact, Select, walk

Place: TypeAlias = tuple[str, ...]
"""The path of a fact, or of what lists hold the record and the field."""


def absent_facts(looked: Looked) -> Iterator[Diagnostic]:
    """Each at the first place that reads it; what lies below an absent record is not told again."""
    if not looked.cases:
        return
    schema = looked.setting.schema
    given: set[Place] = set()
    for case in looked.cases:
        given |= set(_given(schema, case.document))
    told: set[Place] = set()
    for place, span in _read(looked).items():
        below = any(place[: len(each)] == each for each in told)
        if place in given or below or not _is_optional(schema, place):
            continue
        told.add(place)
        message = f"no test gives the optional fact {quoted('.'.join(place))}"
        help = "add a case with it: until then only its absence is tried"
        yield looked.warn("untested-fact", message, span, help)


def _read(looked: Looked) -> dict[Place, Span]:
    """What the rules read, outer facts first, with the first place that does."""
    found: dict[Place, Span] = {}
    for tree in trees(looked.plan):
        for node in walk(tree):
            if isinstance(node, Fact):
                for end in range(2, len(node.path) + 1):
                    found.setdefault(node.path[:end], node.span)
            elif isinstance(node, Select):
                found.setdefault((node.operand.type, node.field), node.span)
    return found


def _is_optional(schema: FactSchema, place: Place) -> bool:
    record = schema.record(place[0])
    field = record.field(place[1]) if record else schema.resolve(place)
    return field is not None and field.optional


def _given(schema: FactSchema, document: Mapping[str, Any]) -> Iterator[Place]:
    for subject in schema.subjects:
        if subject in document:
            yield from _of_record(schema, schema.root(subject), document[subject], (subject,))


def _of_record(
    schema: FactSchema, record: Record, facts: Mapping[str, Any], path: Place
) -> Iterator[Place]:
    """`path` is empty within the items of a list."""
    for field in record.fields:
        if field.name not in facts:
            continue
        yield (record.name, field.name)
        below = (*path, field.name) if path else ()
        yield from [below] if path else []
        value = facts[field.name]
        if field.type.startswith("list("):
            inner, items, below = schema.record(element(field.type)), value, ()
        else:
            inner, items = schema.record(field.type), [value]
        if inner:
            for item in items:
                yield from _of_record(schema, inner, item, below)
