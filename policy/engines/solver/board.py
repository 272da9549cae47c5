"""A fact document of which little is known yet.

A fact that is not settled holds an Open. Reading it raises Asked, which `&&`, `||` and quantifiers
of the row engine absorb as any error: a condition that has a truth has it whatever the open facts
are, and one that has none names the fact that it must know next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from policy.engines.rows.documents import attribute
from policy.engines.rows.frames import Frame
from policy.engines.rows.poison import EvaluationError, Poison
from policy.lang.schema import FactSchema, Field, Record, element

Key: TypeAlias = tuple[str, ...]
"""A path of facts, with ITEM where it goes through the items of a list: the same for all items."""

ITEM = "*"
NOTHING: Any = object()
"""Says that a start has no value there."""


class Asked(EvaluationError):
    """A condition needs the value of a cell."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(".".join(cell.key))
        self.cell = cell


class Open(Poison):
    """Stands where nothing is known. Using it asks for its cell."""

    __slots__ = ("cell",)

    def __init__(self, cell: Cell) -> None:
        super().__init__(".".join(cell.key))
        self.cell = cell

    def error(self) -> EvaluationError:
        """Asks."""
        return Asked(self.cell)


class Facts(msgspec.Struct, dict=True):
    """A record of the document; its facts are attributes."""


class Cell:
    """A place for one value. `hint` is what a start has there, `items` the items around it.

    `root` is the path up to the first list: what a condition is known to depend on.
    """

    def __init__(
        self, key: Key, field: Field, owner: Facts, hint: Any, items: Mapping[Key, Facts]
    ) -> None:
        self.key = key
        self.field = field
        self.hint = hint
        self.items = items
        self.root = key[: key.index(ITEM)] if ITEM in key else key
        self._owner = owner

    @property
    def is_root(self) -> bool:
        """Whether no other cell has its root."""
        return self.key == self.root

    def put(self, value: Any) -> None:
        """Settle it."""
        setattr(self._owner, attribute(self.field.name), value)

    def open(self) -> None:
        """Forget its value."""
        self.put(Open(self))


class Named(Cell):
    """The place of a name that stands for a value: the instant, or a condition taken as a whole."""

    def __init__(self, field: Field, frame: Frame) -> None:
        super().__init__((field.name,), field, Facts(), NOTHING, {})
        self._frame = frame

    def put(self, value: Any) -> None:
        """Settle it."""
        self._frame.variables[self.field.name] = value

    def open(self) -> None:
        """Forget its value."""
        self.put(Asked(self))


class Board:
    """The document of one subject, all open, over the facts of a start."""

    def __init__(
        self, schema: FactSchema, subject: str, hint: Mapping[str, Any], numbers: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._subject = subject
        self._root = schema.root(subject)
        self.document = Facts()
        self.frame = Frame(self.document, numbers, 0)
        facts = self.facts(self._root, (subject,), hint.get(subject, NOTHING), {})
        setattr(self.document, attribute(subject), facts)

    def name(self, name: str, type_name: str) -> None:
        """Let a name stand for a value that is not known."""
        Named(Field(name=name, type=type_name, doc=""), self.frame).open()

    def facts(self, record: Record, key: Key, hint: Any, items: Mapping[Key, Facts]) -> Facts:
        """A record with every fact open."""
        made = Facts()
        for field in record.fields:
            known = hint.get(field.name, NOTHING) if isinstance(hint, Mapping) else NOTHING
            inner, place = self._schema.record(field.type), (*key, field.name)
            if inner and not field.optional:
                setattr(made, attribute(field.name), self.facts(inner, place, known, items))
            else:
                Cell(place, field, made, known, items).open()
        return made

    def record(self, cell: Cell) -> Facts | None:
        """The record that an optional cell may hold; None when it holds no record."""
        inner = self._schema.record(cell.field.type)
        return self.facts(inner, cell.key, cell.hint, cell.items) if inner else None

    def listed(self, cell: Cell, count: int) -> list[Facts] | None:
        """So many items for a cell that holds a list of records; None for any other."""
        inner = self._schema.record(element(cell.field.type))
        return None if inner is None else [self._item(cell, inner, at) for at in range(count)]

    def _item(self, cell: Cell, record: Record, at: int) -> Facts:
        hints = cell.hint if isinstance(cell.hint, list) else []
        key = (*cell.key, ITEM)
        around = dict(cell.items)
        made = self.facts(record, key, hints[at] if at < len(hints) else NOTHING, around)
        around[key] = made
        return made

    def unsettled(self, roots: frozenset[Key]) -> Cell | None:
        """A cell at or below one of the roots that is open still."""
        for root in sorted(roots):
            if len(root) == 1:
                named = self.frame.variables.get(root[0])
                found = named.cell if isinstance(named, Asked) else None
            else:
                found = next(_open_below(self._at(root)), None)
            if found:
                return found
        return None

    def _at(self, path: Key) -> Any:
        value: Any = self.document
        for name in path:
            if isinstance(value, Poison):
                return value
            value = getattr(value, attribute(name))
        return value


def _open_below(value: Any) -> Iterator[Cell]:
    match value:
        case Open(cell=cell):
            yield cell
        case Facts():
            for inner in vars(value).values():
                yield from _open_below(inner)
        case list():
            for inner in value:
                yield from _open_below(inner)
