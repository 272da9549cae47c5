"""Situations for tests: a few facts in the author's words, made into a whole fact document.

What a test does not say is neutral: absent where a fact may be absent, else false, 0, an empty text
or list, the instant of the test, and of an enum its neutral word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from policy.lang.diagnostics import did_you_mean, listed, quoted
from policy.lang.nodes import TextNode, YamlNode, is_empty
from policy.lang.schema import FactSchema, Field, Record, element
from policy.lang.shapes import Shapes
from policy.lang.source import Source, Span

NEUTRAL = ("undeclared", "no", "none", "unknown", "other")
"""Words of enums that say nothing; the first that an enum has stands in for a fact not given."""

Overlay: TypeAlias = dict[str, Any]
"""Facts that were said: field to value. A record is an Overlay, `ABSENT` takes a fact away."""


@dataclass(frozen=True, slots=True)
class _Absent:
    """Said to be absent."""


ABSENT = _Absent()


class SituationReader(Shapes):
    """Reads facts of one subject out of a file."""

    def __init__(self, source: Source, schema: FactSchema, subject: str) -> None:
        super().__init__(source)
        self.schema = schema
        self.subject = subject

    def facts(self, node: YamlNode | None, what: str) -> Overlay:
        """`{track.ai.declared: none, track: {title: X}}`, typed and without the subject's name."""
        overlay: Overlay = {}
        for entry in self.entries(node, what):
            self.fact(entry.key, entry.value, overlay)
        return overlay

    def fact(self, key: TextNode, value: YamlNode, overlay: Overlay) -> None:
        """Put one fact, named by its full path, into an overlay."""
        subject, _, rest = key.text.partition(".")
        if subject != self.subject:
            help = f"facts begin with `{self.subject}.`"
            self.error("unknown-fact", f"unknown fact {quoted(key.text)}", key.span, help)
            return
        record = self.schema.root(subject)
        if rest:
            self._put(overlay, record, rest, key, value)
        else:
            self._fill(overlay, record, value, quoted(subject))

    def fact_path(self, node: YamlNode) -> str:
        """The path of a fact or of a record of facts; empty when there is none such."""
        found = self.text(node, "a fact")
        if found is None:
            return ""
        names = found.text.split(".")
        for end in range(2, len(names) + 1):
            if self.schema.resolve(tuple(names[:end])) is None:
                self._unknown_fact(found, names[end - 1], self._record_at(names[: end - 1]))
                return ""
        if len(names) > 1 and names[0] == self.subject:
            return found.text
        help = f"facts begin with `{self.subject}.`"
        self.error("unknown-fact", f"unknown fact {quoted(found.text)}", found.span, help)
        return ""

    def _record_at(self, names: list[str]) -> Record | None:
        if names == [self.subject]:
            return self.schema.root(self.subject)
        field = self.schema.resolve(tuple(names))
        return self.schema.record(field.type) if field else None

    def _fill(self, overlay: Overlay, record: Record, node: YamlNode, what: str) -> Overlay:
        for entry in self.entries(node, what):
            self._put(overlay, record, entry.key.text, entry.key, entry.value)
        return overlay

    def _put(
        self, overlay: Overlay, record: Record, path: str, key: TextNode, value: YamlNode
    ) -> None:
        name, _, rest = path.partition(".")
        field = record.field(name)
        inner = self.schema.record(field.type) if field else None
        if field is None or (rest and inner is None):
            self._unknown_fact(key, name, None if field else record)
        elif inner and (rest or not is_empty(value)) and overlay.get(name) is not ABSENT:
            below = overlay.setdefault(name, {})
            if rest:
                self._put(below, inner, rest, key, value)
            else:
                self._fill(below, inner, value, quoted(path))
        elif name in overlay:
            message = f"the fact {quoted(name)} is given twice"
            self.error("duplicate-key", message, key.span, "give it once")
        else:
            overlay[name] = self._value(value, field)

    def _value(self, node: YamlNode, field: Field) -> Any:
        if is_empty(node):
            if not field.optional:
                help = "leave it out for a neutral value; only optional facts can be absent"
                message = f"the fact {quoted(field.name)} cannot be absent"
                self.error("wrong-value", message, node.span, help)
            return ABSENT
        if field.type.startswith("list("):
            items = self.items(node, quoted(field.name))
            return [self._item(item, field, element(field.type)) for item in items]
        return self._item(node, field, field.type)

    def _item(self, node: YamlNode, field: Field, type_name: str) -> Any:
        record = self.schema.record(type_name)
        if record:
            return self._fill({}, record, node, f"an item of {quoted(field.name)}")
        if field.values:
            return self.word(node, quoted(field.name), field.values)
        if type_name == "string" and isinstance(node, TextNode) and not node.text.strip():
            return node.text  # a title may be blank, and rules may ask for that
        return self.scalar(node, quoted(field.name), type_name)

    def _unknown_fact(self, key: TextNode, name: str, record: Record | None) -> None:
        """`name` is the part of the key that is not a fact of the record; None: it has no parts."""
        help = did_you_mean(name, [field.name for field in record.fields]) if record else ""
        self.error("unknown-fact", f"unknown fact {quoted(key.text)}", key.span, help)

    def document(self, overlay: Overlay, as_of: str, span: Span) -> dict[str, Any]:
        """The whole document of what was said; what has no neutral value is a mistake at `span`."""
        told: set[str] = set()

        def gap(path: str, field: Field) -> None:
            if path not in told:
                told.add(path)
                message = f"the fact {quoted(path)} has no neutral value"
                self.error("missing-fact", message, span, f"give it: {listed(field.values)}")

        root = self.schema.root(self.subject)
        return {
            self.subject: _Completer(self.schema, as_of, gap).record(root, overlay, self.subject)
        }


