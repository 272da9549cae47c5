"""How generated code reads facts: shared ones once, at the top of the function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from policy.engines.rows.documents import attribute
from policy.engines.rows.namespace import Namespace
from policy.engines.rows.poison import Absent
from policy.engines.rows.writer import Writer
from policy.lang.schema import FactSchema
from policy.lang.tree import Fact, Node, walk

Path: TypeAlias = tuple[str, ...]
AbsentMarks: TypeAlias = dict[tuple[str, str], Absent]


class Records:
    """The fact schema by name, looked up often."""

    def __init__(self, schema: FactSchema, subject: str, absent: AbsentMarks) -> None:
        self.subject = subject
        self.absent = absent
        self._root = schema.root(subject).name
        self._types = {
            record.name: {field.name: field.type for field in record.fields}
            for record in schema.records
        }

    def owner(self, path: Path) -> str:
        """The record that the last field of a path belongs to."""
        record = self._root
        for name in path[1:-1]:
            record = self._types[record][name]
        return record

    def is_record(self, name: str) -> bool:
        """Whether a type is a record."""
        return name in self._types

    def mark(self, path: Path) -> Absent | None:
        """The mark that stands for an optional field; None when the field is always there."""
        return self.absent.get((self.owner(path), path[-1])) if len(path) > 1 else None


class FactReads:
    """The fact reads of one generated function.

    A record, and a fact that is read more than once, gets a local variable. What lies below an
    optional record is read in place, after the rule's own guard.
    """

    def __init__(
        self,
        records: Records,
        names: Namespace,
        writer: Writer,
        trees: Iterable[Node],
        *,
        eager: bool,
    ) -> None:
        self._records = records
        self._names = names
        self._writer = writer
        self._top = writer.gap()
        self._locals: dict[Path, str] = {}
        self._eager = eager
        self._count = Counter(
            node.path[:end]
            for tree in trees
            for node in walk(tree)
            if isinstance(node, Fact)
            for end in range(1, len(node.path) + 1)
        )

    def text(self, path: Path) -> str:
        """The expression for a fact's raw value."""
        if path in self._locals:
            return self._locals[path]
        if len(path) == 1:
            return self._local(path, f"d.{attribute(path[0])}", "r")
        owner = self.text(path[:-1]) if self._shared(path[:-1]) else self._in_place(path[:-1])
        read = f"{owner}.{attribute(path[-1])}"
        if self._below_optional(path):
            return read
        if self._eager or self._count[path] > 1:
            return self._local(path, read, "f")
        return read

    def mark(self, mark: Absent | None) -> str:
        """The text of an optional field's mark; None, which no field holds, for any other field."""
        return "None" if mark is None else self._names.bind("A", mark, id(mark))

    def _shared(self, path: Path) -> bool:
        """Whether a record is read into a local variable."""
        return not self._below_optional(path)

    def _in_place(self, path: Path) -> str:
        owner = self.text(path[:-1]) if self._shared(path[:-1]) else self._in_place(path[:-1])
        return f"{owner}.{attribute(path[-1])}"

    def _below_optional(self, path: Path) -> bool:
        return any(self._records.mark(path[:end]) is not None for end in range(2, len(path)))

    def _local(self, path: Path, read: str, prefix: str) -> str:
        name = self._locals[path] = self._writer.fresh(prefix)
        self._top.add(f"{name} = {read}")
        return name
