"""Protobuf descriptors made from the fact schema, so that CEL's checker knows the facts.

Every record becomes a message `stave.<Record>`. All single fields have explicit presence
(`optional`), so that `has(...)` means for Google's evaluator what it means for a fact document: the
key is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TypeAlias

from google.protobuf import descriptor_pb2, duration_pb2, message_factory, timestamp_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

from policy.lang.exprs import PACKAGE
from policy.lang.schema import FactSchema, Field, Record, element

Value: TypeAlias = "bool | int | float | str | list[Value] | Mapping[str, Value]"
"""What a fact document holds."""

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _Field.TYPE_BOOL,
    "int": _Field.TYPE_INT64,
    "double": _Field.TYPE_DOUBLE,
    "string": _Field.TYPE_STRING,
}
_MESSAGES = {
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
}


class Descriptors:
    """The messages of one schema, in a pool of their own."""

    def __init__(self, schema: FactSchema) -> None:
        self.schema = schema

    @cached_property
    def pool(self) -> DescriptorPool:
        """The pool that `cel.NewEnv` reads."""
        pool = DescriptorPool()
        file = descriptor_pb2.FileDescriptorProto(
            name="stave/facts.proto", package=PACKAGE.rstrip("."), syntax="proto3"
        )
        for known in (timestamp_pb2.DESCRIPTOR, duration_pb2.DESCRIPTOR):
            pool.AddSerializedFile(known.serialized_pb)
            file.dependency.append(known.name)
        for record in self.schema.records:
            file.message_type.append(_message(record))
        pool.AddSerializedFile(file.SerializeToString())
        return pool

    def to_message(self, record: str, document: Mapping[str, Value]) -> Message:
        """A message with what the document says of a record, for Google's own evaluator.

        Raises KeyError for names that the schema lacks, ValueError for a malformed instant.
        """
        found = self.schema.record(record)
        if found is None:
            raise KeyError(record)
        kinds = {field.name: field.type for field in found.fields}
        message = self._new(PACKAGE + record)
        for name, value in document.items():
            self._set(message, name, kinds[name], value)
        return message

    def _new(self, name: str) -> Message:
        descriptor = self.pool.FindMessageTypeByName(name)
        return message_factory.GetMessageClass(descriptor)()

    def _set(self, message: Message, name: str, kind: str, value: Value) -> None:
        if isinstance(value, list):
            getattr(message, name).extend(self._plain(element(kind), item) for item in value)
        elif kind in _SCALARS:
            setattr(message, name, value)
        else:
            getattr(message, name).CopyFrom(self._plain(kind, value))

    def _plain(self, kind: str, value: Value) -> Message | Value:
        """What protobuf keeps for a value of a scalar or record type."""
        if kind in _MESSAGES:
            instant = self._new(_MESSAGES[kind])
            instant.FromJsonString(value)
            return instant
        return self.to_message(kind, value) if isinstance(value, Mapping) else value


def to_message(schema: FactSchema, record: str, document: Mapping[str, Value]) -> Message:
    """`Descriptors.to_message` for one document; for many keep a Descriptors."""
    return Descriptors(schema).to_message(record, document)


def _message(record: Record) -> descriptor_pb2.DescriptorProto:
    message = descriptor_pb2.DescriptorProto(name=record.name)
    for number, field in enumerate(record.fields, 1):
        _declare(message, field, number)
    return message


def _declare(message: descriptor_pb2.DescriptorProto, field: Field, number: int) -> None:
    many = field.type.startswith("list(")
    kind = element(field.type) if many else field.type
    # The JSON name is set, since protobuf refuses two fields whose camel-case names are equal.
    made = message.field.add(name=field.name, number=number, json_name=field.name)
    made.label = _Field.LABEL_REPEATED if many else _Field.LABEL_OPTIONAL
    if kind in _SCALARS:
        made.type = _SCALARS[kind]
    else:
        made.type = _Field.TYPE_MESSAGE
        made.type_name = "." + _MESSAGES.get(kind, PACKAGE + kind)
    if not many and kind in _SCALARS:  # messages have presence anyway
        made.proto3_optional = True
        made.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{field.name}")
