"""The fact schema: what rules may ask about a subject, and of what type each answer is.

A fact document of subject `track` is `{"track": {...}}`, shaped by the record that the subject
names. Timestamps are RFC 3339 text, durations are seconds with an `s` (`86400s`), enums and strings
are text. A field that is not optional is always there; an optional one may be absent.
"""

from __future__ import annotations

import msgspec

from policy.lang.source import Span

SCALARS = ("bool", "int", "double", "string", "timestamp", "duration")


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact. `type` is a scalar, a record name, or `list(T)` of either; see `policy.lang.tree`.

    An enum is a `string` (or `list(string)`) whose `values` are the only ones it can take.
    `planned` names the provider that is to fill an optional field which none fills yet.
    """

    name: str
    type: str
    doc: str
    optional: bool = False
    unit: str = ""
    values: tuple[str, ...] = ()
    planned: str = ""
    span: Span | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A named group of facts."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    span: Span | None = None

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)


class FactSchema(msgspec.Struct, frozen=True, kw_only=True):
    """All records, and for each subject the record that its document has at its root.

    `subjects` maps `track` to `Track`: a condition then reads `track.title`.
    """

    version: int
    subjects: dict[str, str]
    records: tuple[Record, ...]

    def record(self, name: str) -> Record | None:
        """The record of that name."""
        return next((record for record in self.records if record.name == name), None)

    def root(self, subject: str) -> Record:
        """The record at the root of a subject's document. Raises KeyError for an unknown one."""
        found = self.record(self.subjects[subject])
        if found is None:
            raise KeyError(subject)
        return found

    def resolve(self, path: tuple[str, ...]) -> Field | None:
        """The field that a Fact path of the tree ends at; None when the path leaves the schema."""
        if len(path) < 2 or path[0] not in self.subjects:
            return None
        record: Record | None = self.root(path[0])
        found: Field | None = None
        for name in path[1:]:
            found = record.field(name) if record else None
            if found is None:
                return None
            record = self.record(found.type)
        return found


def element(type_name: str) -> str:
    """`T` of `list(T)`. Raises ValueError for any other type."""
    if not (type_name.startswith("list(") and type_name.endswith(")")):
        raise ValueError(f"`{type_name}` is not a list type")
    return type_name[5:-1]
