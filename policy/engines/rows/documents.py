"""Fact documents as typed structs that hold only the fields which rules read.

msgspec decodes JSON straight into them and skips everything else. A field that the document must
have but lacks is Unknown, as is every fact that its top-level list `unknown` names.
"""

from __future__ import annotations

import keyword
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from policy.engines.rows.poison import Absent, Poison, Unknown
from policy.engines.rows.uses import Uses
from policy.engines.rows.values import INT_MAX, INT_MIN
from policy.lang.schema import FactSchema, Field, element

Document: TypeAlias = Any
"""A struct with one field named after the subject, or a DictDocument; both have `unknown`, which
lists paths or is empty."""

WIDE = 16
"""Fields from which on a record is wide: msgspec looks through all of them for each key that none
has, which costs more than decoding a number that nobody reads."""
_CHEAP = frozenset({"bool", "int", "double"})

_SCALARS: dict[str, Any] = {
    "bool": bool,
    "int": Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)],
    "double": float,
    "string": str,
    # Instants and lengths of time stay text until a rule compares them.
    "timestamp": str,
    "duration": str,
}


class DocumentError(ValueError):
    """The bytes or the dict are no fact document; the text says where and why."""


def attribute(name: str) -> str:
    """A field's name as a Python attribute. Raises ValueError when it cannot be one."""
    if not name.isidentifier() or not name.isascii() or name.startswith("__"):
        raise ValueError(f"`{name}` cannot be the name of a fact")
    return f"{name}_" if keyword.iskeyword(name) else name


class DictDocument:
    """A fact document in memory. Its shape is trusted until something in it does not fit."""

    __slots__ = ("_documents", "_struct", "facts", "unknown")

    def __init__(self, facts: Mapping[str, Any], documents: Documents) -> None:
        self.facts = facts
        self.unknown = facts.get("unknown")
        self._documents = documents
        self._struct: Any = None

    def struct(self) -> Any:
        """The document as a struct. Raises DocumentError when it is none of the fact schema."""
        if self._struct is None:
            self._struct = self._documents.convert(self.facts)
        return self._struct


