"""Reads `parameters.yaml`: the numbers of a ruleset, each with its first day and its source.

    parameters:
      detector_high:
        type: double
        doc: Score from which a detector's finding counts as strong.
        values:
          - {from: 2026-01-01, value: 0.9, reference: {title: Pilot of January 2026}}
          - {from: 2026-08-02, value: 0.85, reference: {title: Review, url: "https://..."}}

A new value is a new dated line at the end, never an edit: see `policy.lang.lock`. What rules do
not read but the sharing out of money does says so: `read_by: accounting`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeAlias, cast

from policy.lang.diagnostics import Diagnostic, ordered, quoted
from policy.lang.grammar.others import DATED, PARAMETER, PARAMETERS
from policy.lang.grammar.version import REFERENCE
from policy.lang.loader import load
from policy.lang.nodes import Entry, TextNode, YamlNode
from policy.lang.patterns import FIELD_NAME, URL
from policy.lang.plan import Parameter, ParameterReader, ParameterValue, Reference
from policy.lang.schema_file import RESERVED
from policy.lang.shapes import Scalar, Shapes
from policy.lang.source import Source, Span
from policy.lang.words import PARAMETER_TYPES, READERS

Value: TypeAlias = Scalar | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatedSyntax:
    """One dated line and where it stands."""

    value: ParameterValue
    span: Span


@dataclass(frozen=True, slots=True)
class ParameterSyntax:
    """A parameter with the places of its name and its lines."""

    name: str
    type: str
    doc: str
    read_by: ParameterReader
    lines: tuple[DatedSyntax, ...]
    path: str
    span: Span

    def plan(self) -> Parameter:
        """What is stored and read by rules."""
        values = tuple(line.value for line in self.lines)
        return Parameter(
            name=self.name, type=self.type, doc=self.doc, read_by=self.read_by, values=values
        )


def load_parameters(source: Source) -> tuple[tuple[ParameterSyntax, ...], tuple[Diagnostic, ...]]:
    """All parameters that can be understood, and all mistakes of the file."""
    root, refused = load(source)
    if root is None:
        return (), refused
    reader = _ParameterReader(source)
    values = reader.keys(root, PARAMETERS)
    entries = reader.entries(values.get("parameters"), "`parameters`")
    read = [reader.parameter(entry) for entry in entries]
    found = ordered((*refused, *reader.found))
    return tuple(parameter for parameter in read if parameter), found


def read_reference(node: YamlNode | None, shapes: Shapes) -> Reference | None:
    """`{title, url}`: where a rule or a number comes from."""
    if node is None:
        return None
    values = shapes.keys(node, REFERENCE)
    title = shapes.string(values.get("title"), "the title of a reference")
    url = shapes.text(values.get("url"), "the address of a reference")
    if url and not re.fullmatch(URL, url.text):
        message = f"{quoted(url.text)} is not a web address"
        shapes.error("wrong-value", message, url.span, "write it with `https://`")
    return Reference(title=title, url=url.text if url else "") if title else None


def read_value(node: YamlNode | None, what: str, type_name: str, shapes: Shapes) -> Value | None:
    """A value of a parameter's type; None when it is left out or wrong."""
    if type_name != "list(string)":
        return shapes.scalar(node, what, type_name)
    texts = [shapes.text(item, f"an item of {what}") for item in shapes.items(node, what)]
    return tuple(item.text for item in texts if item) if node is not None else None


class _ParameterReader(Shapes):
    """Parameters, their dated lines and the values in them."""

    def parameter(self, entry: Entry) -> ParameterSyntax | None:
        name = self._name(entry.key)
        what = f"the parameter {quoted(entry.key.text)}"
        values = self.keys(entry.value, PARAMETER, what)
        type_name = self.word(values.get("type"), "`type` of a parameter", PARAMETER_TYPES)
        doc = self.string(values.get("doc"), "`doc`")
        read_by = self.word(values.get("read_by"), "`read_by`", READERS) or "rules"
        items = self.items(values.get("values"), "`values`", empty=False)
        if not type_name:
            return None
        lines = [line for item in items if (line := self._line(item, type_name))]
        self._check_order(lines)
        if not name:
            return None
        return ParameterSyntax(
            name=name.text,
            type=type_name,
            doc=doc,
            read_by=cast(ParameterReader, read_by),
            lines=tuple(lines),
            path=self.path,
            span=entry.key.span,
        )

    def _name(self, key: TextNode) -> TextNode | None:
        form = "small letters, digits and `_`, letter first"
        name = self.name(key, "a parameter", FIELD_NAME, form)
        if name and name.text in RESERVED:
            self.error("bad-name", f"{quoted(name.text)} is a word of the language", name.span)
            return None
        return name

    def _line(self, node: YamlNode, type_name: str) -> DatedSyntax | None:
        values = self.keys(node, DATED)
        day = self.day(values.get("from"), "`from`")
        value = read_value(values.get("value"), "`value`", type_name, self)
        reference = read_reference(values.get("reference"), self)
        if day is None or value is None:
            return None
        dated = ParameterValue(valid_from=day, value=value, reference=reference)
        return DatedSyntax(dated, values["from"].span)

    def _check_order(self, lines: Sequence[DatedSyntax]) -> None:
        """Each line must be later than the one above it."""
        for above, line in pairwise(lines):
            day, before = line.value.valid_from, above.value.valid_from
            if day <= before:
                self._out_of_order(line.span, day, above.span, before)

    def _out_of_order(self, span: Span, day: date, above: Span, before: date) -> None:
        message = f"`{day}` is not after `{before}`"
        help = "dated values stand in the order of their days, each day once"
        self.error("dates-out-of-order", message, span, help, [self.note("the line above", above)])
