"""Reads `tests.yaml`: situations and what a ruleset must make of them.

as_of: 2026-10-01
given:
  track.title: Blue Hour
fixtures:
  doubted: {track.ai: {declared: none, detector: ears 2.1, detector_score: 0.97}}
cases:
  - name: A track declared free of AI that a detector doubts is looked at
    fixture: doubted
    expect:
      outcome: review
      rules: [declared-none-but-detected]
      obligations: [{do: request_disclosure, of: deliverer}]
  - name: Where a detector's finding counts is a parameter
    fixture: doubted
    parameters: {detector_high: 0.98}
    expect: {outcome: allow}
  - name: Disclosure by itself is never a sanction
    table:
      - [track.ai.declared, outcome]
      - [all, allow]
      - [partly, allow]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from policy.lang.diagnostics import Diagnostic, did_you_mean, ordered, quoted
from policy.lang.expectations import IN_PLACE, Expectation, ExpectationReader
from policy.lang.fixtures import FixtureReader
from policy.lang.grammar.others import CASE, EXPECTED, TESTS
from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode
from policy.lang.parameters import Value, read_value
from policy.lang.schema import FactSchema
from policy.lang.shapes import head
from policy.lang.situations import Overlay, SituationReader, merged
from policy.lang.source import Source, Span

Numbers: TypeAlias = tuple[tuple[str, Value], ...]
"""Values of parameters by name, each name once."""

OF_PARAMETER = "params."
"""What a column of a table begins with that gives a parameter's value."""


@dataclass(frozen=True, slots=True)
class Case:
    """One situation and its expectation.

    `document` is a whole fact document; its key `unknown` lists facts that could not be learnt.
    `as_of` is RFC 3339 text. `todo` says why the case is known to fail; empty for a real one.
    `parameters` hold for this case instead of those in force. `given` is a document with gaps: what
    the file gives all its cases.
    """

    name: str
    as_of: str
    document: Mapping[str, Any]
    expect: Expectation
    todo: str
    path: str
    span: Span
    parameters: Numbers = ()
    given: Mapping[str, Any] | None = None


