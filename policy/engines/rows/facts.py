"""How generated code reads facts: shared ones once, at the top of the function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from policy.engines.rows.access import Access
from policy.engines.rows.analysis import flat
from policy.engines.rows.namespace import Namespace
from policy.engines.rows.poison import Absent
from policy.engines.rows.writer import Writer
from policy.lang.schema import FactSchema
from policy.lang.tree import And, Fact, Node, Or, Quantifier

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
        self._marks: dict[Path, Absent | None] = {}

    def is_record(self, name: str) -> bool:
        """Whether a type is a record."""
        return name in self._types

    def mark(self, path: Path) -> Absent | None:
        """The mark that stands for an optional field; None when the field is always there."""
        if path not in self._marks:
            self._marks[path] = self.absent.get((self._owner(path), path[-1]))
        return self._marks[path]

    def below_optional(self, path: Path) -> bool:
        """Whether a record on the way to a field may be absent."""
        return any(self.mark(path[:end]) is not None for end in range(2, len(path)))

    def _owner(self, path: Path) -> str:
        """The record that the last field of a path belongs to."""
        record = self._root
        for name in path[1:-1]:
            record = self._types[record][name]
        return record


class FactReads:
    """The fact reads of one generated function.

    What is read often enough (see `weigh`) gets a local variable, with `eager` everything. What
    lies below an optional record is read in place, after the rule's own guard.
    """

    def __init__(
        self,
        records: Records,
        access: Access,
        names: Namespace,
        writer: Writer,
        trees: Iterable[Node],
        *,
        eager: bool,
    ) -> None:
        self._records = records
        self._access = access
        self._names = names
        self._writer = writer
        self._top = writer.gap()
        self._locals: dict[Path, str] = {}
        self._eager = eager
        self._weight = weigh(trees)

    def text(self, path: Path) -> str:
        """The expression for a fact's raw value."""
        known = self._locals.get(path)
        if known is not None:
            return known
        if len(path) == 1:
            return self._local(path, self._access.read("d", path[0]))
        owner, name = self.text(path[:-1]), path[-1]
        if self._records.below_optional(path) or not (self._eager or self._weight[path] >= OFTEN):
            return self._access.read(owner, name)
        mark = self.mark(self._records.mark(path))
        return self._local(path, self._access.fetch(owner, name, mark))

    def there(self, path: Path) -> list[str]:
        """The tests that a fact is there: itself and all records on the way to it."""
        return [
            self._is_there(path[:end], mark)
            for end in range(2, len(path) + 1)
            if (mark := self._records.mark(path[:end])) is not None
        ]

    def mark(self, mark: Absent | None) -> str:
        """The text of an optional field's mark; None, which no field holds, for any other field."""
        return "None" if mark is None else self._names.bind("A", mark, id(mark))

    def _is_there(self, path: Path, mark: Absent) -> str:
        self.text(path)  # which gives it a local variable, if it is to have one
        if path in self._locals:
            return f"{self._locals[path]} is not {self.mark(mark)}"
        return self._access.there(self.text(path[:-1]), path[-1], self.mark(mark))

    def _local(self, path: Path, read: str) -> str:
        name = self._locals[path] = self._writer.fresh("f")
        self._top.add(f"{name} = {read}")
        return name


OFTEN = 4
"""Weight from where on a local variable is cheaper than reading in place."""


def weigh(trees: Iterable[Node]) -> Counter[Path]:
    """How often each fact, and each record on the way to one, will be read.

    A read that is sure to happen counts 2, one behind a guard 1, one for every item 2 more.
    """
    paths: Counter[Path] = Counter()
    for tree in trees:
        parts = tree.parts if isinstance(tree, And | Or) else (tree,)
        for index, part in enumerate(parts):
            for node in flat([part]):
                if type(node) is Fact:
                    paths[node.path] += 1 if index else 2
                elif type(node) is Quantifier:
                    inner = flat([node.condition])
                    paths.update({each.path: 2 for each in inner if type(each) is Fact})
    count: Counter[Path] = Counter()
    for path, times in paths.items():
        for end in range(1, len(path) + 1):
            count[path[:end]] += times
    return count
