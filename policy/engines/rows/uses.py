"""What the rules of a bundle read, so that nothing else is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy.engines.rows.analysis import flat
from policy.lang.schema import FactSchema
from policy.lang.tree import Call, Fact, ListOf, Literal, MapOf, Node, Select

_NAME = re.compile(r"[A-Za-z_]\w*")
_SCALARS = frozenset({"bool", "int", "double", "string", "timestamp", "duration"})
_LOOKS_PAST_ITEMS = frozenset({"size", "_[_]"})
"""Functions that take a list of records without reading the records."""


class Uses:
    """The fields of each record that some rule reads. `fields` maps record names to field names."""

    def __init__(self, schema: FactSchema, subject: str) -> None:
        self._schema = schema
        self._records = {record.name: record for record in schema.records}
        self._types = {
            (record.name, field.name): field.type
            for record in schema.records
            for field in record.fields
        }
        self._root = schema.root(subject).name
        self.fields: dict[str, set[str]] = {self._root: set()}

    def add(self, nodes: Iterable[Node]) -> None:
        """Count what these trees read."""
        paths: set[tuple[str, ...]] = set()
        for node in flat(nodes):
            if type(node) is Fact:
                paths.add(node.path)
            elif type(node) is not Literal:
                self._add(node)
        for path in paths:
            self._path(path)

    def _add(self, node: Node) -> None:
        match node:
            case Select(operand=operand, field=field) if operand.type in self._records:
                self._field(operand.type, field)
            case Call(function=function, arguments=arguments):
                if function not in _LOOKS_PAST_ITEMS:
                    self._whole_all(arguments)
            case ListOf(items=items):
                self._whole_all(items)
            case MapOf(entries=entries):
                self._whole_all(part for entry in entries for part in entry)
            case _:
                pass

    def _path(self, path: tuple[str, ...]) -> None:
        record = self._root
        for name in path[1:]:
            record = self._field(record, name)

    def _field(self, record: str, name: str) -> str:
        """Count one field; gives its type."""
        self.fields.setdefault(record, set()).add(name)
        try:
            return self._types[record, name]
        except KeyError:
            raise ValueError(f"record `{record}` has no field `{name}`") from None

    def _whole_all(self, nodes: Iterable[Node]) -> None:
        """Values that are compared need all their fields, not only those that rules name."""
        for node in nodes:
            if node.type not in _SCALARS:
                for name in _NAME.findall(node.type):
                    if name in self._records:
                        self._whole(name)

    def _whole(self, record: str) -> None:
        fields = self._records[record].fields
        if self.fields.get(record) == {field.name for field in fields}:
            return
        self.fields[record] = {field.name for field in fields}
        for field in fields:
            for name in _NAME.findall(field.type):
                if name in self._records:
                    self._whole(name)
