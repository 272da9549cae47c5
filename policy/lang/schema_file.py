"""Reads `rulesets/facts.yaml`, the declaration of all that rules may ask."""

from __future__ import annotations

import re

from policy.lang.diagnostics import Diagnostic, did_you_mean, has_errors, ordered, quoted
from policy.lang.grammar.others import FACTS, FIELD, RECORD
from policy.lang.loader import load
from policy.lang.nodes import Entry, TextNode, YamlNode
from policy.lang.patterns import FIELD_NAME, RECORD_NAME
from policy.lang.schema import SCALARS, FactSchema, Field, Record
from policy.lang.shapes import Shapes
from policy.lang.source import Source

DEEPEST = 20
"""Records within records."""

RESERVED = frozenset(
    [
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import"),
        *("in", "let", "loop", "namespace", "now", "null", "package", "params", "return", "true"),
        *("var", "void", "while"),
    ]
)
"""Words that CEL or the language keeps; no fact, variable or parameter can be called so."""

_LIST = re.compile(r"list\((.*)\)")


def load_schema(source: Source) -> tuple[FactSchema | None, tuple[Diagnostic, ...]]:
    """The fact schema that the file declares; None when it has a mistake."""
    root, refused = load(source)
    if root is None:
        return None, refused
    reader = _SchemaReader(source)
    schema = reader.read(root)
    found = ordered((*refused, *reader.found))
    return (None if has_errors(found) else schema), found


class _SchemaReader(Shapes):
    """Facts, records and subjects."""

    def read(self, root: YamlNode) -> FactSchema:
        """All of the file."""
        values = self.keys(root, FACTS)
        version = self.integer(values.get("facts"), "`facts`")
        entries = self.entries(values.get("records"), "`records`")
        self._known = [entry.key.text for entry in entries]
        records = tuple(self._record(entry) for entry in entries)
        subjects = {
            name.text: record
            for entry in self.entries(values.get("subjects"), "`subjects`")
            if (name := self._name(entry.key, "a subject"))
            and (
                record := self.word(entry.value, f"the record of {quoted(name.text)}", self._known)
            )
        }
        if version is not None and version != 1:
            self.error("unknown-version", "only `facts: 1` can be read", values["facts"].span)
        self._refuse_recursion(records)
        self._doubt_unused(records, set(subjects.values()))
        return FactSchema(version=1, subjects=subjects, records=records)

    def _record(self, entry: Entry) -> Record:
        form = "words with capitals, such as `ShareTotal`"
        self.name(entry.key, "a record", RECORD_NAME, form)
        what = f"the record {quoted(entry.key.text)}"
        values = self.keys(entry.value, RECORD, what)
        fields = self.entries(values.get("fields"), f"the fields of {quoted(entry.key.text)}")
        return Record(
            name=entry.key.text,
            doc=self.string(values.get("doc"), "`doc`"),
            fields=tuple(self._field(field) for field in fields),
            span=entry.key.span,
        )

    def _field(self, entry: Entry) -> Field:
        self._name(entry.key, "a fact")
        what = f"the fact {quoted(entry.key.text)}"
        values = self.keys(entry.value, FIELD, what)
        written = self.text(values.get("type"), "`type`")
        type_name, is_enum = self._type(written) if written else ("", False)
        optional = self.boolean(values.get("optional"), "`optional`") or False
        if optional and type_name.startswith("list("):
            help = "leave `optional` out: a list is never absent, only empty"
            self.error("optional-list", "a list cannot be optional", values["optional"].span, help)
        planned = self.string(values.get("planned"), "`planned`")
        if planned and not optional:
            help = "say `optional: true`: until a provider fills it, the fact is absent"
            self.error("planned-fact", "a planned fact is optional", values["planned"].span, help)
        return Field(
            name=entry.key.text,
            type=type_name,
            doc=self.string(values.get("doc"), "`doc`"),
            optional=optional,
            unit=self.string(values.get("unit"), "`unit`"),
            values=self._values(entry, values.get("values"), is_enum),
            planned=planned,
            span=entry.key.span,
        )

    def _type(self, written: TextNode) -> tuple[str, bool]:
        """The type in the words of trees, and whether its texts are an enum's."""
        inner = _LIST.fullmatch(written.text)
        name = inner.group(1) if inner else written.text
        if name == "enum":
            return ("list(string)" if inner else "string"), True
        if name in SCALARS or name in self._known:
            return written.text, False
        known = [*SCALARS, "enum", *sorted(self._known)]
        help = did_you_mean(name, known) or "use a scalar, `enum`, a record, or `list(...)` of them"
        self.error("unknown-type", f"unknown type {quoted(written.text)}", written.span, help)
        return "", False

    def _values(self, entry: Entry, node: YamlNode | None, is_enum: bool) -> tuple[str, ...]:
        """The words of an enum, each once."""
        if node is None:
            if is_enum:
                message = f"the enum {quoted(entry.key.text)} has no `values`"
                self.error("missing-key", message, entry.key.span)
            return ()
        if not is_enum:
            self.error("wrong-value", "only an enum has `values`", node.span, "use `type: enum`")
        seen: dict[str, TextNode] = {}
        for item in self.items(node, "`values`", empty=False):
            value = self.text(item, "a value")
            if value and value.text in seen:
                first = self.note("first written here", seen[value.text].span)
                message = f"the value {quoted(value.text)} is written twice"
                self.error("duplicate-value", message, value.span, related=[first])
            elif value:
                seen[value.text] = value
        return tuple(seen)

    def _name(self, key: TextNode, what: str) -> TextNode | None:
        found = self.name(key, what, FIELD_NAME, "small letters, digits and `_`, letter first")
        if found and found.text in RESERVED:
            help = "choose another name"
            self.error(
                "bad-name", f"{quoted(found.text)} is a word of the language", key.span, help
            )
            return None
        return found

    def _refuse_recursion(self, records: tuple[Record, ...]) -> None:
        """A record that contains itself would have no end; the field that closes a ring is told."""
        by_name = {record.name: record for record in records}
        done: set[str] = set()

        def visit(record: Record, path: tuple[str, ...]) -> None:
            if len(path) == DEEPEST and record.span:
                message = f"records within records, more than {DEEPEST} levels"
                self.error("too-deep", message, record.span)
                return
            for field in record.fields:
                inner = by_name.get(_inner(field.type))
                if inner and inner.name in path and field.span:
                    ring = (inner.name, *reversed(path[path.index(inner.name) :]))
                    way = " in ".join(quoted(name) for name in ring)
                    self.error("recursive-record", f"a record contains itself: {way}", field.span)
                elif inner and inner.name not in done:
                    visit(inner, (*path, inner.name))
            done.add(record.name)

        for record in records:
            if record.name not in done:
                visit(record, (record.name,))

    def _doubt_unused(self, records: tuple[Record, ...], roots: set[str]) -> None:
        if self.found:
            return
        used = roots | {_inner(field.type) for record in records for field in record.fields}
        for record in records:
            if record.name not in used and record.span:
                message = f"the record {quoted(record.name)} is used nowhere"
                self.warn("unused-record", message, record.span, "use it in a fact, or remove it")


def _inner(type_name: str) -> str:
    inner = _LIST.fullmatch(type_name)
    return inner.group(1) if inner else type_name
