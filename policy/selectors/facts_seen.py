"""The facts of a decision as people read them: grouped, with unit, doc line and source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from uuid import UUID

from policy.lang.plan import Plan, RulePlan
from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.tree import Fact, Has, Node, Quantifier, Variable, walk
from policy.selectors.masking import HIDDEN

Path: TypeAlias = tuple[str, ...]
State: TypeAlias = Literal["known", "absent", "unknown", "hidden"]

COUNTED = "counted over the catalogue"
"""The source of facts that have no single one."""


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where facts come from: a kind (`delivery`, `consent`, ...), and one row if it is one."""

    kind: str
    uuid: UUID | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class FactValue:
    """A value to show. Only a `known` one has text."""

    state: State
    text: str = ""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact: `path` is how rules write it, `read` tells that a determining rule read it."""

    path: str
    name: str
    value: FactValue
    unit: str
    doc: str
    source: FactSource
    read: bool


@dataclass(frozen=True, slots=True)
class FactTable:
    """A list of records: what is in it, one row an item, values in the order of the columns."""

    path: str
    name: str
    doc: str
    source: FactSource
    read: bool
    state: State
    columns: tuple[str, ...]
    rows: tuple[tuple[FactValue, ...], ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together. `read` tells that a determining rule read one of them."""

    name: str
    doc: str
    rows: tuple[FactRow, ...]
    tables: tuple[FactTable, ...]

    @property
    def read(self) -> bool:
        """Whether any of its facts was read."""
        return any(row.read for row in self.rows) or any(table.read for table in self.tables)


@dataclass(frozen=True, slots=True)
class FactsSeen:
    """The facts that the determining rules read, and all others."""

    read: tuple[FactGroup, ...]
    others: tuple[FactGroup, ...]
    unknown: tuple[str, ...]


def facts_seen(
    schema: FactSchema, document: Mapping[str, Any], read: Collection[Path]
) -> FactsSeen:
    """Group the facts of a (masked) document; `read` are the paths that rules asked for."""
    groups = list(_Grouping(schema, document, read).groups())
    return FactsSeen(
        read=tuple(found for group in groups if (found := _part(group, read=True))),
        others=tuple(found for group in groups if (found := _part(group, read=False))),
        unknown=tuple(document.get("unknown", ())),
    )


def paths_read(plan: Plan, rule: RulePlan) -> frozenset[Path]:
    """The facts that a rule's condition, territories and reason may read."""
    trees = [rule.when, *rule.reason.holes, *([rule.territories] if rule.territories else [])]
    return paths_of(plan, trees)


def paths_of(plan: Plan, trees: Sequence[Node]) -> frozenset[Path]:
    """The facts that trees of a plan may read, through its variables too."""
    variables = {variable.name: variable.tree for variable in plan.variables}
    return frozenset(_paths(trees, variables))


def list_ranges(plan: Plan, rule: RulePlan) -> dict[Any, Path]:
    """Of each quantifier of a rule and its variables: the list of facts that it goes through."""
    trees = [rule.when, *(variable.tree for variable in plan.variables)]
    return {
        node.span: node.range.path
        for tree in trees
        for node in walk(tree)
        if isinstance(node, Quantifier) and isinstance(node.range, Fact)
    }


def _paths(trees: Sequence[Node], variables: Mapping[str, Node]) -> Iterator[Path]:
    for tree in trees:
        for node in walk(tree):
            match node:
                case Fact(path=path) | Has(target=Fact(path=path)):
                    yield path
                case Variable(name=name) if name in variables:
                    yield from _paths([variables[name]], variables)


def _part(group: FactGroup, *, read: bool) -> FactGroup | None:
    rows = tuple(row for row in group.rows if row.read is read)
    tables = tuple(table for table in group.tables if table.read is read)
    return FactGroup(group.name, group.doc, rows, tables) if rows or tables else None


class _Grouping:
    def __init__(
        self, schema: FactSchema, document: Mapping[str, Any], read: Collection[Path]
    ) -> None:
        self._schema = schema
        self._document = document
        self._read = read
        self._unknown = set(document.get("unknown", ()))
        self._sources: Mapping[str, Sequence[str]] = document.get("sources", {})

    def groups(self) -> Iterator[FactGroup]:
        """The track's own facts, then one group a record or list that it has."""
        root, value = self._schema.root("track"), self._document.get("track", {})
        plain = [field for field in root.fields if self._record_of(field) is None]
        rows = tuple(self._row(field, ("track", field.name), value) for field in plain)
        yield FactGroup("track", root.doc, rows, ())
        for field in root.fields:
            record = self._record_of(field)
            if record is not None:
                yield self._group(field, record, value.get(field.name))

    def _group(self, field: Field, record: Record, value: Any) -> FactGroup:
        path = ("track", field.name)
        if field.type.startswith("list("):
            return FactGroup(field.name, field.doc, (), (self._table(field, record, path, value),))
        held = value if isinstance(value, dict) else {}
        rows = tuple(self._row(inner, (*path, inner.name), held) for inner in record.fields)
        return FactGroup(field.name, field.doc, rows, ())

    def _row(self, field: Field, path: Path, holder: Mapping[str, Any]) -> FactRow:
        return FactRow(
            path=".".join(path),
            name=field.name,
            value=self._value(holder.get(field.name), path),
            unit=field.unit,
            doc=field.doc,
            source=self._source(path),
            read=path in self._read,
        )

    def _table(self, field: Field, record: Record, path: Path, value: Any) -> FactTable:
        items = value if isinstance(value, list) else []
        used = [inner for inner in record.fields if any(inner.name in item for item in items)]
        return FactTable(
            path=".".join(path),
            name=field.name,
            doc=field.doc,
            source=self._source(path) if items else FactSource(""),
            read=path in self._read,
            state="unknown" if self._is_unknown(path) else "known" if items else "absent",
            columns=tuple(inner.name for inner in used),
            rows=tuple(
                tuple(self._value(item.get(inner.name), ()) for inner in used) for item in items
            ),
        )

    def _value(self, value: Any, path: Path) -> FactValue:
        if path and self._is_unknown(path):
            return FactValue("unknown")
        if value is None:
            return FactValue("absent")
        return FactValue("hidden") if value == HIDDEN else FactValue("known", plain_text(value))

    def _is_unknown(self, path: Path) -> bool:
        return any(".".join(path[: end + 1]) in self._unknown for end in range(len(path)))

    def _source(self, path: Path) -> FactSource:
        """The sources of the longest path at or above the fact, newest kind of them first."""
        for end in range(len(path), 0, -1):
            found = self._sources.get(".".join(path[:end]))
            if found:
                kind, _, uuid = found[-1].partition(":")
                return FactSource(
                    kind, UUID(uuid) if uuid and len(found) == 1 else None, len(found)
                )
            if found is not None:
                break
        return FactSource(COUNTED)

    def _record_of(self, field: Field) -> Record | None:
        name = element(field.type) if field.type.startswith("list(") else field.type
        return self._schema.record(name)


def plain_text(value: Any) -> str:
    """A value for people: booleans as yes and no, lists with commas."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(plain_text, value)) if value else "none"
        case float():
            return f"{value:g}"
        case int():
            return f"{value:,}" if abs(value) >= 10_000 else str(value)
        case _:
            return str(value)