def load_tests(
    source: Source,
    schema: FactSchema,
    *,
    subject: str,
    rules: Collection[str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    """All cases of a file, tables unrolled, and all its mistakes.

    `rules` are the ids that the ruleset has, `parameters` the types of its parameters by name;
    None for the first when they cannot be known, and any id will do.
    """
    root, refused = load(source)
    if root is None:
        return (), refused
    reader = _CaseReader(source, schema, subject, rules, parameters or {})
    cases = reader.file(root)
    return cases, ordered((*refused, *reader.told()))


class _CaseReader(SituationReader):
    """The file, its cases and their tables."""

    def __init__(
        self,
        source: Source,
        schema: FactSchema,
        subject: str,
        rules: Collection[str] | None,
        parameters: Mapping[str, str],
    ) -> None:
        super().__init__(source, schema, subject)
        self._expectations = ExpectationReader(source, rules)
        self._fixtures = FixtureReader(source, schema, subject)
        self._parameters = parameters
        self._given: Overlay = {}
        self._names: dict[str, Span] = {}
        self._wrong_instant = False  # then a missing one is no mistake of its own

    def told(self) -> list[Diagnostic]:
        """All mistakes of the file."""
        return [*self.found, *self._expectations.found, *self._fixtures.found]

    def file(self, root: YamlNode) -> tuple[Case, ...]:
        """The file: what all cases have in common, and the cases."""
        values = self.keys(root, TESTS)
        as_of = self._instant(values, "")
        self._given = self.facts(values.get("given"), "`given`")
        self._fixtures.read(values.get("fixtures"))
        nodes = self.items(values.get("cases"), "`cases`")
        cases = tuple(case for node in nodes for case in self._cases(node, as_of))
        self._fixtures.tell_unused()
        return cases

    def _cases(self, node: YamlNode, as_of: str) -> list[Case]:
        values = self.keys(node, CASE)
        name = self._name(values.get("name"))
        draft = _Draft(
            name=name.text.strip() if name else "",
            as_of=self._instant(values, as_of),
            fixtures=self._fixtures.names(values.get("fixture"), "`fixture`"),
            facts=self.facts(values.get("facts"), "`facts`"),
            unknown=self._unlearnt(values.get("unknown")),
            parameters=self._numbers(values.get("parameters")),
            expect=self._expectations.expectation(values.get("expect")),
            todo=self.string(values.get("todo"), "`todo`"),
        )
        if "expect" not in values and "table" not in values and isinstance(node, MapNode):
            self.error("missing-key", "a case has no `expect`", head(node))
        if name is None:
            return []
        if "table" not in values:
            return self._case(draft, name.span)
        return self._table(values["table"], draft)

    def _instant(self, values: Mapping[str, YamlNode], otherwise: str) -> str:
        found = self.timestamp(values.get("as_of"), "`as_of`")
        if "as_of" in values and not found:
            self._wrong_instant = True
        return found or otherwise

    def _name(self, node: YamlNode | None) -> TextNode | None:
        name = self.text(node, "`name`")
        if name is None:
            return None
        if name.text in self._names:
            first = self.note("first used here", self._names[name.text])
            message = f"the name {quoted(name.text)} is used twice"
            self.error("duplicate-case", message, name.span, related=[first])
        self._names[name.text] = name.span
        return name

    def _unlearnt(self, node: YamlNode | None) -> tuple[str, ...]:
        paths = [self.fact_path(item) for item in self.items(node, "`unknown`")]
        return tuple(filter(None, paths))

    def _numbers(self, node: YamlNode | None) -> Numbers:
        """`{quorum: all}`: values that hold in this case."""
        found: Numbers = ()
        for entry in self.entries(node, "`parameters`"):
            found = self._number(entry.key, entry.key.text, entry.value, found)
        return found

    def _number(self, key: TextNode, name: str, node: YamlNode, before: Numbers) -> Numbers:
        """`before` with the value of one more parameter, which replaces an earlier one."""
        if name not in self._parameters:
            help = did_you_mean(name, self._parameters)
            message = f"unknown parameter {quoted(name)}"
            self.error("unknown-parameter", message, key.span, help)
            return before
        value = read_value(node, quoted(name), self._parameters[name], self)
        kept = tuple(pair for pair in before if pair[0] != name)
        return kept if value is None else (*kept, (name, value))

    def _case(self, draft: _Draft, span: Span) -> list[Case]:
        if not draft.as_of and not self._wrong_instant:
            help = "write `as_of: 2026-10-01` at the top of the file or in the case"
            self.error("missing-key", "the case has no instant", span, help)
        facts = merged(merged(self._given, self._fixtures.facts_of(draft.fixtures)), draft.facts)
        document = self.document(facts, draft.as_of, span)
        if draft.unknown:
            document["unknown"] = list(draft.unknown)
        case = Case(
            name=draft.name,
            as_of=draft.as_of,
            document=document,
            expect=draft.expect,
            todo=draft.todo,
            path=self.path,
            span=span,
            parameters=draft.parameters,
            given={self.subject: self._given},
        )
        return [case]

    # Tables: a row of column names, and a case in each further row

    def _table(self, node: YamlNode, base: _Draft) -> list[Case]:
        rows = self.items(node, "`table`")
        if len(rows) < 2:
            help = "the first row names facts and expectations, each further row is a case"
            self.error("empty-value", "`table` has no cases", node.span, help)
            return []
        columns = [self.text(item, "a column") for item in self.items(rows[0], "the first row")]
        cases: list[Case] = []
        for number, row in enumerate(rows[1:], start=1):
            cells = self.items(row, "a row")
            if isinstance(row, ListNode) and len(cells) != len(columns):
                message = f"cells: {len(cells)}, but columns: {len(columns)}"
                self.error("wrong-shape", message, row.span)
            elif isinstance(row, ListNode):
                cases += self._case(self._row(base, columns, cells, number), row.span)
        return cases

    def _row(
        self,
        base: _Draft,
        columns: Sequence[TextNode | None],
        cells: Sequence[YamlNode],
        number: int,
    ) -> _Draft:
        shown = ", ".join(cell.text for cell in cells if isinstance(cell, TextNode))
        draft = replace(base, name=f"{base.name} [{number}: {shown}]", facts={})
        for column, cell in zip(columns, cells, strict=True):
            if column is not None:
                draft = self._cell(column, cell, draft)
        return replace(draft, facts=merged(base.facts, draft.facts))

    def _cell(self, column: TextNode, cell: YamlNode, draft: _Draft) -> _Draft:
        """What one cell says, on top of what its case says; facts go into the row's own."""
        match column.text:
            case "as_of":
                return replace(draft, as_of=self.timestamp(cell, "`as_of`") or draft.as_of)
            case "fixture":
                further = self._fixtures.names(cell, "`fixture`")
                return replace(draft, fixtures=(*draft.fixtures, *further))
            case text if text in EXPECTED.names:
                return replace(
                    draft, expect=self._expectations.expected({text: cell}, draft.expect)
                )
            case text if text.startswith(IN_PLACE):
                return replace(
                    draft, expect=self._expectations.in_place(column, cell, draft.expect)
                )
            case text if text.startswith(OF_PARAMETER):
                name = text.removeprefix(OF_PARAMETER)
                return replace(draft, parameters=self._number(column, name, cell, draft.parameters))
        self.fact(column, cell, draft.facts)
        return draft


@dataclass(frozen=True, slots=True)
class _Draft:
    """A case before its facts are made whole."""

    name: str
    as_of: str
    fixtures: tuple[TextNode, ...]
    facts: Overlay
    unknown: tuple[str, ...]
    parameters: Numbers
    expect: Expectation
    todo: str
