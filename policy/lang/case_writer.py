"""Writes situations back: a fact document as the few facts that a test must say.

The inverse of `policy.lang.situations`: what is written, read over the same base, makes the same
document again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from policy.lang.cases import Case, Expectation, ExpectedDuty
from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.situations import ABSENT, neutral
from policy.lang.territories import WORLDWIDE
from policy.lang.yaml_text import Value, mapping

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
    return "".join(f"{line}\n" for line in mapping(said))


def facts_said(
    document: Facts, schema: FactSchema, subject: str, *, as_of: str, base: Facts | None = None
) -> dict[str, Value]:
    """The same as values by path; None is an optional fact that is taken away."""
    held = (base or {}).get(subject, {})
    said = _Differ(schema, as_of).record(schema.root(subject), document[subject], held)
    return dict(_by_path(subject, name, value) for name, value in said.items())


def case_yaml(
    case: Case, schema: FactSchema, subject: str, *, given: Facts | None = None, as_of: str = ""
) -> str:
    """A case as an item under `cases:`, not indented, of a file with these `given` and `as_of`.

    Gaps of its document are neutral. A reason is looked for as written, so it should be whole.
    """
    facts = facts_said(case.document, schema, subject, as_of=case.as_of, base=given)
    values: dict[str, Value] = {
        "name": case.name,
        "as_of": "" if case.as_of == as_of else case.as_of.removesuffix("T00:00:00Z"),
        "facts": facts,
        "unknown": case.document.get("unknown", ()),
        "expect": _expected(case.expect),
        "todo": case.todo,
    }
    lines = list(mapping({key: value for key, value in values.items() if value}))
    return "".join(f"{'  ' if index else '- '}{line}\n" for index, line in enumerate(lines))


def _expected(expect: Expectation) -> dict[str, Value]:
    """What is looked at; whatever is not, is left out."""
    places = dict(expect.outcome or ())
    duties = expect.obligations
    values: dict[str, Value] = {
        "outcome": places[WORLDWIDE] if expect.everywhere else places or None,
        "rules": expect.rules,
        "obligations": None if duties is None else [_duty(duty) for duty in duties],
        "reason": expect.reason or None,
        "errors": expect.errors or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _duty(duty: ExpectedDuty) -> dict[str, Value]:
    said = {"do": duty.do, "of": duty.of, "within": duty.within}
    return {key: value for key, value in said.items() if value}


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


def _by_path(path: str, name: str, value: Value) -> tuple[str, Value]:
    """A record of which one thing is said is said by the path of that."""
    path = f"{path}.{name}"
    if isinstance(value, Mapping) and len(value) == 1:
        [(inner, below)] = value.items()
        return _by_path(path, inner, below)
    return path, value