class _Completer:
    """Fills an overlay up to a whole record."""

    def __init__(self, schema: FactSchema, as_of: str, gap: Callable[[str, Field], None]) -> None:
        self._schema = schema
        self._as_of = as_of
        self._gap = gap

    def record(self, record: Record, said: Mapping[str, Any], path: str) -> dict[str, Any]:
        return dict(self._fields(record, said, path))

    def _fields(
        self, record: Record, said: Mapping[str, Any], path: str
    ) -> Iterator[tuple[str, Any]]:
        for field in record.fields:
            value = said.get(field.name, ABSENT)
            if value is not ABSENT or not field.optional:
                yield field.name, self._value(field, value, f"{path}.{field.name}")

    def _value(self, field: Field, value: Any, path: str) -> Any:
        if field.type.startswith("list("):
            inner = self._schema.record(element(field.type))
            items = [] if value is ABSENT else value
            return [self.record(inner, item, path) for item in items] if inner else items
        inner = self._schema.record(field.type)
        if inner:
            return self.record(inner, {} if value is ABSENT else value, path)
        return self._neutral(field, path) if value is ABSENT else value

    def _neutral(self, field: Field, path: str) -> Any:
        if field.values:
            word = neutral_word(field)
            if not word:
                self._gap(path, field)
            return word
        plain = {"bool": False, "int": 0, "double": 0.0, "string": "", "duration": "0s"}
        return plain.get(field.type, self._as_of)


def neutral_word(field: Field) -> str:
    """The word of an enum that says nothing; empty when it has none, and a test must say it."""
    return next((word for word in NEUTRAL if word in field.values), "")


def neutral(
    schema: FactSchema, record: Record, as_of: str, said: Mapping[str, Any]
) -> dict[str, Any]:
    """A whole record of which only `said` is said; an enum without a neutral word is empty."""
    return _Completer(schema, as_of, lambda path, field: None).record(record, said, "")


def merged(base: Any, over: Overlay) -> Overlay:
    """`over` laid on `base`: records are merged, all else is replaced. Both stay as they are."""
    result: Overlay = dict(base) if isinstance(base, dict) else {}
    for name, value in over.items():
        result[name] = merged(result.get(name), value) if isinstance(value, dict) else value
    return result