class Documents:
    """Reads the documents of one subject. `absent` holds the mark of each optional field."""

    def __init__(self, schema: FactSchema, subject: str, uses: Uses) -> None:
        self._schema = schema
        self._subject = subject
        self._uses = uses
        self._places = self._find_places()
        self.absent: dict[tuple[str, str], Absent] = {}
        self._strict: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            self._document_type(strict=True)
        )
        self._decode = self._strict.decode
        self._tolerant: type | None = None

    def decode(self, raw: bytes | str) -> Document:
        """A document from JSON text. Raises DocumentError for what is none."""
        try:
            found = self._decode(raw)
        except msgspec.ValidationError:
            found = self._with_gaps(self._from_json(raw))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DocumentError(f"no JSON document: {error}") from None
        return self._without_unknown(found) if found.unknown else found

    def view(self, document: Mapping[str, Any]) -> DictDocument:
        """A document that stays a dict as long as nothing is odd about it."""
        return DictDocument(document, self)

    def convert(self, document: Mapping[str, Any]) -> Any:
        """As `decode`, from a dict shaped like the JSON text. Raises DocumentError likewise."""
        try:
            found = msgspec.convert(document, self._strict.type)
        except msgspec.ValidationError:
            found = self._with_gaps(self._from_dict(document))
        return self._without_unknown(found) if found.unknown else found

    def _from_json(self, raw: bytes | str) -> Any:
        try:
            return msgspec.json.decode(raw, type=self._tolerant_type())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DocumentError(f"not a document of the fact schema: {error}") from None

    def _from_dict(self, document: Mapping[str, Any]) -> Any:
        try:
            return msgspec.convert(document, self._tolerant_type())
        except msgspec.ValidationError as error:
            raise DocumentError(f"not a document of the fact schema: {error}") from None

    def _tolerant_type(self) -> type:
        if self._tolerant is None:
            self._tolerant = self._document_type(strict=False)
        return self._tolerant

    def _document_type(self, *, strict: bool) -> type:
        root = self._schema.root(self._subject)
        made: dict[str, type] = {}
        fields: list[Any] = [
            (attribute(self._subject), self._record_type(root.name, made, strict)),
            ("unknown", list[str] | None, None),
        ]
        if not strict:
            fields[0] = (*fields[0], Unknown(self._subject))
        return msgspec.defstruct("Document", fields, gc=False, kw_only=True)

    def _record_type(self, name: str, made: dict[str, type], strict: bool) -> type:
        if name not in made:
            record = self._schema.record(name)
            if record is None:
                raise ValueError(f"the fact schema has no record `{name}`")
            read = self._uses.fields.get(name, set())
            fields = [
                self._field(name, field, made, strict)
                if field.name in read
                else (attribute(field.name), bool | int | float | None, None)
                for field in record.fields
                if field.name in read or (len(read) >= WIDE and field.type in _CHEAP)
            ]
            renamed = {attribute(field.name): field.name for field in record.fields}
            made[name] = msgspec.defstruct(name, fields, gc=False, kw_only=True, rename=renamed)
        return made[name]

    def _field(self, record: str, field: Field, made: dict[str, type], strict: bool) -> Any:
        shape = self._type(field.type, made, strict)
        if strict and field.values and field.type == "string":
            # Known words need no new object each; an unknown one is read by the tolerant decoder.
            shape = Literal[tuple(map(sys.intern, field.values))]
        path = f"{self._places.get(record, record)}.{field.name}"
        if field.optional:
            mark = self.absent.setdefault((record, field.name), Absent(path))
            return (attribute(field.name), shape, mark)
        if strict:
            return (attribute(field.name), shape)
        return (attribute(field.name), shape, Unknown(path))

    def _type(self, name: str, made: dict[str, type], strict: bool) -> Any:
        if name in _SCALARS:
            return _SCALARS[name]
        if name.startswith("list("):
            return list[self._type(element(name), made, strict)]  # type: ignore[misc]  # a runtime type
        return self._record_type(name, made, strict)

    def _find_places(self) -> dict[str, str]:
        """The path at which each record first stands, for messages."""
        places: dict[str, str] = {}
        queue = [(self._schema.root(self._subject).name, self._subject)]
        for name, path in queue:
            record = self._schema.record(name)
            if record is None or name in places:
                continue
            places[name] = path
            for field in record.fields:
                inner = element(field.type) if field.type.startswith("list(") else field.type
                queue.append((inner, f"{path}.{field.name}"))
        return places

    def _with_gaps(self, document: Any) -> Any:
        """Name the required fields that the document lacks in its `unknown`."""
        document.unknown = sorted({*(document.unknown or ()), *_gaps(document)})
        return document

    def _without_unknown(self, document: Any) -> Any:
        """Put an Unknown in the place of every fact that `unknown` names."""
        for path in document.unknown:
            _forget(document, path.split("."), path)
        return document


def _gaps(value: Any) -> set[str]:
    if isinstance(value, Unknown):
        return {value.path}
    if isinstance(value, msgspec.Struct):
        return set().union(*(_gaps(getattr(value, name)) for name in value.__struct_fields__))
    if isinstance(value, list):
        return set().union(*map(_gaps, value))
    return set()


def _forget(value: Any, names: list[str], path: str) -> None:
    if isinstance(value, list):
        for item in value:
            _forget(item, names, path)
        return
    name = attribute(names[0]) if names[0].isidentifier() else names[0]
    if isinstance(value, Poison) or name not in getattr(value, "__struct_fields__", ()):
        return  # not there, or no rule reads it
    if len(names) == 1:
        setattr(value, name, Unknown(path))
    else:
        _forget(getattr(value, name), names[1:], path)
